// A Connector: what to ask one network and what its answer means. Pure: no I/O, no clock, no log,
// no bus (a test walks the includes). The poller alone asks, publishes, and only then saves the
// cursor. A new network = one .cc here, one line in registry.cc, one folder of payloads.
//
// A Connector is immutable after make(); any thread may call it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "bus/mention.h"

namespace maitred {

// One [sources.NAME] as the connector needs it.
struct SourceSettings {
  std::string name, network;
  std::string host;       // "social.example"
  std::string ask;        // what to ask for: "mentions"
  std::string token;      // what `token = "credential:…"` names, resolved; never logged
  std::string directory;  // folder
  std::string zone;       // IANA, or empty
  std::vector<std::string> accounts;  // our own author ids on this network ([brand] accounts)
  std::chrono::seconds every{60};
  std::chrono::seconds expect_within{0};  // 0 = no alarm
  bool plain = false;                     // http:// allowed
  int page_max = 80;
};

// Tokens and what else must never be a record. Kept by the poller in a 0600 file.
struct Session {
  std::string token;
  std::map<std::string, std::string> values;
};

enum class AskPurpose { login, page, look };
// How far one file of a directory was read.
struct FilePlace {
  int64_t offset = 0;  // bytes already turned into mentions
  int64_t size = -1;   // the file's size when it was last read to its end; -1 = there is more
};

// A post to look at again: its id, and the name its own server knows it by.
struct Sought {
  std::string id;
  std::string local;
};

struct Ask {
  AskPurpose purpose = AskPurpose::page;
  std::string method = "GET";
  std::string url;        // http(s), or empty when `directory` is set
  std::string directory;  // a directory to read instead: the answer is a slice of one file
  std::map<std::string, FilePlace> files = {};  // with `directory`: what was read before
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<std::string> ids;  // with `look`: the mention ids asked for
};

struct Answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string name;                // with a directory: the file's name,
  int64_t offset = 0;              // where in it the body begins,
  int64_t size = 0;                // how long it was,
  std::vector<std::string> names;  // and every file there
  Time at;                         // when it came, house time: seen_at of its mentions
  Time received;  // the same moment in real time: what dates in headers are seen from
  std::string_view header(std::string_view lower_case_name) const;  // first, or empty
};

// An item that could not be read: goes to `maitred.rejects` with its first 64 KiB.
struct Rejected {
  std::string reason;  // a word: "no_status", "no_id", …; bounded, used as a metric label
  std::string detail;
  std::string bytes;
  std::string id = {};  // the network's name for it, so that it is kept once; may be empty
};

// An item that was read and is not for us: counted, not kept.
struct Dropped {
  std::string reason;  // a word: "reblog", "other_notification"
  std::string id;
};

struct Page {
  std::vector<Mention> mentions;             // oldest first
  std::map<std::string, std::string> local;  // mention id → what Sought::local needs
  std::string cursor;                        // to save once all of them are published
  std::optional<Session> session;            // a new one, if the answer gave one
  bool more = false;                         // ask again at once: this was not the end
  std::vector<std::string> gone;             // with `look`: asked for, not shown
  std::vector<Rejected> rejected;
  std::vector<Dropped> dropped;
};

class Connector {
 public:
  virtual ~Connector() = default;
  // The next thing to ask, given where we are. `cursor` is empty at first.
  virtual Ask ask(std::string_view cursor, const Session& session) const = 0;
  // The same posts again; Ask::ids says which of them this one asks for (at least the first).
  // A connector that cannot look returns none.
  virtual std::optional<Ask> look(const std::vector<Sought>& posts,
                                  const Session& session) const = 0;
  // What the answer means. malformed: the page cannot be read at all, and moves no cursor.
  // throttled/denied/transient/missing by status. One bad item is `rejected`, the rest is kept.
  virtual Result<Page> parse(const Ask& ask, const Answer& answer, std::string_view cursor,
                             const Session& session) const = 0;
};

}  // namespace maitred
