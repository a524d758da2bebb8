// librdkafka's statistics, as librdkafka 2.0.2 has written them to real brokers and without one
// (tests/bus/statistics), and what becomes of them in the metrics.
#include "bus/kafka/statistics.h"

#include <doctest/doctest.h>

#include "base/files.h"

using namespace maitred;

namespace {

KafkaStatistics recorded(const std::string& name) {
  const auto text =
      read_file(std::string(MAITRED_SOURCE_DIR) + "/tests/bus/statistics/" + name + ".json");
  REQUIRE_MESSAGE(text, (text ? "" : text.error().text));
  return read_statistics(*text);
}

bool is_shown(const std::string& line) {
  return metrics().text().find(line) != std::string::npos;
}

double counted(const char* name, const char* client) {
  return metrics().counter(name, "", {{"client", client}}).value();
}

}  // namespace

TEST_CASE("a producer's statistics tell of its brokers and of what waits") {
  const KafkaStatistics up = recorded("producer");
  CHECK(up.produces);
  CHECK(up.any_up);
  CHECK(up.broker_is_up == std::map<int64_t, bool>{{1, true}});
  CHECK(up.round_trip_seconds_p99.at(1) == doctest::Approx(0.096255));
  CHECK(up.requests == 95);
  CHECK(up.queued_records == 0);

  const KafkaStatistics down = recorded("broker_down");
  CHECK_FALSE(down.any_up);
  CHECK(down.broker_is_up == std::map<int64_t, bool>{{1, false}});
  CHECK(down.round_trip_seconds_p99.empty());  // nothing was answered: it is not 0
  CHECK(down.queued_records == 220);
  CHECK(down.queued_bytes == 1100);
  CHECK(down.disconnects == 1);
}

TEST_CASE("a group's coordinator is no other broker, and who reads waits for records to come") {
  const KafkaStatistics read = recorded("consumer");
  CHECK_FALSE(read.produces);
  CHECK(read.broker_is_up == std::map<int64_t, bool>{{1, true}});
  CHECK(read.round_trip_seconds_p99.empty());
  CHECK(read.requests == 17);
}

TEST_CASE("a connection that came up just now may be one that a listener is about to end") {
  for (const auto& [age, any_up] : {std::pair{20'000, false}, std::pair{600'000, true}}) {
    CAPTURE(age);
    const KafkaStatistics read = read_statistics(
        R"({"brokers":{"b":{"source":"learned","nodeid":1,"state":"UP","stateage":)" +
        std::to_string(age) + "}}}");
    CHECK(read.any_up == any_up);
    CHECK(read.broker_is_up.at(1));
  }
}

TEST_CASE("statistics that cannot be read tell of nothing") {
  for (const char* text : {"", "{", "[]", "{\"brokers\":7,\"msg_cnt\":\"x\"}"}) {
    CAPTURE(text);
    const KafkaStatistics read = read_statistics(text);
    CHECK(read.broker_is_up.empty());
    CHECK(read.queued_records == 0);
    CHECK_FALSE(read.any_up);
  }
}

TEST_CASE("counts go on with the next client of the name, and gauges go with their own") {
  const double before = counted("maitred_kafka_requests_total", "a");
  KafkaStatistics now;
  now.broker_is_up = {{1, true}, {2, true}};
  now.requests = 10;
  {
    KafkaMeter first("a");
    first.show(now);
    now.requests = 15;
    now.broker_is_up = {{1, false}};
    first.show(now);
    CHECK(counted("maitred_kafka_requests_total", "a") - before == 15);
    CHECK(is_shown("maitred_kafka_broker_up{broker=\"1\",client=\"a\"} 0"));
    CHECK_FALSE(is_shown("broker=\"2\",client=\"a\""));  // it is no part of the cluster any more
    CHECK_FALSE(is_shown("maitred_kafka_queue_records{client=\"a\"}"));
  }
  CHECK_FALSE(is_shown("maitred_kafka_broker_up{broker=\"1\",client=\"a\"}"));
  CHECK(is_shown("maitred_kafka_requests_total{client=\"a\"}"));

  KafkaMeter second("a");
  now.requests = 4;  // librdkafka counts from 0 again
  second.show(now);
  CHECK(counted("maitred_kafka_requests_total", "a") - before == 19);
  CHECK(is_shown("maitred_kafka_broker_up{broker=\"1\",client=\"a\"} 0"));
}
