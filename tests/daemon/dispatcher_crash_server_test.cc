// What dispatcher_crash_slow_test.cc does, on a real Kafka and so less often.
#include "tests/bus/kafka_house.h"
#include "tests/daemon/dispatcher_cases.h"

using namespace maitred::test;

namespace {

constexpr CrashEffort kEffort{14, 1, maitred::Duration(1500), 40};

}  // namespace

TEST_CASE("on a Kafka, an evening nothing disturbs") {
  settle_an_evening(kafka_house);
}

TEST_CASE("on a Kafka, killed at some steps, in any way: the same end") {
  kill_at_every_step(kafka_house, kEffort);
}

TEST_CASE("on a Kafka, two dispatchers who come and go open one task a mention") {
  let_two_come_and_go(kafka_house, kEffort);
}
