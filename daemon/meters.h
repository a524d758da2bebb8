// Meters: how far everybody is, asked of the log itself every few seconds and put into metrics(),
// the same on either bus: how far a group or a book is behind, how old the newest record of a topic
// is, what was void or rejected, whether we are ready. Ages are house time, as windows and timers
// are; only on a clock that runs fast does that differ from real time.
//
// Questions to a log that does not answer take seconds, so they have the thread `meters`, which
// holds nobody up. Numbers that were to be had stay as they were, and maitred_log_silent_seconds
// says how old they are. Meters decide nothing.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "bus/bus.h"
#include "bus/fold.h"
#include "connectors/poller.h"
#include "dispatch/dispatcher.h"

namespace maitred {

// What is measured; what does not run here is empty.
struct MeterSources {
  Bus& bus;
  const TopicNames& names;
  const Clock& house;
  const Fold& fold;
  TaskBook& tasks;
  const Dispatcher* dispatcher = nullptr;
  std::function<std::vector<SourceStatus>()> sources = {};
  std::function<std::vector<std::string>()> blocked = {};  // what keeps us from being ready
};

class Meters {
 public:
  explicit Meters(MeterSources from, Metrics& into = metrics());
  void run(std::stop_token stop);  // the thread `meters`
  // One round. An error is the log's: what we know without it is measured all the same.
  Result<void> measure(std::stop_token stop = {});
  void on_tick(std::function<void()> tick) { tick_ = std::move(tick); }

 private:
  void measure_house();
  void measure_sources();
  Result<void> measure_topic(Topic topic);
  Result<void> measure_group(Topic topic, const std::string& group, const Positions& ends);
  void gauge(const char* name, const char* help, MetricLabels labels, double value);
  // A counter that follows a count kept elsewhere; where that one begins anew, it only goes on.
  void total(const char* name, const char* help, MetricLabels labels, int64_t count);

  MeterSources from_;
  Metrics& into_;
  std::function<void()> tick_;
  struct LogEnd {
    Positions ends = {};
    Time newest = {};  // log time of the newest record
  };
  std::map<Topic, LogEnd> log_ends_;
  std::map<std::pair<std::string, MetricLabels>, int64_t> totals_;
  Time answered_;  // real time of the last round that was whole
};

}  // namespace maitred
