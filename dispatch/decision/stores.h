// The shops: stores.csv. Where each is, when it is open, what it makes, how much it can carry at
// once, and how long its people drive.
//
// Plain data once read, any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "config/fault.h"
#include "dispatch/decision/hours.h"

namespace maitred {

// How fast its people get along: "40; 07-10:25; 16:00-19:30:22" is 40 km/h but slower at the rush.
struct Speeds {
  struct Span {
    std::chrono::minutes from{0}, to{0};
    double kmh = 0;
  };
  double kmh = 40;
  std::vector<Span> spans;
  double at(std::chrono::minutes of_day) const;
};

struct Store {
  std::string id;
  std::string name;
  std::vector<std::string> aliases;
  double lat = 0;
  double lon = 0;
  Zone zone = Zone::utc();
  Hours hours;
  std::vector<std::string> prepares;      // item ids; empty = all
  int open_max = 0;                       // living tasks at once; 0 = any number
  std::map<std::string, int> minutes_to;  // place code → minutes of travel
  Speeds speeds;
  std::string phone;
  int line = 0;  // where the row stands
};

struct Stores {
  std::vector<Store> all;  // in file order
  const Store* find(std::string_view id) const;
};

// Bad rows are added to `faults` and left out.
Stores load_stores(const std::filesystem::path& path, std::vector<ConfigFault>& faults);

}  // namespace maitred
