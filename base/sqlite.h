// SQLite: the door. A Db is one connection, a Statement one prepared query that gives its rows to
// a callback or steps once. Statements are prepared once and kept by their text. Integers, text,
// blobs and null are all we use.
//
// A Db belongs to one thread at a time (its owner locks). Faults: transient for busy, full disk
// and I/O (try again), broken for a corrupt file or a wrong statement.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace maitred {

// What is bound to a ?: text is bound as text, Blob as bytes.
struct Blob {
  std::string_view bytes;
};
using SqlValue = std::variant<std::monostate, int64_t, std::string_view, Blob>;

// The current row, valid inside the callback only.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  int64_t integer(int column) const;
  std::string_view text(int column) const;  // bytes of text or blob; empty for null
  bool is_null(int column) const;
  int columns() const;

 private:
  sqlite3_stmt* statement_;
};

struct DbOptions {
  bool read_only = false;
  bool full_sync = false;  // synchronous=FULL: a commit survives a power cut; else NORMAL
  int busy_timeout_ms = 5000;
};

class Db {
 public:
  static Result<std::unique_ptr<Db>> open(const std::filesystem::path& path,
                                          DbOptions options = {});
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  // Several statements, no parameters: schema.
  Result<void> script(std::string_view sql);
  // One statement; `row` is called for each row and returns false to stop early.
  Result<void> query(std::string_view sql, std::initializer_list<SqlValue> values,
                     const std::function<bool(const Row&)>& row);
  Result<void> run(std::string_view sql, std::initializer_list<SqlValue> values = {});
  Result<std::optional<int64_t>> integer(std::string_view sql,
                                         std::initializer_list<SqlValue> values = {});
  int64_t changes() const;  // rows the last run() touched
  // Rises whenever another connection commits to the file (PRAGMA data_version).
  Result<int64_t> data_version();

  // BEGIN IMMEDIATE … COMMIT around `body`; rolled back if it fails.
  Result<void> transaction(const std::function<Result<void>()>& body);

 private:
  explicit Db(sqlite3* handle) : handle_(handle) {}
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<void> bind(sqlite3_stmt* statement, std::initializer_list<SqlValue> values);
  tl::unexpected<Error> failed(std::string_view what);

  sqlite3* handle_;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

}  // namespace maitred
