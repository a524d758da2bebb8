// The API of the local socket: tasks to list, show, open and work on, as JSON. Every answer carries
// the positions it was read at (X-Maitred-Positions); a request that brings positions waits until
// the books have passed them, up to a second, so that nobody sees their own doing vanish.
//
//   GET  /api/v1/tasks?state=&store=&max=    GET /api/v1/tasks/ID
//   POST /api/v1/tasks                       {text, as, store?}: a mention of network `house`
//   POST /api/v1/tasks/ID/VERB               {as, reason?, step?, sum?, to?}
//
// POST takes an Idempotency-Key: the same key does the same thing once. Thread-safe.
#pragma once

#include <string>

#include "base/json.h"
#include "base/web_server.h"
#include "bus/bus.h"

namespace maitred {

struct BoardParts;
struct Task;

class Api {
 public:
  Api(const BoardParts& parts, const std::string& house_source)
      : parts_(parts), house_source_(house_source) {}
  WebResponse answer(const WebRequest& request);

 private:
  WebResponse list(const WebRequest& request);
  WebResponse show(const std::string& id);
  WebResponse open(const WebRequest& request);
  WebResponse perform(const WebRequest& request, const std::string& id, const std::string& verb);
  void wait_for_positions(const WebRequest& request);
  WebResponse with_positions(WebResponse response, const Positions& extra = {});

  const BoardParts& parts_;
  const std::string& house_source_;
};

// "tasks=0:12,3:4": the next offset of each partition of `tasks`.
std::string positions_text(const Positions& positions);
Positions positions_from(std::string_view text);  // what cannot be read is left out

}  // namespace maitred
