// The bus's promises on a real Kafka.
#include <fmt/core.h>

#include "tests/bus/kafka_house.h"
#include "tests/bus/promises.h"

using namespace maitred;

TEST_CASE("the Kafka bus keeps the bus's promises") {
  for (const test::Promise& promise : test::promises()) {
    SUBCASE(promise.words) {
      test::KafkaHouse house(test::shared_kafka());
      const Time began = real_clock().now();
      promise.keep(house);
      fmt::print("{:>6} ms  {}\n", (real_clock().now() - began).count(), promise.words);
    }
  }
}
