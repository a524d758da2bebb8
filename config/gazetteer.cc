#include "config/gazetteer.h"

#include <charconv>

#include "base/files.h"

namespace maitred {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string> list_from(std::string_view text) {
  std::vector<std::string> result;
  for (const std::string_view part : split(text, ';'))
    if (!part.empty()) result.emplace_back(part);
  return result;
}

template <typename Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// Calls take(columns) for each row below the header; false from it means the row is not readable.
template <typename Take>
Result<void> each_row(std::string_view text, std::string_view file, size_t columns, Take take) {
  int line_number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line_number == 1 || line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> cells = split(line, '\t');
    if (cells.size() < columns || !take(cells))
      return fail(Fault::malformed, std::string(file) + ":" + std::to_string(line_number) +
                                        ": not a row of " + std::to_string(columns) +
                                        " columns as the header names them");
  }
  return {};
}

}  // namespace

Result<std::vector<Airport>> parse_airports(std::string_view text) {
  std::vector<Airport> airports;
  TRY(each_row(text, "airports.tsv", 8, [&](const std::vector<std::string_view>& cells) {
    Airport airport;
    airport.iata = cells[0];
    airport.large = cells[1] == "large";
    airport.zone = cells[4];
    airport.name = cells[5];
    airport.alone = list_from(cells[6]);
    airport.beside = list_from(cells[7]);
    const bool good = airport.iata.size() == 3 && read_number(cells[2], airport.lat) &&
                      read_number(cells[3], airport.lon);
    airports.push_back(std::move(airport));
    return good;
  }));
  return airports;
}

Result<std::vector<Town>> parse_towns(std::string_view text) {
  std::vector<Town> towns;
  TRY(each_row(text, "towns.tsv", 9, [&](const std::vector<std::string_view>& cells) {
    Town town;
    town.id = cells[0];
    town.name = cells[1];
    town.country = cells[2];
    town.zone = cells[6];
    town.names = list_from(cells[7]);
    town.airports = list_from(cells[8]);
    const bool good = read_number(cells[3], town.lat) && read_number(cells[4], town.lon) &&
                      read_number(cells[5], town.population);
    towns.push_back(std::move(town));
    return good;
  }));
  return towns;
}

Result<Gazetteer> load_gazetteer(const std::filesystem::path& directory) {
  Gazetteer gazetteer;
  TRY_ASSIGN(const std::string airports, read_file(directory / "airports.tsv"));
  TRY_ASSIGN(gazetteer.airports, parse_airports(airports));
  TRY_ASSIGN(const std::string towns, read_file(directory / "towns.tsv"));
  TRY_ASSIGN(gazetteer.towns, parse_towns(towns));
  return gazetteer;
}

}  // namespace maitred
