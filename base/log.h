// What operators read: one line an event, written once, where the decision is taken. A line is an
// event word and key=value pairs; under systemd the same goes to the journal. Normal running is
// silent. Never put a token, a customer's name, phone or the text of a post in a field (I13).
//
// Thread-safe.
#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace maitred::log {

enum class Level { debug, info, notice, warning, error };

struct Field {
  std::string_view key;
  std::string value;
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <typename T>
  Field(std::string_view k, const T& v) : key(k), value(fmt::format("{}", v)) {}
};

// `event` is a dotted word: "source.failed", "task.opened". `text` is one plain sentence.
void write(Level level, std::string_view event, std::string_view text,
           std::initializer_list<Field> fields = {});
inline void info(std::string_view e, std::string_view t, std::initializer_list<Field> f = {}) {
  write(Level::info, e, t, f);
}
inline void notice(std::string_view e, std::string_view t, std::initializer_list<Field> f = {}) {
  write(Level::notice, e, t, f);
}
inline void warning(std::string_view e, std::string_view t, std::initializer_list<Field> f = {}) {
  write(Level::warning, e, t, f);
}
inline void error(std::string_view e, std::string_view t, std::initializer_list<Field> f = {}) {
  write(Level::error, e, t, f);
}

void set_level(Level least);
// A test sees what was logged: every line goes to `sink` instead of standard error. Null undoes.
void set_sink(void (*sink)(std::string_view line, void* context), void* context);

}  // namespace maitred::log
