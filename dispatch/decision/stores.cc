#include "dispatch/decision/stores.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "config/csv.h"

namespace maitred {
namespace {

using std::chrono::minutes;

constexpr int kMinutesMax = 24 * 60;
constexpr double kSpeedMax = 200;

template <typename T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// "7", "07", "16:30".
std::optional<minutes> clock_of(std::string_view text) {
  const size_t colon = text.find(':');
  const auto hour = number_of<int>(text.substr(0, colon));
  const auto minute = colon == std::string_view::npos ? std::optional<int>(0)
                                                      : number_of<int>(text.substr(colon + 1));
  if (!hour || !minute || *hour < 0 || *hour > 24 || *minute < 0 || *minute > 59) return {};
  return minutes(*hour * 60 + *minute);
}

std::optional<double> speed_of(std::string_view text) {
  const auto kmh = number_of<double>(text);
  if (!kmh || !(*kmh > 0) || *kmh > kSpeedMax) return {};
  return kmh;
}

std::optional<Speeds::Span> speed_span(std::string_view text) {
  const size_t dash = text.find('-');
  const size_t colon = text.rfind(':');
  if (dash == std::string_view::npos || colon == std::string_view::npos || colon < dash) return {};
  const auto from = clock_of(text.substr(0, dash));
  const auto to = clock_of(text.substr(dash + 1, colon - dash - 1));
  const auto kmh = speed_of(text.substr(colon + 1));
  if (!from || !to || !kmh || *from == *to) return {};
  return Speeds::Span{*from, *to, *kmh};
}

Speeds read_speeds(CsvRow& row) {
  Speeds speeds;
  for (const std::string& entry : row.list("speed")) {
    if (const auto kmh = speed_of(entry)) {
      speeds.kmh = *kmh;
    } else if (const auto span = speed_span(entry)) {
      speeds.spans.push_back(*span);
    } else {
      row.fault("speed", fmt::format("'{}' is not a speed", entry),
                "write km/h, and for some hours 16:00-19:00:25, separated by ';'");
    }
  }
  return speeds;
}

std::map<std::string, int> read_minutes_to(CsvRow& row) {
  std::map<std::string, int> table;
  for (const std::string& entry : row.list("minutes_to")) {
    const size_t colon = entry.rfind(':');
    const auto count = colon == std::string::npos
                           ? std::nullopt
                           : number_of<int>(std::string_view(entry).substr(colon + 1));
    if (!count || *count < 0 || *count > kMinutesMax || colon == 0) {
      row.fault("minutes_to", fmt::format("'{}' is not a place and its minutes", entry),
                "write EWR:45");
      continue;
    }
    table[entry.substr(0, colon)] = *count;
  }
  return table;
}

Store read_store(CsvRow& row) {
  constexpr int kOpenMax = 1'000'000;
  Store store;
  store.id = row.required("id");
  store.name = row.required("name");
  store.aliases = row.list("aliases");
  row.required("lat");
  row.required("lon");
  store.lat = row.number("lat", -90, 90).value_or(0);
  store.lon = row.number("lon", -180, 180).value_or(0);
  if (const auto zone = Zone::find(row.required("zone"))) {
    store.zone = *zone;
  } else if (!row.text("zone").empty()) {
    row.fault("zone", fmt::format("no zone '{}'", row.text("zone")), "write America/New_York");
  }
  if (auto hours = Hours::parse(row.required("hours"))) {
    store.hours = std::move(*hours);
  } else {
    row.fault("hours", hours.error().text, "write e.g. Mo-Th 17:00-22:00; Fr,Sa 17:00-01:00");
  }
  store.prepares = row.list("prepares");
  store.open_max = row.integer("open_max", 0, kOpenMax).value_or(0);
  store.minutes_to = read_minutes_to(row);
  store.speeds = read_speeds(row);
  store.phone = row.text("phone");
  store.line = row.line();
  return store;
}

}  // namespace

double Speeds::at(minutes of_day) const {
  for (const Span& span : spans) {
    const bool inside = span.from < span.to ? of_day >= span.from && of_day < span.to
                                            : of_day >= span.from || of_day < span.to;
    if (inside) return span.kmh;
  }
  return kmh;
}

const Store* Stores::find(std::string_view id) const {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Store& store) { return store.id == id; });
  return found == all.end() ? nullptr : &*found;
}

Stores load_stores(const std::filesystem::path& path, std::vector<ConfigFault>& faults) {
  const auto table =
      CsvTable::load(path, {"id", "name", "lat", "lon", "zone", "hours"},
                     {"aliases", "prepares", "open_max", "minutes_to", "speed", "phone"});
  Stores stores;
  for (CsvRow& row : table->rows()) {
    Store store = read_store(row);
    if (stores.find(store.id)) row.fault("id", fmt::format("'{}' is there twice", store.id));
    if (row.sound()) stores.all.push_back(std::move(store));
  }
  faults.insert(faults.end(), table->faults().begin(), table->faults().end());
  return stores;
}

}  // namespace maitred
