// What librdkafka tells of itself once a second (its STATISTICS.md), as metrics: which brokers are
// up, how long they take, how much waits to be sent. Lag is not taken from here but computed from
// the bus itself, the same on either bus (daemon/meters.h).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/metrics.h"

namespace maitred {

struct KafkaStatistics {
  bool produces = false;
  // By broker id, of those this client has had to do with: others it does not even connect to.
  std::map<int64_t, bool> broker_is_up = {};
  // Only a producer's say how long a broker takes: who reads waits for records to come.
  std::map<int64_t, double> round_trip_seconds_p99 = {};  // of the last second
  int64_t queued_records = 0, queued_bytes = 0;           // waiting to be sent or acknowledged
  // Since the client was made.
  int64_t requests = 0, retries = 0, request_timeouts = 0, disconnects = 0;

  bool any_up = false;  // and stays so, be it one we know only by its address
};

// Pure. What cannot be read is left at its default.
KafkaStatistics read_statistics(std::string_view text);

// What one client shows in metrics(). Gauges go with it, and counters go on with the next client of
// the same name. One thread at a time.
class KafkaMeter {
 public:
  // `client`: "publish", "follow", "dispatch" …: few, however many clients there are.
  explicit KafkaMeter(std::string client) : client_(std::move(client)) {}
  ~KafkaMeter();
  KafkaMeter(const KafkaMeter&) = delete;
  KafkaMeter& operator=(const KafkaMeter&) = delete;
  void show(const KafkaStatistics& now);

 private:
  using Series = std::set<std::pair<std::string, MetricLabels>>;
  void take_away(const Series& gone);

  std::string client_;
  KafkaStatistics last_ = {};
  Series shown_ = {};  // gauges
};

}  // namespace maitred
