// The command line as data: each command says its words, its options and what it teaches, and one
// function reads argv against that table. The door to CLI11, which costs eight seconds a unit and
// is therefore included by command_line.cc alone.
//
// A Command is immutable; run_command_line belongs to main().
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace maitred {

// sysexits(3), so that a unit file or a script knows whether a retry can help.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;       // understood and done, and the answer is no
inline constexpr int kExitUsage = 64;        // the command line is wrong
inline constexpr int kExitBadInput = 65;     // the input is wrong; the good part was handled
inline constexpr int kExitNoInput = 66;      // a file that was named cannot be read
inline constexpr int kExitUnavailable = 69;  // the daemon or the log does not answer
inline constexpr int kExitInternal = 70;     // our own mistake
inline constexpr int kExitIo = 74;           // disk or pipe
inline constexpr int kExitTemporary = 75;    // not known yet: the same once more is safe
inline constexpr int kExitConfig = 78;       // the configuration is wrong: `maitred check`

struct Option {
  std::string name;        // "--json", "-f,--follow", or a positional in capitals: "TOPIC"
  std::string value_name;  // "FILE"; empty = a flag (a positional always has a value)
  std::string help;
  bool required = false;
  bool repeated = false;
  std::string fallback = {};
};

// What was given. Asked by any of an option's names ("--follow"), or the positional's ("TOPIC").
class Args {
 public:
  bool has(std::string_view name) const;         // given; the fallback does not count
  std::string get(std::string_view name) const;  // the last one given, else the fallback
  std::vector<std::string> all(std::string_view name) const;
  Result<int64_t> integer(std::string_view name) const;  // malformed: "--max: not a number: 'x'"

 private:
  friend class Parser;
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::map<std::string, std::string, std::less<>> fallback_;
};

struct Command {
  std::vector<std::string> path;  // {"tasks", "claim"}
  std::string group;              // who uses it; the heading in `maitred --help`
  std::string summary;            // one line, imperative
  std::string help;               // a paragraph that teaches, and one or two examples
  std::vector<Option> options;
  int (*run)(const Args&);  // → exit code
};

// --config FILE, the same everywhere. Default: $MAITRED_CONFIG, else /etc/maitred/maitred.toml.
Option config_option();

// Prints "maitred: <text>" on standard error and hands back the code that fits the fault.
int report(const Error& error);
int exit_code_of(Fault fault);

int run_command_line(int argc, char** argv, std::span<const Command* const> commands);

}  // namespace maitred
