// The Poller: the only place where a source is asked. One round is
//
//   ask → HTTP or directory → parse → publish mentions → publish rejects → save the cursor
//    ↑__________________________________ while there is more ________________________|
//
// and then a look at posts of living tasks that are due. The cursor moves only after everything
// above it is published (I1): a round that fails anywhere is a round that did not happen. A page
// that cannot be read moves nothing and is kept on `maitred.rejects`. What an overlap shows again
// is known by id and revision and not published twice. A post that was gone twice is withdrawn.
//
// It belongs to its thread, `poll:<source>`; status() alone may be called from others.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/http.h"
#include "bus/bus.h"
#include "bus/cursor.h"
#include "bus/topics.h"
#include "connectors/connector.h"
#include "connectors/pacing.h"
#include "connectors/watchlist.h"

namespace maitred {

struct PollerSettings {
  SourceSettings source;
  TopicNames names;
  std::filesystem::path session_file;  // empty: sessions are not kept
  uint64_t seed = 0;
  std::chrono::seconds look_min{60};   // the soonest second look at a post
  std::function<void()> tick = [] {};  // called while it waits for a server
};

// What `status` and the metrics show. Counts are of distinct items: an overlap counts nothing
// again, and offered = published + rejected + dropped (I12).
struct SourceStatus {
  std::string name, network;
  bool owned = false, paused = false;
  bool silent = false;               // nothing new for longer than expect_within
  std::optional<Time> last_success;  // house time
  std::optional<Time> last_mention;
  std::string last_error;  // empty while all is well
  int failures = 0;        // in a row
  int64_t polls = 0, failed_polls = 0;
  int64_t offered = 0, published = 0;
  std::map<std::string, int64_t> rejected, dropped;  // by reason
  size_t watched = 0;                                // posts looked at again
};

// A failure that repeats is logged when it starts, when it changes and when it ends.
class Trouble {
 public:
  Trouble(std::string event, std::string source) : event_(std::move(event)), source_(source) {}
  void note(const Error& error, bool is_told = false);  // is_told: counts, somebody else said why
  void over();
  int count() const { return count_; }

 private:
  std::string event_, source_, last_;
  int count_ = 0;
};

class Poller {
 public:
  Poller(PollerSettings settings, std::unique_ptr<Connector> connector, Bus& bus, Clock& house,
         Clock& real, Fetcher& fetcher);

  void resume(Cursor cursor);                         // where the log says this source is
  void watch(const std::vector<WatchedPost>& posts);  // what to look at again; replaces the last
  // Asks what is due; when to come again, real time.
  Time round(std::stop_token stop);
  SourceStatus status() const;

 private:
  struct Watch {
    WatchedPost post;
    Time next;  // real time
    int gone = 0;
  };

  void ask_pages(std::stop_token stop);
  Result<bool> ask_page(std::stop_token stop);  // whether there is more
  Result<std::optional<Answer>> answer_to(const Ask& ask, std::stop_token stop);
  Result<void> keep_page(const Answer& answer, const Error& error);
  Result<void> take(Page page);
  Result<void> publish(Topic topic, const std::vector<Record>& records);
  Result<void> save(Cursor next, bool must);
  Result<void> open_session(const Session& session);
  void look_again(std::stop_token stop);
  Result<void> look_at(Watch& watch, const Seen& seen, std::stop_token stop);
  Result<void> withdraw(const Watch& watch);
  Time next_due() const;

  PollerSettings settings_;
  std::unique_ptr<Connector> connector_;
  Bus& bus_;
  Clock &house_, &real_;
  Fetcher& fetcher_;
  Pacing pacing_;
  Session session_;
  Cursor cursor_;
  Time next_page_;                // real time: nothing is asked before
  std::optional<Time> saved_at_;  // real time
  std::optional<std::chrono::seconds> limit_wait_;
  int unreadable_ = 0;  // pages in a row
  std::map<std::string, Watch> watches_;
  Trouble trouble_, look_trouble_;
  Time started_;  // house time

  mutable std::mutex mutex_;  // of status_
  SourceStatus status_;
};

}  // namespace maitred
