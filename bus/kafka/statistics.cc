#include "bus/kafka/statistics.h"

#include "base/json.h"
#include "base/metrics.h"

namespace maitred {
namespace {

constexpr double kMicroseconds = 1e-6;

double total(json::View value) {
  return value.number().value_or(0);
}

}  // namespace

KafkaStatistics read_statistics(std::string_view text) {
  KafkaStatistics read;
  const auto document = json::Document::parse(text);
  if (!document) return read;
  const json::View root = document->root();
  read.queued_records = total(root["msg_cnt"]);
  read.queued_bytes = total(root["msg_size"]);
  read.rebalances = total(root["cgrp"]["rebalance_cnt"]);
  const json::View brokers = root["brokers"];
  for (size_t i = 0; i < brokers.size(); ++i) {
    const json::View broker = brokers.member_value(i);
    read.requests += total(broker["tx"]);
    read.retries += total(broker["txretries"]);
    read.request_timeouts += total(broker["req_timeouts"]);
    // Addresses from the configuration, and group coordinators, are brokers of no number of theirs.
    if (broker["nodeid"].integer().value_or(-1) < 0) continue;
    const std::string name(broker["name"].string());
    const bool up = broker["state"].string() == "UP";
    read.broker_is_up[name] = up;
    read.brokers_up += up ? 1 : 0;
    if (up) read.round_trip_seconds_p99[name] = total(broker["rtt"]["p99"]) * kMicroseconds;
  }
  return read;
}

void publish_statistics(const KafkaStatistics& statistics, const std::string& client) {
  Metrics& all = metrics();
  for (const auto& [broker, up] : statistics.broker_is_up) {
    all.gauge("maitred_kafka_broker_up", "1 while this client has a connection to the broker",
              {{"client", client}, {"broker", broker}})
        .set(up ? 1 : 0);
  }
  for (const auto& [broker, seconds] : statistics.round_trip_seconds_p99) {
    all.gauge("maitred_kafka_round_trip_seconds", "99th percentile of the last second's requests",
              {{"client", client}, {"broker", broker}})
        .set(seconds);
  }
  const auto set = [&](const char* name, const char* help, double value) {
    all.gauge(name, help, {{"client", client}}).set(value);
  };
  set("maitred_kafka_queue_records", "Records waiting to be sent", statistics.queued_records);
  set("maitred_kafka_queue_bytes", "Bytes of records waiting to be sent", statistics.queued_bytes);
  set("maitred_kafka_requests", "Requests sent since the client was made", statistics.requests);
  set("maitred_kafka_retries", "Requests sent once more since the client was made",
      statistics.retries);
  set("maitred_kafka_request_timeouts", "Requests unanswered in time since the client was made",
      statistics.request_timeouts);
  set("maitred_kafka_rebalances", "Rebalances of the group since the client was made",
      statistics.rebalances);
}

}  // namespace maitred
