// What polls and listens, on a real Kafka.
#include "tests/bus/kafka_house.h"
#include "tests/connectors/cases.h"

using namespace maitred::test;

TEST_CASE("the poller on a Kafka") {
  show_all(poller_cases(), kafka_house);
}

TEST_CASE("the listener on a Kafka") {
  show_all(listener_cases(), kafka_house);
}
