// Health: which threads are alive, what keeps the daemon from being ready, and the one screen of
// `maitred status` as JSON. Threads tick() under their own names, also while they wait; a thread
// silent for longer than kSilenceMax is named.
//
// Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bus/fold.h"
#include "connectors/poller.h"
#include "dispatch/dispatcher.h"
#include "dispatch/staff/floor.h"

namespace maitred {

inline constexpr std::chrono::seconds kSilenceMax{45};  // a poll may take 30 s of HTTP
inline constexpr std::chrono::seconds kClockOffMax{5};  // log time ahead of the clock

class Ticks {
 public:
  void tick(std::string_view thread);
  std::vector<std::string> silent() const;  // threads that ticked once and then no more
  void forget(std::string_view thread);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Time, std::less<>> last_;  // real time
};

// A record whose log time lies ahead of our clock: the clock was stepped, no timer may fire.
bool clock_is_ok(const Fold& fold, const Clock& house);

// What `status` tells; a part that does not run here is null.
struct StatusSources {
  Bus& bus;
  const TopicNames& names;
  const std::string& node;
  const Clock& house;
  const Fold& fold;
  TaskBook& tasks;
  const Dispatcher* dispatcher = nullptr;
  const Floor* floor = nullptr;
  std::vector<SourceStatus> sources = {};
  std::vector<std::string> blocked = {};
};
std::string status_json(const StatusSources& from);

// The same for people, 80 columns wide.
std::string status_screen(json::View status);

}  // namespace maitred
