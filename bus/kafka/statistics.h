// What librdkafka tells of itself once a second (its STATISTICS.md), as metrics: which brokers are
// up, how long they take, how much waits to be sent. Lag is not taken from here but computed from
// the bus itself, the same on either bus (daemon/meters.h).
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace maitred {

struct KafkaStatistics {
  int brokers_up = 0;
  std::map<std::string, bool> broker_is_up = {};              // by "host:port/id"
  std::map<std::string, double> round_trip_seconds_p99 = {};  // of those that are up
  double queued_records = 0, queued_bytes = 0;                // waiting to be sent
  double requests = 0, retries = 0, request_timeouts = 0;     // since the client was made
  double rebalances = 0;                                      // of a member's group
};

// Pure. What cannot be read is left at its default.
KafkaStatistics read_statistics(std::string_view text);

// Into metrics(), labelled with the client's name and, where it applies, the broker's.
void publish_statistics(const KafkaStatistics& statistics, const std::string& client);

}  // namespace maitred
