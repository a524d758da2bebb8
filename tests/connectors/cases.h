// What poller and listener do on a log, whichever kind it is: run by poller_test.cc and
// listener_test.cc on the embedded one, by kafka_server_test.cc on a real Kafka.
#pragma once

#include "tests/bus/house.h"

namespace maitred::test {

const std::vector<HouseCase>& poller_cases();
const std::vector<HouseCase>& listener_cases();

}  // namespace maitred::test
