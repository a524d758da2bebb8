#include "daemon/command_line.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "config/nearest.h"
#include "daemon/version.h"

namespace maitred {
namespace {

constexpr const char* kAbout =
    "maitred: a post becomes a task on the right store's phone.\n"
    "\n"
    "Sources are polled and what names us becomes a mention on the log; the dispatcher reads\n"
    "each mention, says who wrote it, decides, and opens a task; the floor pushes the task to\n"
    "the people on duty. Every step is a record that `tail` and `why` can show.\n"
    "\n"
    "usage: maitred COMMAND [OPTIONS]\n";

constexpr const char* kClosing =
    "\n"
    "The configuration is one TOML file: --config FILE, else $MAITRED_CONFIG, else\n"
    "/etc/maitred/maitred.toml. `maitred check` shows every fault in it at once.\n"
    "\n"
    "Exit codes: 0 done, 1 refused, 64 usage, 65 bad input, 66 no such file, 69 nothing answers,\n"
    "70 our mistake, 74 disk or pipe, 75 not known yet (safe to repeat), 78 configuration.\n"
    "\n"
    "maitred COMMAND --help teaches one command; maitred --version.\n";

bool is_positional(const Option& option) {
  return !option.name.starts_with('-');
}

std::string words(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& word : path) text += (text.empty() ? "" : " ") + word;
  return text;
}

// "-f, --follow" and what it takes, as the left column of the help.
std::string left_column(const Option& option) {
  std::string text;
  for (const char c : option.name) text += c == ',' ? std::string(", ") : std::string(1, c);
  if (!is_positional(option) && !option.value_name.empty()) text += " " + option.value_name;
  return text;
}

std::string usage_of(const Command& command) {
  std::string text = "usage: maitred " + words(command.path);
  for (const Option& option : command.options) {
    std::string one =
        is_positional(option) ? option.name : option.name.substr(option.name.rfind(',') + 1);
    if (!is_positional(option) && !option.value_name.empty()) one += " " + option.value_name;
    if (option.repeated) one += "...";
    text += option.required ? " " + one : " [" + one + "]";
  }
  return text + "\n";
}

void print_help(const Command& command) {
  std::string text = usage_of(command) + "\n" + command.summary + ".\n";
  if (!command.help.empty())
    text += "\n" + command.help + (command.help.back() == '\n' ? "" : "\n");
  if (!command.options.empty()) text += "\n";
  size_t width = 0;
  for (const Option& option : command.options) {
    width = std::max(width, left_column(option).size());
  }
  for (const Option& option : command.options) {
    const std::string fallback =
        option.fallback.empty() ? "" : fmt::format(" (default: {})", option.fallback);
    text += fmt::format("  {:<{}}  {}{}\n", left_column(option), width, option.help, fallback);
  }
  std::fputs(text.c_str(), stdout);
}

// Those whose path begins with `prefix`, under the heading of who uses them.
std::string list_of(std::span<const Command* const> commands,
                    const std::vector<std::string>& prefix) {
  std::vector<std::string> groups;
  size_t width = 0;
  for (const Command* command : commands) {
    width = std::max(width, words(command->path).size());
    if (std::find(groups.begin(), groups.end(), command->group) == groups.end()) {
      groups.push_back(command->group);
    }
  }
  std::string text;
  for (const std::string& group : groups) {
    std::string lines;
    for (const Command* command : commands) {
      if (command->group != group || command->path.size() < prefix.size() ||
          !std::equal(prefix.begin(), prefix.end(), command->path.begin())) {
        continue;
      }
      lines += fmt::format("  {:<{}}  {}\n", words(command->path), width, command->summary);
    }
    if (!lines.empty()) text += fmt::format("\n{}\n{}", group, lines);
  }
  return text;
}

// The command whose words stand first; the longest path wins. `used` = how many words that took.
const Command* find(std::span<const Command* const> commands, const std::vector<std::string>& given,
                    size_t& used) {
  const Command* best = nullptr;
  for (const Command* command : commands) {
    const auto& path = command->path;
    if (path.size() > given.size() || !std::equal(path.begin(), path.end(), given.begin()))
      continue;
    if (!best || path.size() > best->path.size()) best = command;
  }
  used = best ? best->path.size() : 0;
  return best;
}

int usage_error(const std::string& text, const std::string& remedy) {
  std::fputs(fmt::format("maitred: {}\n{}\n", text, remedy).c_str(), stderr);
  return kExitUsage;
}

int unknown_command(std::span<const Command* const> commands,
                    const std::vector<std::string>& given) {
  // `maitred tasks` alone, or `maitred tasks clain`: show what there is below the first word.
  const std::string listed = list_of(commands, {given[0]});
  std::vector<std::string> names;
  for (const Command* command : commands) {
    names.push_back(words(command->path));
    names.push_back(command->path[0]);
  }
  const bool wants_help = given.size() > 1 && (given[1] == "--help" || given[1] == "-h");
  if (!listed.empty() && wants_help) {
    std::fputs(fmt::format("usage: maitred {} COMMAND\n{}", given[0], listed).c_str(), stdout);
    return kExitOk;
  }
  const bool two = given.size() > 1 && !given[1].starts_with('-');
  const std::string said = two ? given[0] + " " + given[1] : given[0];
  auto meant = nearest(said, names);
  if (!meant && two) meant = nearest(given[0], names);
  if (meant && *meant != given[0]) {
    return usage_error(fmt::format("no command '{}'", said),
                       fmt::format("Did you mean `maitred {}`?", *meant));
  }
  if (!listed.empty()) {
    return usage_error(two ? fmt::format("no command '{}'", said)
                           : fmt::format("'{}' needs a second word", given[0]),
                       "Try one of:" + listed);
  }
  return usage_error(fmt::format("no command '{}'", said), "`maitred --help` lists what there is.");
}

}  // namespace

bool Args::has(std::string_view name) const {
  return given_.find(name) != given_.end();
}

std::vector<std::string> Args::all(std::string_view name) const {
  const auto found = given_.find(name);
  if (found != given_.end()) return found->second;
  const auto fallback = fallback_.find(name);
  if (fallback == fallback_.end()) return {};
  return {fallback->second};
}

std::string Args::get(std::string_view name) const {
  auto values = all(name);
  return values.empty() ? std::string() : std::move(values.back());
}

Result<int64_t> Args::integer(std::string_view name) const {
  const std::string text = get(name);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Fault::malformed, fmt::format("{}: not a whole number: '{}'", name, text));
  }
  return value;
}

// Reads the words after the command's own with CLI11, and stops its exceptions here.
class Parser {
 public:
  explicit Parser(const Command& command) : command_(command), app_(command.summary) {
    app_.set_help_flag("");  // ours teaches
    app_.add_flag("-h,--help", help_);
    values_.resize(command.options.size());
    for (size_t i = 0; i < command.options.size(); ++i) add(command.options[i], values_[i]);
  }

  // The arguments, or what is wrong with them.
  Result<Args> parse(std::vector<std::string> rest) {
    if (std::any_of(rest.begin(), rest.end(),
                    [](const auto& word) { return word == "--help" || word == "-h"; })) {
      help_ = true;
      return Args();
    }
    std::reverse(rest.begin(), rest.end());  // CLI11 takes them from the back
    try {
      app_.parse(rest);
    } catch (const CLI::ParseError& error) {
      return fail(Fault::malformed, error.what());
    }
    return collect();
  }

  bool wants_help() const { return help_; }

 private:
  struct Value {
    std::vector<std::string> words;
    bool flag = false;
    CLI::Option* option = nullptr;
  };

  void add(const Option& option, Value& value) {
    if (!is_positional(option) && option.value_name.empty()) {
      value.option = app_.add_flag(option.name, value.flag, option.help);
      return;
    }
    value.option = app_.add_option(option.name, value.words, option.help);
    value.option->required(option.required);
    if (is_positional(option) && option.repeated) return;  // takes all that is left
    value.option->expected(1)->allow_extra_args(false);    // the next word is not its, too
    if (is_positional(option)) return;                     // and a second word is one too many
    value.option->multi_option_policy(option.repeated ? CLI::MultiOptionPolicy::TakeAll
                                                      : CLI::MultiOptionPolicy::TakeLast);
  }

  Args collect() const {
    Args args;
    for (size_t i = 0; i < values_.size(); ++i) {
      const Option& option = command_.options[i];
      std::string_view names = option.name;
      while (!names.empty()) {
        const size_t comma = std::min(names.find(','), names.size());
        const std::string name(names.substr(0, comma));
        names.remove_prefix(std::min(comma + 1, names.size()));
        if (values_[i].option->count() > 0) args.given_[name] = values_[i].words;
        if (!option.fallback.empty()) args.fallback_[name] = option.fallback;
      }
    }
    return args;
  }

  const Command& command_;
  CLI::App app_;
  bool help_ = false;
  std::vector<Value> values_;
};

Option config_option() {
  const char* named = std::getenv("MAITRED_CONFIG");
  return {"-c,--config", "FILE", "the configuration",
          false,         false,  named && *named ? named : "/etc/maitred/maitred.toml"};
}

int exit_code_of(Fault fault) {
  switch (fault) {
    case Fault::transient:
    case Fault::throttled:
      return kExitUnavailable;
    case Fault::denied:
      return kExitIo;
    case Fault::malformed:
      return kExitBadInput;
    case Fault::missing:
      return kExitNoInput;
    case Fault::conflict:
      return kExitRefused;
    case Fault::broken:
      return kExitInternal;
  }
  return kExitInternal;
}

int report(const Error& error) {
  std::fputs(fmt::format("maitred: {}\n", error.text).c_str(), stderr);
  return exit_code_of(error.fault);
}

int run_command_line(int argc, char** argv, std::span<const Command* const> commands) {
  const std::vector<std::string> given(argv + std::min(argc, 1), argv + argc);
  if (given.empty() || given[0] == "--help" || given[0] == "-h" || given[0] == "help") {
    const std::string text = kAbout + list_of(commands, {}) + kClosing;
    std::fputs(text.c_str(), given.empty() ? stderr : stdout);
    return given.empty() ? kExitUsage : kExitOk;
  }
  if (given[0] == "--version" || given[0] == "-V") {
    fmt::print("maitred {}\n", kVersion);
    return kExitOk;
  }
  size_t used = 0;
  const Command* command = find(commands, given, used);
  if (!command) return unknown_command(commands, given);
  Parser parser(*command);
  const auto args = parser.parse({given.begin() + static_cast<std::ptrdiff_t>(used), given.end()});
  if (!args) {
    return usage_error(args.error().text, fmt::format("{}`maitred {} --help` tells more.",
                                                      usage_of(*command), words(command->path)));
  }
  if (parser.wants_help()) {
    print_help(*command);
    return kExitOk;
  }
  return command->run(*args);
}

}  // namespace maitred
