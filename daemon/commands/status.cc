// `maitred status`: the daemon on one screen.
#include <fmt/core.h>

#include "daemon/commands/all.h"
#include "daemon/health.h"
#include "daemon/local_api.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

int run_status(const Args& args) {
  bool ready = true;
  const int code =
      with_configuration(args, [&](const Configuration& configuration) -> Result<void> {
        TRY_ASSIGN(const LocalReply reply,
                   ask_daemon(configuration.web.socket.string(), "GET", "/api/v1/status"));
        ready = reply.document.root()["ready"].boolean();
        fmt::print("{}",
                   args.has("--json") ? reply.body + "\n" : status_screen(reply.document.root()));
        return {};
      });
  if (code == kExitTemporary) return kExitUnavailable;
  return code == kExitOk && !ready ? kExitRefused : code;
}

}  // namespace

const Command& status_command() {
  static const Command command{
      {"status"},
      kForOperators,
      "Show sources, lag, living tasks, unpushed tasks and what blocks readiness",
      "One screen from the running daemon. Exits 0 if it is ready, 1 if something blocks it, 69 if "
      "no daemon "
      "answers.\n\n"
      "  maitred status\n"
      "  maitred status --json | jq .unpushed",
      {config_option(), {"--json", "", "as one JSON object"}},
      run_status};
  return command;
}

}  // namespace maitred
