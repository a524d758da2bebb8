#include "tests/house/functions.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace maitred::house {
namespace {

enum class Brace { scope, function, values };

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

bool holds(std::string_view text, std::string_view word) {
  return find_word(text, word) != std::string_view::npos;
}

// What the brace after `head` opens, where `head` is all since the statement began. A brace that
// touches a name (`b_{1}`) gives it a value.
Brace kind_of(std::string_view head) {
  if (!head.empty() && is_word_character(head.back())) return Brace::values;
  bool parentheses = head.find('(') != std::string_view::npos;
  for (std::string_view word : {"namespace", "class", "struct", "union", "enum"}) {
    if (holds(head, word) && !parentheses) return Brace::scope;
  }
  if (holds(head, "extern") && !parentheses) return Brace::scope;
  size_t last = head.find_last_not_of(" \n");
  bool assigned = last != std::string_view::npos && head[last] == '=';
  return parentheses && !assigned ? Brace::function : Brace::values;
}

bool is_preprocessor(std::string_view line) {
  size_t first = line.find_first_not_of(' ');
  return first != std::string_view::npos && line[first] == '#';
}

std::string_view word_at(std::string_view line, size_t begin) {
  size_t end = begin;
  while (end < line.size() && is_word_character(line[end])) ++end;
  return line.substr(begin, end - begin);
}

}  // namespace

std::vector<Function> find_functions(const SourceFile& file) {
  std::vector<Function> functions;
  std::vector<std::pair<Brace, std::string>> open;  // with the head before each
  std::string head;
  auto outside = [&] {
    return std::ranges::all_of(open, [](auto& brace) { return brace.first == Brace::scope; });
  };
  bool continued = false;
  for (size_t i = 0; i < file.code.size(); ++i) {
    const std::string& line = file.code[i];
    bool skip = continued || is_preprocessor(line);
    continued = skip && line.ends_with('\\');
    if (skip) continue;
    for (char c : line) {
      if (c == '{') {
        Brace kind = kind_of(head);
        if (kind == Brace::function && outside()) functions.push_back({i + 1, 0});
        open.emplace_back(kind, std::exchange(head, ""));
      } else if (c == '}' && !open.empty()) {
        auto [kind, before] = open.back();
        open.pop_back();
        if (kind == Brace::function && outside()) functions.back().last = i + 1;
        head = kind == Brace::values ? before + "{}" : "";
      } else if (c == ';') {
        head.clear();
      } else {
        head += c;
      }
    }
    head += '\n';
  }
  std::erase_if(functions, [](const Function& function) { return function.last == 0; });
  return functions;
}

std::vector<TypeName> find_types(const SourceFile& file) {
  std::vector<TypeName> types;
  for (size_t i = 0; i < file.code.size(); ++i) {
    const std::string& line = file.code[i];
    for (std::string_view keyword : {"class", "struct", "using"}) {
      size_t at = find_word(line, keyword);
      if (at == std::string_view::npos) continue;
      at = line.find_first_not_of(' ', at + keyword.size());
      if (at == std::string::npos || word_at(line, at).empty()) continue;
      types.push_back({i + 1, std::string(word_at(line, at))});
    }
  }
  return types;
}

}  // namespace maitred::house
