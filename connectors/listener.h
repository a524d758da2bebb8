// The Listener: the role `listen` of one process. It runs one thread a source (`poll:<source>`)
// and one of its own (`listen`), which follows the log for them: who owns which cursor, where each
// source has read to, which sources are paused, and which posts have living tasks.
//
// A source is polled here only while this process owns the partition of its cursor record and has
// read all cursors and pauses to where they ended when it was assigned, so that none is ever
// behind. When a partition is lost in mid-round, that round may still be published: copies are
// harmless.
//
// start(), stop() and status() may be called from any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "bus/bus.h"
#include "bus/topics.h"
#include "connectors/poller.h"
#include "connectors/watchlist.h"

namespace maitred {

struct ListenerSettings {
  std::vector<SourceSettings> sources;
  TopicNames names;
  std::filesystem::path session_dir;  // SOURCE.session each; empty: sessions are not kept
  uint64_t seed = 0;
  std::chrono::seconds look_min{60};
  std::function<void(std::string_view thread)> tick = [](std::string_view) {};
};

class Listener {
 public:
  // malformed: a source names a network there is none of, or two have one name.
  static Result<std::unique_ptr<Listener>> make(ListenerSettings settings, Bus& bus, Clock& house,
                                                Clock& real, Fetcher& fetcher);
  ~Listener();  // stops

  void start();
  void stop();  // asks all threads to end and waits for them
  std::vector<SourceStatus> status() const;
  // The names of its threads, each of which calls tick.
  std::vector<std::string> threads() const;

 private:
  struct Source {
    SourceSettings settings;
    std::unique_ptr<Poller> poller;
    int partition = 0;
    uint64_t assignment = 0;  // counts how often the partition came to us
    bool paused = false;
  };

  Listener(ListenerSettings settings, Bus& bus, Clock& house, Clock& real);
  void follow_log(std::stop_token stop);
  Result<void> follow_log_once(std::stop_token stop);
  void apply_cursor(const Stored& record);  // both with the mutex held
  void apply_task(const Stored& record);
  void on_assigned(const std::set<int>& partitions);
  void on_revoked(const std::set<int>& partitions);
  void poll_source(Source& source, std::stop_token stop);
  // Whether the source is ours to ask now; brings its poller up to date with the log.
  bool prepare(Source& source, uint64_t& assignment);

  ListenerSettings settings_;
  Bus& bus_;
  Clock& house_;
  Clock& real_;

  mutable std::mutex mutex_;               // of what stands below
  std::map<std::string, Source> sources_;  // the map itself never changes after make()
  std::map<std::string, Cursor> cursors_;
  std::set<std::string> paused_;
  std::set<int> owned_;
  bool caught_up_ = false;  // with `awaited_`
  Watchlist watchlist_;

  std::optional<Positions> awaited_;  // the thread `listen` alone: the end of cursors, as assigned
  std::vector<std::jthread> threads_;
};

}  // namespace maitred
