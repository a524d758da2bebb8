// How long a store's people need to a place: the store's own table where it has the place, else
// the great circle, a third longer because roads bend, at the speed of the hour. It always says
// which, because somebody will ask.
//
// Pure, any thread.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "bus/reading.h"
#include "dispatch/decision/stores.h"

namespace maitred {

struct Travel {
  std::chrono::minutes minutes{0};
  std::string how;  // "table EWR:45" | "23.5 km at 40 km/h" | "at the store"
};

Travel travel(const Store& store, const PlaceFinding& place, Time leaving);

double great_circle_km(double lat_a, double lon_a, double lat_b, double lon_b);

}  // namespace maitred
