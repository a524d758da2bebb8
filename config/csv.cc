#include "config/csv.h"

#include <csv.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/files.h"
#include "base/text.h"
#include "config/nearest.h"

namespace maitred {
namespace {

constexpr size_t kFileMax = 256 << 20;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The cells of the row being read, and where it began.
struct Reading {
  std::vector<std::string> cells;
  int line = 0;
  std::vector<std::pair<int, std::vector<std::string>>> rows;
};

void end_cell(void* bytes, size_t count, void* context) {
  auto& reading = *static_cast<Reading*>(context);
  reading.cells.emplace_back(trimmed({static_cast<const char*>(bytes), count}));
}

void end_row(int, void* context) {
  auto& reading = *static_cast<Reading*>(context);
  const bool blank = std::all_of(reading.cells.begin(), reading.cells.end(),
                                 [](const auto& cell) { return cell.empty(); });
  if (!blank) reading.rows.emplace_back(reading.line, std::move(reading.cells));
  reading.cells.clear();
}

// Fed line by line, so that each row knows where it began. False: a quote is never closed.
bool split(std::string_view bytes, Reading& reading) {
  // libcsv's names for parser.pstate stand in its source alone.
  constexpr int kNoRowBegun = 0;
  constexpr int kFieldBegun = 2;
  csv_parser parser;
  csv_init(&parser, 0);
  for (int line = 1; !bytes.empty(); ++line) {
    const size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    if (parser.pstate == kNoRowBegun) reading.line = line;
    csv_parse(&parser, bytes.data(), end, end_cell, end_row, &reading);
    bytes.remove_prefix(end);
  }
  const bool closed = !(parser.quoted && parser.pstate == kFieldBegun);
  csv_fini(&parser, end_cell, end_row, &reading);
  csv_free(&parser);
  return closed;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

}  // namespace

std::string CsvRow::text(std::string_view column) const {
  const auto found = columns_->find(column);
  if (found == columns_->end() || found->second >= cells_.size()) return {};
  return cells_[found->second];
}

std::vector<std::string> CsvRow::list(std::string_view column) const {
  std::vector<std::string> values;
  const std::string all = text(column);
  std::string_view rest = all;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const auto value = trimmed(rest.substr(0, end));
    if (!value.empty()) values.emplace_back(value);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return values;
}

void CsvRow::fault(std::string_view column, std::string what, std::string remedy) {
  sound_ = false;
  faults_->push_back({*file_, line_, std::string(column), std::move(what), std::move(remedy)});
}

std::string CsvRow::required(std::string_view column) {
  std::string value = text(column);
  if (value.empty()) fault(column, "empty", "every row needs one");
  return value;
}

std::optional<double> CsvRow::number(std::string_view column, double min, double max) {
  const std::string value = text(column);
  if (value.empty()) return {};
  double number = 0;
  const char* end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, number);
  if (error == std::errc() && stopped == end && std::isfinite(number) && number >= min &&
      number <= max) {
    return number;
  }
  fault(column, fmt::format("'{}' is not a number from {} to {}", value, min, max));
  return {};
}

std::optional<int> CsvRow::integer(std::string_view column, int min, int max) {
  const std::string value = text(column);
  if (value.empty()) return {};
  int number = 0;
  const char* end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, number);
  if (error == std::errc() && stopped == end && number >= min && number <= max) return number;
  fault(column, fmt::format("'{}' is not a whole number from {} to {}", value, min, max));
  return {};
}

std::unique_ptr<CsvTable> CsvTable::load(const std::filesystem::path& path,
                                         const std::vector<std::string>& required,
                                         const std::vector<std::string>& optional) {
  const auto bytes = read_file(path, kFileMax);
  if (bytes) return parse(*bytes, path.string(), required, optional);
  std::unique_ptr<CsvTable> table(new CsvTable);
  table->faults_.push_back({path.string(), 0, "", "cannot be read: " + bytes.error().text, ""});
  return table;
}

std::unique_ptr<CsvTable> CsvTable::parse(std::string_view bytes, std::string file,
                                          const std::vector<std::string>& required,
                                          const std::vector<std::string>& optional) {
  std::unique_ptr<CsvTable> table(new CsvTable);
  table->file_ = std::move(file);
  table->read(bytes, required, optional);
  return table;
}

void CsvTable::read(std::string_view bytes, const std::vector<std::string>& required,
                    const std::vector<std::string>& optional) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  Reading reading;
  if (!split(bytes, reading)) {
    faults_.push_back({file_, reading.line, "", "a quote opened in this row is never closed", ""});
  }
  if (reading.rows.empty()) {
    faults_.push_back(
        {file_, 1, "", "empty", "the first line names the columns: " + listed(required)});
    return;
  }
  read_header(reading.rows[0].second, reading.rows[0].first, required, optional);
  for (size_t i = 1; i < reading.rows.size(); ++i) {
    CsvRow row;
    row.columns_ = &columns_;
    row.cells_ = std::move(reading.rows[i].second);
    row.line_ = reading.rows[i].first;
    row.file_ = &file_;
    row.faults_ = &faults_;
    if (row.cells_.size() > header_cells_) {
      row.fault("", fmt::format("{} cells, but {} columns", row.cells_.size(), header_cells_),
                "put a cell with a comma in quotes");
    }
    for (const std::string& cell : row.cells_) {
      if (!is_valid_utf8(cell)) row.fault("", "not UTF-8", "save the file as UTF-8");
    }
    rows_.push_back(std::move(row));
  }
}

void CsvTable::read_header(const std::vector<std::string>& cells, int line,
                           const std::vector<std::string>& required,
                           const std::vector<std::string>& optional) {
  std::vector<std::string> names = required;
  names.insert(names.end(), optional.begin(), optional.end());
  header_cells_ = cells.size();
  for (size_t i = 0; i < cells.size(); ++i) {
    if (std::find(names.begin(), names.end(), cells[i]) == names.end()) {
      const auto meant = nearest(cells[i], names);
      faults_.push_back(
          {file_, line, cells[i], "no such column",
           meant ? fmt::format("did you mean {}?", *meant) : "known here: " + listed(names)});
    } else if (!columns_.emplace(cells[i], i).second) {
      faults_.push_back({file_, line, cells[i], "this column is there twice", ""});
    }
  }
  for (const std::string& name : required) {
    if (columns_.count(name) == 0) {
      faults_.push_back({file_, line, name, "this column is missing", "add it to the first line"});
    }
  }
}

}  // namespace maitred
