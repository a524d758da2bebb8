// `maitred verify`: an auditor's look at the whole log and the books beside it.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/audit/audit.h"
#include "daemon/commands/all.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

constexpr std::chrono::seconds kQuietFor{2};     // nobody needs to be told what is over at once
constexpr std::chrono::milliseconds kTold{200};  // between two lines of progress

// One line that is written over, on a terminal alone.
class Line {
 public:
  Line() = default;
  ~Line() {
    if (told_ != Time{}) fmt::print(stderr, "\r\x1b[K");
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  void tell(int64_t done, int64_t of, const std::string& what) {
    const Time now = real_clock().now();
    if (!shown_ || now - began_ < kQuietFor || now - told_ < kTold) return;
    told_ = now;
    fmt::print(stderr, "\r\x1b[K{} of {} records: {}", done, of, what);
    std::fflush(stderr);
  }

 private:
  const bool shown_ = isatty(STDERR_FILENO) != 0;
  Time began_ = real_clock().now(), told_{};
};

Result<audit::Report> verify(const Configuration& config) {
  TRY_ASSIGN(const auto clock, open_house_clock(config));
  TRY_ASSIGN(const auto bus, open_bus(config, false, *clock));
  Line line;
  return audit::audit(
      *bus, config.topics, config.state, clock->now(),
      [&](int64_t done, int64_t of, const std::string& what) { line.tell(done, of, what); });
}

// What cannot be read says nothing about what is on it: no answer (69), or a disk that fails (74).
int not_read(const Error& error) {
  fmt::print(stderr, "maitred: cannot verify: {}\n", error.text);
  const bool disk = error.fault == Fault::denied || error.fault == Fault::broken;
  return disk ? kExitIo : kExitUnavailable;
}

int run_verify(const Args& args) {
  int code = kExitOk;
  const int configured = with_configuration(args, [&](const Configuration& config) -> Result<void> {
    const auto found = verify(config);
    if (!found) {
      code = not_read(found.error());
      return {};
    }
    const bool as_json = args.has("--json");
    fmt::print("{}", as_json ? audit::to_json(*found) + "\n" : audit::to_text(*found));
    if (!found->holds()) code = kExitRefused;
    return {};
  });
  return configured == kExitOk ? code : configured;
}

}  // namespace

const Command& verify_command() {
  static const Command command{
      {"verify"},
      kForFinding,
      "Check that the log and the books say the same, and only what they may",
      "Reads every topic from its oldest record to where it ends now, beside the running daemon, "
      "and "
      "states the rules of the log a second time in words of its own: one task a mention (I3), "
      "copies "
      "that agree (I4), and books that equal what the log makes of them (I11). What does not hold "
      "is "
      "named by topic, partition and offset, to be looked at with `maitred tail`. Exits 1 if "
      "anything "
      "does not hold, 69 or 74 if the log cannot be read.\n\n"
      "  maitred verify\n"
      "  maitred verify --json | jq '.checks[] | select(.holds | not)'",
      {config_option(), {"--json", "", "one JSON object"}},
      run_verify};
  return command;
}

}  // namespace maitred
