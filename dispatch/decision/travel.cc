#include "dispatch/decision/travel.h"

#include <fmt/core.h>

#include <cmath>
#include <numbers>

namespace maitred {

double great_circle_km(double lat_a, double lon_a, double lat_b, double lon_b) {
  constexpr double kEarthKm = 6371.0;
  constexpr double kRadians = std::numbers::pi / 180;
  const double up = std::sin((lat_b - lat_a) * kRadians / 2);
  const double across = std::sin((lon_b - lon_a) * kRadians / 2);
  const double square =
      up * up + std::cos(lat_a * kRadians) * std::cos(lat_b * kRadians) * across * across;
  return 2 * kEarthKm * std::asin(std::min(1.0, std::sqrt(square)));
}

Travel travel(const Store& store, const PlaceFinding& place, Time leaving) {
  constexpr double kRoadsBend = 1.3;
  if (place.kind == "store" && place.code == store.id) return {{}, "at the store"};
  if (const auto known = store.minutes_to.find(place.code); known != store.minutes_to.end()) {
    return {std::chrono::minutes(known->second),
            fmt::format("table {}:{}", known->first, known->second)};
  }
  const double km = great_circle_km(store.lat, store.lon, place.lat, place.lon) * kRoadsBend;
  const auto civil = store.zone.to_civil(leaving);
  const double kmh = store.speeds.at(civil.of_day);
  return {std::chrono::minutes(static_cast<int>(std::ceil(km / kmh * 60))),
          fmt::format("{:.1f} km at {:.0f} km/h", km, kmh)};
}

}  // namespace maitred
