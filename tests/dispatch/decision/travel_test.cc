#include "dispatch/decision/travel.h"

#include <doctest/doctest.h>

#include "dispatch/decision/choice.h"

namespace maitred {
namespace {

using std::chrono::minutes;

TEST_CASE("a drive takes what the store's table says, else the way at the hour's speed") {
  Store store;
  store.id = "a";
  store.lat = 40.9078;
  store.lon = -74.0306;
  store.zone = *Zone::find("America/New_York");
  store.minutes_to["EWR"] = 45;
  store.speeds.kmh = 40;
  store.speeds.spans = {{minutes(16 * 60), minutes(19 * 60), 20}, {minutes(1320), minutes(60), 80}};
  PlaceFinding place;
  place.kind = "airport";
  place.code = "EWR";
  place.lat = 40.6925;
  place.lon = -74.1687;
  const auto at = [](const char* text) { return *parse_rfc3339(text); };
  CHECK(travel(store, place, at("2026-03-05T12:00:00-05:00")).how == "table EWR:45");
  place.code = "TEB";
  const auto noon = travel(store, place, at("2026-03-05T12:00:00-05:00"));
  const auto rush = travel(store, place, at("2026-03-05T17:00:00-05:00"));
  const auto night = travel(store, place, at("2026-03-06T00:30:00-05:00"));
  CHECK(noon.how == "34.6 km at 40 km/h");
  CHECK(noon.minutes == minutes(52));
  CHECK(rush.minutes == minutes(104));
  CHECK(night.minutes == minutes(26));
  place.kind = "store";
  place.code = "a";
  CHECK(travel(store, place, at("2026-03-05T12:00:00-05:00")).minutes == minutes(0));
}

TEST_CASE("a great circle is what the atlas says") {
  CHECK(great_circle_km(0, 0, 0, 180) == doctest::Approx(20015).epsilon(0.001));
  CHECK(great_circle_km(40.6413, -73.7781, 51.4700, -0.4543) ==
        doctest::Approx(5540).epsilon(0.01));
  CHECK(great_circle_km(10, 20, 10, 20) == doctest::Approx(0));
}

TEST_CASE("the store asked next is the nearest round about that has it and was not asked") {
  Stores stores;
  for (const auto& [id, lat] : std::vector<std::pair<const char*, double>>{
           {"a", 40.0}, {"b", 40.1}, {"c", 40.3}, {"d", 45.0}}) {
    Store store;
    store.id = id;
    store.lat = lat;
    stores.all.push_back(store);
  }
  Catalogue catalogue;
  Item tea;
  tea.id = "tea";
  tea.stores = {"a", "c", "d"};
  catalogue.items = {tea};
  CHECK(next_store("a", {}, {}, stores, catalogue) == "b");
  CHECK(next_store("a", {}, {{"tea", 1, ""}}, stores, catalogue) == "c");
  CHECK(next_store("a", {"b", "c"}, {}, stores, catalogue) == "");  // d is far away
  CHECK(next_store("desk", {}, {}, stores, catalogue) == "");
}

}  // namespace
}  // namespace maitred
