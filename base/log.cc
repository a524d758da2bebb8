#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "base/clock.h"
#include "base/zone.h"

namespace maitred::log {
namespace {

std::atomic<Level> least{Level::info};
std::mutex sink_mutex;
void (*sink)(std::string_view, void*) = nullptr;
void* sink_context = nullptr;

const char* word(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::notice:
      return "notice";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "info";
}

// The journal reads "<4>" at the start of a line as its priority (sd-daemon(3)).
int priority(Level level) {
  switch (level) {
    case Level::debug:
      return 7;
    case Level::info:
      return 6;
    case Level::notice:
      return 5;
    case Level::warning:
      return 4;
    case Level::error:
      return 3;
  }
  return 6;
}

// A value with blanks, quotes or control characters is quoted, so that a line stays one line.
void append_value(std::string& line, std::string_view value) {
  bool plain = !value.empty();
  for (const char c : value) plain = plain && c > ' ' && c != '"' && c != '=' && c != 0x7f;
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

void set_level(Level to) {
  least = to;
}

void set_sink(void (*to)(std::string_view, void*), void* context) {
  std::scoped_lock lock(sink_mutex);
  sink = to;
  sink_context = context;
}

void write(Level level, std::string_view event, std::string_view text,
           std::initializer_list<Field> fields) {
  if (level < least) return;
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  std::string line =
      journal ? fmt::format("<{}>{}", priority(level), event)
              : fmt::format("{} {:7} {}", to_rfc3339(real_clock().now()), word(level), event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  if (!text.empty()) line += " | ";
  for (const char c : text) line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  line += '\n';
  std::scoped_lock lock(sink_mutex);
  if (sink) {
    sink(std::string_view(line).substr(0, line.size() - 1), sink_context);
    return;
  }
  // One write() a line: lines of several threads do not mix.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace maitred::log
