// The terminal the demo is watched on: 80 columns, colours only where there is a screen. It knows
// how wide a character is shown (Han takes two columns), breaks lines, and keeps the prompt below
// whatever happens while a person types. It knows nothing of posts or tasks.
//
// One thread, the demo's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maitred::demo {

inline constexpr size_t kColumns = 80;

enum class Ink { plain, bold, dim, red, green, yellow, cyan };

// How many columns a terminal takes to show it; control characters and joiners take none.
size_t columns_of(std::string_view utf8);

// Lines of at most `columns`, broken at blanks or next to Han; a word longer than that is cut.
std::vector<std::string> wrap(std::string_view text, size_t columns);

// The text with blanks behind it, or cut with an ellipsis, so that it takes just `columns`.
std::string fit(std::string_view text, size_t columns);

class Terminal {
 public:
  explicit Terminal(bool colours) : colours_(colours) {}

  void line(std::string_view text = {}, Ink ink = Ink::plain);  // as it is, never broken
  // `margin` in front of the first line, blanks of its width in front of those that follow.
  void say(std::string_view margin, std::string_view text, Ink ink = Ink::plain);
  void rule();
  std::string inked(std::string_view text, Ink ink) const;

  // Shown as the last line from now on, whatever is printed; empty = no more.
  void prompt(std::string text);
  void show_prompt();  // after a burst of lines, once
  // The person has ended the line themselves: the prompt is to be shown anew.
  void line_was_typed();

 private:
  void out(std::string_view bytes);

  bool colours_;
  std::string prompt_;
  bool prompt_shown_ = false;
};

}  // namespace maitred::demo
