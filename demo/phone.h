// A phone, as the demo shows it: one push as the console courier printed it, taken apart into
// title, words, buttons with the shell line that does the same, and the link. Behind the link is
// the page a real phone would open; its buttons can be pressed from here.
//
// PhoneReader belongs to one thread; the rest is free of state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "demo/terminal.h"

namespace maitred::demo {

struct PhoneButton {
  std::string label;
  std::string shell;  // "maitred tasks claim t9m3r --as anna"
  std::string task;   // as the shell line names it
  std::string deed;   // claim, …, or the step that is reported
};

struct Phone {
  std::string person;
  std::string title;
  std::vector<std::string> text;
  std::vector<PhoneButton> buttons;
  std::string link;
  const PhoneButton* button(std::string_view deed) const;
};

// Lines in, phones out: a push begins with "→ " and ends with its link.
class PhoneReader {
 public:
  std::optional<Phone> take(const std::string& line);

 private:
  std::optional<Phone> phone_;
};

// `again`: who watches has just read the same on another phone, so its words are left out.
void show(Terminal& terminal, const Phone& phone, const std::string& language, bool again);

// Opens the link as a browser would and finds the address that the button posts to.
Result<std::string> find_button(Fetcher& fetcher, const Phone& phone, const PhoneButton& button);

// Presses it. What the house answers, in the person's language; `done` says whether it counted.
struct Pressed {
  bool done = false;
  std::string answer;
};
Result<Pressed> press(Fetcher& fetcher, const std::string& url);

}  // namespace maitred::demo
