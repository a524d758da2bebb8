// What folds and what acts when something is owed, on a real Kafka.
#include "tests/bus/kafka_house.h"
#include "tests/dispatch/cases.h"

using namespace maitred::test;

TEST_CASE("the fold of a Kafka") {
  show_all(fold_cases(), kafka_house);
}

TEST_CASE("the floor on a Kafka") {
  show_all(floor_cases(), kafka_house);
}
