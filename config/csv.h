// Tables that people keep in a spreadsheet: stores, catalogue, customers, staff, shifts. The first
// line names the columns, in any order; lists inside a cell are separated by ';'. A bad row is a
// fault with its line and leaves the others alone. The door to libcsv.
//
// Everything here is plain data once read.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"

namespace maitred {

// One line of a table, asked by column. Spaces around a cell do not count.
class CsvRow {
 public:
  int line() const { return line_; }
  std::string text(std::string_view column) const;               // empty where it is not there
  std::vector<std::string> list(std::string_view column) const;  // "a; b" → a, b; empty ones out

  // The getters below note a fault and hand back the fallback when the cell makes no sense.
  std::string required(std::string_view column);
  std::optional<double> number(std::string_view column, double min, double max);
  std::optional<int> integer(std::string_view column, int min, int max);
  void fault(std::string_view column, std::string what, std::string remedy = {});
  bool sound() const { return sound_; }  // no fault so far: this row may be used

 private:
  friend class CsvTable;
  const std::map<std::string, size_t, std::less<>>* columns_ = nullptr;
  std::vector<std::string> cells_;
  int line_ = 0;
  bool sound_ = true;
  const std::string* file_ = nullptr;
  std::vector<ConfigFault>* faults_ = nullptr;
};

class CsvTable {
 public:
  // A file that cannot be read, a header that lacks a `required` column or has an unknown one, a
  // row with too many cells: faults. The rows that can be read are there all the same.
  static std::unique_ptr<CsvTable> load(const std::filesystem::path& path,
                                        const std::vector<std::string>& required,
                                        const std::vector<std::string>& optional);
  static std::unique_ptr<CsvTable> parse(std::string_view bytes, std::string file,
                                         const std::vector<std::string>& required,
                                         const std::vector<std::string>& optional);
  CsvTable(CsvTable&&) = delete;  // its rows point into it

  std::vector<CsvRow>& rows() { return rows_; }
  std::vector<ConfigFault>& faults() { return faults_; }

 private:
  CsvTable() = default;
  void read(std::string_view bytes, const std::vector<std::string>& required,
            const std::vector<std::string>& optional);
  void read_header(const std::vector<std::string>& cells, int line,
                   const std::vector<std::string>& required,
                   const std::vector<std::string>& optional);

  std::string file_;
  std::map<std::string, size_t, std::less<>> columns_;
  size_t header_cells_ = 0;
  std::vector<CsvRow> rows_;
  std::vector<ConfigFault> faults_;
};

}  // namespace maitred
