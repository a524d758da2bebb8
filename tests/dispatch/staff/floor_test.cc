#include "tests/dispatch/cases.h"

using namespace maitred::test;

TEST_CASE("the floor on the embedded bus") {
  show_all(floor_cases(), embedded_house);
}
