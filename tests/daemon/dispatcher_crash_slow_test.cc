#include "tests/daemon/dispatcher_cases.h"

using namespace maitred::test;

namespace {

constexpr CrashEffort kEffort{10'000, 4, maitred::Duration(150), 12};

}  // namespace

TEST_CASE("an evening nothing disturbs") {
  settle_an_evening(embedded_house);
}

TEST_CASE("a rival's fate is obeyed, also by what would have rested on ours") {
  obey_a_rival(embedded_house);
}

TEST_CASE("killed at any step, in any way, with its books or without: the same end") {
  kill_at_every_step(embedded_house, kEffort);
}

TEST_CASE(
    "two dispatchers, coming and going under load, open one task a mention, whatever the seed") {
  let_two_come_and_go(embedded_house, kEffort);
}
