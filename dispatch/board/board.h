// The board: the two doors for people. A local UNIX socket for shell and health (everything under
// /api/v1, /healthz, /readyz, /metrics), and a public listener that serves buttons and nothing
// else. Whoever may open the socket is trusted to say who they are; a button proves it.
//
// start and stop belong to one thread; what is answered in between runs on the servers' workers.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/web_server.h"
#include "dispatch/staff/buttons.h"
#include "dispatch/staff/deeds.h"
#include "dispatch/staff/push_book.h"

namespace maitred {

struct BoardSettings {
  std::string socket;  // path of the UNIX socket; empty = none
  std::string listen_host = "127.0.0.1";
  int listen_port = 0;                // 0 = any that is free; -1 = no public listener
  std::string public_url;             // as phones reach it; empty = http://listen_host:port
  std::optional<int> socket_fd = {};  // handed over by systemd, instead of `socket`
  std::optional<int> listen_fd = {};
  std::string house_source = "house";  // `source` of what staff open themselves
};

// What the board works with; all of it outlives the board.
struct BoardParts {
  Bus& bus;
  const TopicNames& names;
  Fold& fold;
  TaskBook& tasks;
  PushBook& pushes;
  StaffBook& staff;
  Deeds& deeds;
  const Buttons& buttons;
  const FloorSettings& floor;
  Clock& house;
};

class Board {
 public:
  Board(BoardSettings settings, BoardParts parts);
  ~Board();

  Result<void> start();
  void stop();
  std::string public_url() const;  // without a slash at the end; with the real port
  int public_port() const;

  // Set before start(). `status` is the answer of GET /api/v1/status; `blocked` names what keeps
  // us from being ready, each in a few words; `unhealthy` says why we should be restarted.
  std::function<std::string()> status_json;
  std::function<std::vector<std::string>()> blocked;
  std::function<std::string()> unhealthy;

 private:
  WebResponse answer_local(const WebRequest& request);
  WebResponse answer_public(const WebRequest& request);

  BoardSettings settings_;
  BoardParts parts_;
  std::unique_ptr<WebServer> local_;
  std::unique_ptr<WebServer> public_;
};

}  // namespace maitred
