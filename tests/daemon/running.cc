#include "tests/daemon/running.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/files.h"

namespace maitred::test {

using namespace std::chrono_literals;

Time now() {
  return real_clock().now();
}

void wait(Duration time) {
  real_clock().sleep_until(now() + time, {});
}

Running::Running(const Kitchen& kitchen, const std::string& name)
    : log_(kitchen.file(name) + ".log") {
  const std::string config = kitchen.file(name) + ".toml";
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ > 0) return;
  const int out = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execl(MAITRED_BINARY, "maitred", "run", "--config", config.c_str(), nullptr);
  _exit(127);
}

Running::~Running() {
  if (pid_ > 0) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
}

int Running::ended_within(Duration limit) {
  int status = 0;
  for (const Time until = now() + limit; now() < until; wait(20ms)) {
    if (waitpid(pid_, &status, WNOHANG) != pid_) continue;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return -1;
}

int Running::stopped_within(Duration limit) {
  kill(pid_, SIGTERM);
  return ended_within(limit);
}

std::string Running::log() const {
  return read_file(log_).value_or("");
}

int Running::lines(std::string_view with) const {
  int count = 0;
  std::istringstream lines(log());
  for (std::string line; std::getline(lines, line);) count += line.find(with) != std::string::npos;
  return count;
}

Duration Running::cpu() const {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid_));
  std::string word;
  long ticks = 0;
  for (int field = 1; field <= 15 && stat >> word; ++field) {
    if (field >= 14) ticks += std::stol(word);
  }
  return Duration(ticks * 1000 / sysconf(_SC_CLK_TCK));
}

}  // namespace maitred::test
