// What fold and floor do on a log, whichever kind it is: run by fold_test.cc and floor_test.cc on
// the embedded one, by kafka_server_test.cc on a real Kafka.
#pragma once

#include "tests/bus/house.h"

namespace maitred::test {

const std::vector<HouseCase>& fold_cases();
const std::vector<HouseCase>& floor_cases();

}  // namespace maitred::test
