#include "bus/kafka/statistics.h"

#include <algorithm>
#include <iterator>

#include "base/json.h"

namespace maitred {
namespace {

constexpr double kMicroseconds = 1e-6;
// A listener that wants a password first takes the connection, and ends it a moment later.
constexpr int64_t kStays = 500'000;  // µs

int64_t count(json::View value) {
  return value.integer().value_or(0);
}

}  // namespace

KafkaStatistics read_statistics(std::string_view text) {
  KafkaStatistics read;
  const auto document = json::Document::parse(text);
  if (!document) return read;
  const json::View root = document->root();
  read.produces = root["type"].string() == "producer";
  read.queued_records = count(root["msg_cnt"]);
  read.queued_bytes = count(root["msg_size"]);
  const json::View brokers = root["brokers"];
  for (size_t i = 0; i < brokers.size(); ++i) {
    const json::View broker = brokers.member_value(i);
    read.requests += count(broker["tx"]);
    read.retries += count(broker["txretries"]);
    read.request_timeouts += count(broker["req_timeouts"]);
    read.disconnects += count(broker["disconnects"]);
    // A group's coordinator is one of the brokers under another name.
    const std::string_view state = broker["state"].string();
    if (broker["source"].string() == "logical" || state == "INIT") continue;
    const bool up = state == "UP";
    read.any_up |= up && count(broker["stateage"]) >= kStays;
    const int64_t id = broker["nodeid"].integer().value_or(-1);
    if (id < 0) continue;  // an address out of the configuration, nothing known of it yet
    read.broker_is_up[id] |= up;
    const json::View round_trip = broker["rtt"];
    if (read.produces && count(round_trip["cnt"]) > 0) {
      read.round_trip_seconds_p99[id] =
          static_cast<double>(count(round_trip["p99"])) * kMicroseconds;
    }
  }
  return read;
}

KafkaMeter::~KafkaMeter() {
  take_away(shown_);
}

void KafkaMeter::take_away(const Series& gone) {
  for (const auto& [name, labels] : gone) metrics().hide(name, labels);
}

void KafkaMeter::show(const KafkaStatistics& now) {
  Series shown;
  const auto gauge = [&](const char* name, const char* help, MetricLabels labels, double value) {
    metrics().gauge(name, help, labels).set(value);
    shown.emplace(name, std::move(labels));
  };
  for (const auto& [broker, up] : now.broker_is_up) {
    gauge("maitred_kafka_broker_up", "1 while this client has a connection to the broker",
          {{"client", client_}, {"broker", std::to_string(broker)}}, up ? 1 : 0);
  }
  for (const auto& [broker, seconds] : now.round_trip_seconds_p99) {
    gauge("maitred_kafka_round_trip_seconds",
          "99th percentile of how long a broker took for what was sent in the last second",
          {{"broker", std::to_string(broker)}}, seconds);
  }
  if (now.produces) {
    gauge("maitred_kafka_queue_records", "Records waiting to be sent or acknowledged",
          {{"client", client_}}, static_cast<double>(now.queued_records));
    gauge("maitred_kafka_queue_bytes", "Bytes waiting to be sent or acknowledged",
          {{"client", client_}}, static_cast<double>(now.queued_bytes));
  }
  const auto total = [&](const char* name, const char* help, int64_t KafkaStatistics::*which) {
    metrics()
        .counter(name, help, {{"client", client_}})
        .add(static_cast<double>(std::max<int64_t>(0, now.*which - last_.*which)));
  };
  total("maitred_kafka_requests_total", "Requests sent to brokers", &KafkaStatistics::requests);
  total("maitred_kafka_retries_total", "Requests sent once more", &KafkaStatistics::retries);
  total("maitred_kafka_request_timeouts_total", "Requests not answered in time",
        &KafkaStatistics::request_timeouts);
  total("maitred_kafka_disconnects_total", "Connections that ended", &KafkaStatistics::disconnects);
  Series gone;
  std::ranges::set_difference(shown_, shown, std::inserter(gone, gone.end()));
  take_away(gone);
  shown_ = std::move(shown);
  last_ = now;
}

}  // namespace maitred
