#include "tests/dispatch/cases.h"

using namespace maitred::test;

TEST_CASE("the fold of the embedded bus") {
  show_all(fold_cases(), embedded_house);
}
