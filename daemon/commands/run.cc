// `maitred run`: the daemon itself, in the foreground; systemd (or a terminal) holds it.
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

#include "base/log.h"
#include "daemon/commands/all.h"
#include "daemon/version.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

// SIGTERM: this long to end in order; then the process goes as it is, whoever hangs. What was not
// acknowledged moved no cursor and no commit, so nothing is lost by it.
constexpr unsigned kStopMaxSeconds = 9;

sigset_t signals_we_wait_for() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Waits for a signal, working once a second meanwhile. 0: it cannot go on.
int wait_for_signal(const sigset_t& set, Daemon& daemon) {
  while (!daemon.fatal()) {
    daemon.each_second();
    const timespec second{1, 0};
    const int signal = sigtimedwait(&set, nullptr, &second);
    if (signal > 0) return signal;
  }
  return 0;
}

// Nothing is lost by leaving without order, so by itself it is no failure.
volatile sig_atomic_t last_code = kExitOk;
void leave_at_last(int) {
  std::_Exit(last_code);
}

Result<void> run(const std::set<ProcessRole>& roles, const Configuration& configuration) {
  log::set_level(configuration.log_level);
  // Blocked before the first thread is made, so that every thread inherits it.
  const sigset_t set = signals_we_wait_for();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  std::error_code failed;
  std::filesystem::create_directories(configuration.state, failed);
  if (failed) {
    return fail(Fault::denied, fmt::format("make the state directory {}: {}",
                                           configuration.state.string(), failed.message()));
  }
  TRY_ASSIGN(const auto daemon, Daemon::make(configuration, roles));
  TRY(daemon->start());
  log::notice(
      "daemon.started", "maitred is running",
      {{"version", kVersion}, {"node", configuration.node}, {"buttons", daemon->public_url()}});
  const int signal = wait_for_signal(set, *daemon);
  const std::optional<Error> fatal = daemon->fatal();
  if (fatal) last_code = kExitConfig;
  log::notice("daemon.stopping", fatal               ? "it cannot go on"
                                 : signal == SIGTERM ? "asked to end (SIGTERM)"
                                                     : "interrupted");
  ::signal(SIGALRM, leave_at_last);
  alarm(kStopMaxSeconds);
  daemon->stop();
  log::notice("daemon.stopped", "ended in order");
  if (fatal) return fail(Fault::broken, fatal->text);
  return {};
}

int run_daemon(const Args& args) {
  const auto roles = roles_from(args.get("--roles"));
  if (!roles) {
    report(roles.error());
    return kExitUsage;
  }
  return with_configuration(
      args, [&](const Configuration& configuration) { return run(*roles, configuration); });
}

}  // namespace

const Command& run_command() {
  static const Command command{{"run"},
                               kForOperators,
                               "Run the daemon in the foreground",
                               "Polls the sources, decides mentions, keeps the floor and serves "
                               "the board, until SIGTERM, which it obeys "
                               "within ten seconds. With --roles one host may do a part of it. "
                               "Only one daemon runs on a state directory; "
                               "commands work beside it.\n\n"
                               "  maitred run --config /etc/maitred/maitred.toml\n"
                               "  maitred run --roles listen,dispatch",
                               {config_option(),
                                {"--roles", "LIST", "listen,dispatch,floor,board", false, false,
                                 "listen,dispatch,floor,board"}},
                               run_daemon};
  return command;
}

}  // namespace maitred
