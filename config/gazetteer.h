// The world's airports and its larger towns, with position and time zone: config/gazetteer/*.tsv,
// read once at start. Which words of a post mean one of them is for dispatch/reading to say; this
// module only knows the two files (their README names the sources and the columns).
//
// load_gazetteer is thread-safe; Gazetteer is plain data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace maitred {

struct Airport {
  std::string iata;
  bool large = false;
  double lat = 0;
  double lon = 0;
  std::string zone;                 // IANA
  std::string name;                 // to show
  std::vector<std::string> alone;   // names that mean the airport wherever they stand
  std::vector<std::string> beside;  // names that mean it beside a word such as "airport"
};

struct Town {
  std::string id;  // GeoNames
  std::string name;
  std::string country;  // ISO 3166
  double lat = 0;
  double lon = 0;
  int64_t population = 0;
  std::string zone;
  std::vector<std::string> names;
  std::vector<std::string> airports;  // IATA codes, the one people mean first
};

struct Gazetteer {
  std::vector<Airport> airports;
  std::vector<Town> towns;  // by population, the largest first
};

// malformed: a row with too few columns or a number that is none; says file and line.
Result<std::vector<Airport>> parse_airports(std::string_view text);
Result<std::vector<Town>> parse_towns(std::string_view text);

// Reads airports.tsv and towns.tsv of the directory.
Result<Gazetteer> load_gazetteer(const std::filesystem::path& directory);

}  // namespace maitred
