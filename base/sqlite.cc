#include "base/sqlite.h"

#include <fmt/core.h>
#include <sqlite3.h>

namespace maitred {
namespace {

Fault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return Fault::transient;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Fault::denied;
    case SQLITE_CONSTRAINT:
      return Fault::conflict;
    default:
      return Fault::broken;
  }
}

// A statement given back to the cache clean, whatever happened.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

int64_t Row::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Row::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int Row::columns() const {
  return sqlite3_column_count(statement_);
}

Result<std::unique_ptr<Db>> Db::open(const std::filesystem::path& path, DbOptions options) {
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Db> db(new Db(handle));
  if (code != SQLITE_OK) {
    return fail(fault_of(code), fmt::format("open {}: {}", path.string(), sqlite3_errstr(code)));
  }
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  if (!options.read_only) {
    TRY(
        db->script("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=4000; PRAGMA "
                   "journal_size_limit=67108864"));
    TRY(db->script(options.full_sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  }
  return db;
}

Db::~Db() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

tl::unexpected<Error> Db::failed(std::string_view what) {
  const char* file = sqlite3_db_filename(handle_, nullptr);
  return fail(fault_of(sqlite3_extended_errcode(handle_)),
              fmt::format("{} in {}: {}", what, file ? file : "?", sqlite3_errmsg(handle_)));
}

Result<void> Db::script(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failed(sql);
  return {};
}

Result<sqlite3_stmt*> Db::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return failed(sql);
  }
  statements_.emplace(sql, statement);
  return statement;
}

Result<void> Db::bind(sqlite3_stmt* statement, std::initializer_list<SqlValue> values) {
  int at = 0;
  for (const SqlValue& value : values) {
    ++at;
    int code = SQLITE_OK;
    if (const auto* number = std::get_if<int64_t>(&value)) {
      code = sqlite3_bind_int64(statement, at, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      code = sqlite3_bind_text64(statement, at, text->data() ? text->data() : "", text->size(),
                                 SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<Blob>(&value)) {
      code = sqlite3_bind_blob64(statement, at, blob->bytes.data() ? blob->bytes.data() : "",
                                 blob->bytes.size(), SQLITE_STATIC);
    } else {
      code = sqlite3_bind_null(statement, at);
    }
    if (code != SQLITE_OK) return failed("bind");
  }
  return {};
}

Result<void> Db::query(std::string_view sql, std::initializer_list<SqlValue> values,
                       const std::function<bool(const Row&)>& row) {
  TRY_ASSIGN(sqlite3_stmt * statement, prepare(sql));
  const Reset reset{statement};
  TRY(bind(statement, values));
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return failed(sql);
    if (!row(Row(statement))) return {};
  }
}

Result<void> Db::run(std::string_view sql, std::initializer_list<SqlValue> values) {
  return query(sql, values, [](const Row&) { return true; });
}

Result<std::optional<int64_t>> Db::integer(std::string_view sql,
                                           std::initializer_list<SqlValue> values) {
  std::optional<int64_t> number;
  TRY(query(sql, values, [&](const Row& row) {
    if (!row.is_null(0)) number = row.integer(0);
    return false;
  }));
  return number;
}

int64_t Db::changes() const {
  return sqlite3_changes64(handle_);
}

Result<int64_t> Db::data_version() {
  TRY_ASSIGN(const auto version, integer("PRAGMA data_version"));
  return version.value_or(0);
}

Result<void> Db::transaction(const std::function<Result<void>()>& body) {
  TRY(run("BEGIN IMMEDIATE"));
  auto done = body();
  if (done) done = run("COMMIT");
  if (!done) {
    const auto undone = run("ROLLBACK");  // already rolled back by SQLite itself: says so, no harm
    static_cast<void>(undone);
  }
  return done;
}

}  // namespace maitred
