#include "demo/terminal.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"

namespace maitred::demo {
namespace {

struct Range {
  char32_t first, last;
};
constexpr std::array kWide{Range{0x1100, 0x115F},  Range{0x2E80, 0x303E}, Range{0x3041, 0xA4CF},
                           Range{0xAC00, 0xD7A3},  Range{0xF900, 0xFAFF}, Range{0xFE30, 0xFE6F},
                           Range{0xFF00, 0xFF60},  Range{0xFFE0, 0xFFE6}, Range{0x1F300, 0x1FAFF},
                           Range{0x20000, 0x3FFFD}};
constexpr std::array kNoWidth{Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0x0300, 0x036F},
                              Range{0x200B, 0x200F}, Range{0xFE00, 0xFE0F}, Range{0xFEFF, 0xFEFF}};

bool is_in(char32_t c, const auto& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return c >= range.first && c <= range.last; });
}

size_t width_of(char32_t c) {
  return is_in(c, kNoWidth) ? 0 : is_in(c, kWide) ? 2 : 1;
}

// What may not be torn apart: a blank, a word with what sticks to it, or one wide character.
std::string_view next_piece(std::string_view text) {
  const CodePoint first = code_point_at(text, 0);
  size_t end = first.length;
  if (first.value != ' ' && width_of(first.value) < 2) {
    while (end < text.size()) {
      const CodePoint next = code_point_at(text, end);
      if (next.value == ' ' || width_of(next.value) == 2) break;
      end += next.length;
    }
  }
  return text.substr(0, end);
}

std::string_view cut(std::string_view text, size_t columns) {
  size_t end = 0;
  for (size_t used = 0; end < text.size();) {
    const CodePoint c = code_point_at(text, end);
    used += width_of(c.value);
    if (used > columns) break;
    end += c.length;
  }
  return text.substr(0, end);
}

void wrap_line(std::string_view text, size_t columns, std::vector<std::string>& lines) {
  std::string line;
  size_t used = 0;
  const auto end_line = [&] {
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back(std::move(line));
    line.clear();
    used = 0;
  };
  while (!text.empty()) {
    std::string_view piece = next_piece(text);
    size_t width = columns_of(piece);
    if (used + width > columns && used > 0) {
      end_line();
      if (piece == " ") {
        text.remove_prefix(1);
        continue;
      }
    }
    if (width > columns) {
      piece = cut(piece, std::max<size_t>(columns, 2));
      width = columns_of(piece);
    }
    line += piece;
    used += width;
    text.remove_prefix(piece.size());
  }
  if (used > 0 || lines.empty()) end_line();
}

const char* code(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::bold:
      return "\x1b[1m";
    case Ink::dim:
      return "\x1b[2m";
    case Ink::red:
      return "\x1b[31m";
    case Ink::green:
      return "\x1b[32m";
    case Ink::yellow:
      return "\x1b[33m";
    case Ink::cyan:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

size_t columns_of(std::string_view utf8) {
  size_t columns = 0;
  for (size_t at = 0; at < utf8.size();) {
    const CodePoint c = code_point_at(utf8, at);
    columns += width_of(c.value);
    at += c.length;
  }
  return columns;
}

std::vector<std::string> wrap(std::string_view text, size_t columns) {
  std::vector<std::string> lines;
  for (;;) {
    const size_t end = text.find('\n');
    std::vector<std::string> some;
    wrap_line(text.substr(0, end), columns, some);
    lines.insert(lines.end(), some.begin(), some.end());
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string fit(std::string_view text, size_t columns) {
  const size_t width = columns_of(text);
  if (width <= columns) return std::string(text) + std::string(columns - width, ' ');
  std::string shorter(cut(text, columns - 1));
  shorter += "…";
  return shorter + std::string(columns - columns_of(shorter), ' ');
}

std::string Terminal::inked(std::string_view text, Ink ink) const {
  if (!colours_ || ink == Ink::plain || text.empty()) return std::string(text);
  return code(ink) + std::string(text) + "\x1b[0m";
}

void Terminal::line(std::string_view text, Ink ink) {
  out(inked(text, ink) + "\n");
}

void Terminal::say(std::string_view margin, std::string_view text, Ink ink) {
  const size_t indent = columns_of(margin);
  std::string before(margin);
  for (const std::string& part : wrap(text, kColumns - indent)) {
    out(before + inked(part, ink) + "\n");
    before.assign(indent, ' ');
  }
}

void Terminal::rule() {
  std::string dashes;
  for (size_t i = 0; i < kColumns; ++i) dashes += "─";
  line(dashes, Ink::dim);
}

void Terminal::prompt(std::string text) {
  prompt_ = std::move(text);
}

void Terminal::line_was_typed() {
  prompt_shown_ = false;
}

void Terminal::show_prompt() {
  if (prompt_.empty() || prompt_shown_) return;
  std::fputs(inked(prompt_, Ink::bold).c_str(), stdout);
  std::fflush(stdout);
  prompt_shown_ = true;
}

void Terminal::out(std::string_view bytes) {
  if (prompt_shown_) std::fputs(colours_ ? "\r\x1b[K" : "\n", stdout);
  prompt_shown_ = false;
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  std::fflush(stdout);
}

}  // namespace maitred::demo
