#include <doctest/doctest.h>

#include "tests/demo/evening.h"

TEST_CASE("the evening of config/demo ends as expected.toml has it, by the log alone") {
  maitred::test::play_evening("demo-once", "");
}
