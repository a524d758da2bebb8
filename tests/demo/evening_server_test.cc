#include <doctest/doctest.h>

#include "tests/demo/evening.h"
#include "tests/servers/kafka_server.h"

using namespace maitred;

TEST_CASE("the same evening on a Kafka, whose stamps become house time") {
  const auto kafka = KafkaServer::start();
  REQUIRE_MESSAGE(kafka, (kafka ? "" : kafka.error().text));
  test::play_evening("demo-kafka", "--kafka " + kafka->brokers());
}
