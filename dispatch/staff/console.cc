// The console courier: a push as lines on the terminal, each button as the shell line that does
// the same. For demos and for a till that has a screen.
#include <fmt/core.h>

#include <cstdio>

#include "dispatch/staff/courier.h"
#include "dispatch/staff/deeds.h"

namespace maitred {
namespace {

void print_line(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

class Console : public Courier {
 public:
  explicit Console(ConsoleSink sink) : sink_(sink ? std::move(sink) : ConsoleSink(print_line)) {}

  Result<void> send(const PushMessage& message, const std::string&, std::stop_token) override {
    sink_(fmt::format("→ {}: {}", message.person, message.title));
    for (size_t at = 0; at < message.text.size();) {
      const size_t end = std::min(message.text.find('\n', at), message.text.size());
      sink_("    " + message.text.substr(at, end - at));
      at = end + 1;
    }
    for (const PushAction& action : message.actions) {
      if (!action.verb) continue;
      const std::string step = action.arg.empty() ? "" : " --step " + quoted(action.arg);
      sink_(fmt::format("    [{}]  maitred tasks {} {} --as {}{}", action.label,
                        deed_word(*action.verb), message.short_id, message.person, step));
    }
    if (!message.link.empty()) sink_("    " + message.link);
    return {};
  }

  Result<void> clear(const std::string&, const std::string&, std::stop_token) override {
    return {};  // what was printed stays; its buttons say who has the task
  }

 private:
  // As a shell reads it back.
  static std::string quoted(const std::string& text) {
    const auto plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    bool all_plain = true;
    std::string result = "'";
    for (const char c : text) {
      all_plain = all_plain && plain(c);
      result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return all_plain ? text : result + "'";
  }

  ConsoleSink sink_;
};

}  // namespace

std::unique_ptr<Courier> make_console_courier(ConsoleSink sink) {
  return std::make_unique<Console>(std::move(sink));
}

}  // namespace maitred
