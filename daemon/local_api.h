// Asking the running daemon, through its UNIX socket: what `maitred tasks`, `status` and `sources`
// do. Commands decide nothing themselves; the daemon answers in a sentence and with a status.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace maitred {

struct LocalReply {
  int status = 0;
  std::string body;
  json::Document document;
};

// transient: nobody answers on the socket; says how to start the daemon.
Result<LocalReply> ask_daemon(const std::string& socket, const std::string& method,
                              const std::string& path, std::string body = {});

}  // namespace maitred
