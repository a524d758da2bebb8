// maitred-demo: an evening of posts, played around the real daemon (./dev demo).
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string_view>

#include "demo/evening.h"

namespace maitred::demo {
namespace {

constexpr int kExitUsage = 64;

constexpr const char* kHelp =
    "maitred-demo: an evening of posts, played around the real daemon.\n\n"
    "  maitred-demo [--once] [--kafka HOST:PORT] [--state DIRECTORY]\n\n"
    "  --once    with scripted staff; exit status 0 if the log says what\n"
    "            config/demo/expected.toml expects, else 1 and what differs\n"
    "  --kafka   the log is on that Kafka, on topics of this evening's own\n"
    "  --state   where this run lives (build/demo-state); made anew each time\n";

void interrupt(int) {
  interrupted = 1;
}

int play(EveningSettings settings, StageSettings stage_settings) {
  Terminal terminal(isatty(STDOUT_FILENO) != 0);
  const auto give_up = [&](const Error& error) {
    terminal.prompt({});
    if (interrupted) return 128 + SIGINT;
    fmt::print(stderr, "maitred-demo: {}\n", error.text);
    return 1;
  };
  auto script = load_script(stage_settings.example / "script.toml");
  if (!script) return give_up(script.error());
  Stage stage(std::move(stage_settings));
  if (auto ready = stage.prepare(); !ready) return give_up(ready.error());
  if (auto started = stage.start(); !started) return give_up(started.error());
  Evening evening(settings, std::move(*script), stage, terminal);
  if (auto played = evening.play(); !played) return give_up(played.error());
  const auto as_expected = evening.finish();
  if (!as_expected) return give_up(as_expected.error());
  if (interrupted) return 128 + SIGINT;
  return *as_expected ? 0 : 1;
}

}  // namespace
}  // namespace maitred::demo

int main(int argc, char** argv) {
  using namespace maitred::demo;
  EveningSettings settings;
  StageSettings stage;
  std::error_code none;
  stage.program = std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / "maitred";
  stage.example = "config/demo";
  stage.state = "build/demo-state";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--once") {
      settings.once = true;
    } else if (word == "--kafka" && i + 1 < argc) {
      stage.kafka = argv[++i];
    } else if (word == "--state" && i + 1 < argc) {
      stage.state = argv[++i];
    } else if (word == "--help" || word == "-h") {
      fmt::print("{}", kHelp);
      return 0;
    } else {
      fmt::print(stderr, "maitred-demo: what is '{}'?\n\n{}", word, kHelp);
      return kExitUsage;
    }
  }
  settings.may_type = !settings.once && isatty(STDIN_FILENO) != 0;
  struct sigaction action {};
  action.sa_handler = interrupt;  // without SA_RESTART: what waits is woken
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return play(settings, std::move(stage));
}
