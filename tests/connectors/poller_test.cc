#include "tests/connectors/cases.h"

using namespace maitred::test;

TEST_CASE("the poller on the embedded bus") {
  show_all(poller_cases(), embedded_house);
}
