#include "daemon/audit/books.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/audit/stretch.h"

namespace maitred::audit {
namespace {

int64_t ms(Time time) {
  return time.time_since_epoch().count();
}

struct Table {
  std::string name;
  std::vector<std::string> keys;     // of the primary key
  std::vector<std::string> columns;  // the others

  // "a.key, a.cause"
  static std::string list(const std::vector<std::string>& names, std::string_view of) {
    std::string all;
    for (const std::string& name : names) {
      all += fmt::format("{}{}.\"{}\"", all.empty() ? "" : ", ", of, name);
    }
    return all;
  }
  bool has(std::string_view column) const {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  }
  // Which rows are of young keys; ?1 is when youth begins. A table that says no time keeps no
  // history: all its rows count.
  std::string young(std::string_view schema, std::string_view of) const {
    if (has("opened_at")) return fmt::format("{}.opened_at>=?1", of);
    if (name == "causes") {
      return fmt::format("{}.key IN (SELECT key FROM {}.tasks WHERE opened_at>=?1)", of, schema);
    }
    return has("at") ? fmt::format("{}.at>=?1", of) : "?1 IS NOT NULL";
  }
};

Result<std::vector<Table>> tables_of(Db& db) {
  std::vector<Table> tables;
  TRY(
      db.query("SELECT name FROM main.sqlite_master WHERE type='table' AND name NOT IN "
               "('fold_positions', 'voids') AND name NOT LIKE 'sqlite%' ORDER BY name",
               {}, [&](const Row& row) {
                 tables.push_back({std::string(row.text(0)), {}, {}});
                 return true;
               }));
  for (Table& table : tables) {
    TRY(db.query("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk, cid", {table.name},
                 [&](const Row& row) {
                   (row.integer(1) > 0 ? table.keys : table.columns).emplace_back(row.text(0));
                   return true;
                 }));
  }
  return tables;
}

std::string key_text(const Row& row, size_t keys) {
  std::string text;
  for (size_t i = 0; i < keys; ++i) {
    text += fmt::format("{}{}", i > 0 ? " " : "", row.text(static_cast<int>(i)));
  }
  return text;
}

// Rows of `one` whose key `other` has not got.
Result<void> compare_keys(Db& db, const Table& table, const char* one, const char* other,
                          const std::string& place, const char* what, Time young, Check& check) {
  const std::string sql =
      fmt::format("SELECT {} FROM {}.\"{}\" a WHERE {} EXCEPT SELECT {} FROM {}.\"{}\" b",
                  Table::list(table.keys, "a"), one, table.name, table.young(one, "a"),
                  Table::list(table.keys, "b"), other, table.name);
  return db.query(sql, {ms(young)}, [&](const Row& row) {
    check.breach({place, key_text(row, table.keys.size()), "", what});
    return true;
  });
}

// Rows that both have, and that differ.
Result<void> compare_columns(Db& db, const Table& table, const std::string& place, Time young,
                             Check& check) {
  if (table.columns.empty()) return {};
  std::string same, differ, flags;
  for (const std::string& key : table.keys) {
    same += fmt::format("{}a.\"{}\" IS b.\"{}\"", same.empty() ? "" : " AND ", key, key);
  }
  for (const std::string& column : table.columns) {
    const std::string one = fmt::format("a.\"{}\" IS NOT b.\"{}\"", column, column);
    differ += (differ.empty() ? "" : " OR ") + one;
    flags += ", " + one;
  }
  const std::string sql =
      fmt::format("SELECT {}{} FROM main.\"{}\" a JOIN rebuilt.\"{}\" b ON {} WHERE {} AND ({})",
                  Table::list(table.keys, "a"), flags, table.name, table.name, same,
                  table.young("main", "a"), differ);
  return db.query(sql, {ms(young)}, [&](const Row& row) {
    std::string names;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (row.integer(static_cast<int>(table.keys.size() + i)) == 0) continue;
      names += (names.empty() ? "" : ", ") + table.columns[i];
    }
    check.breach({place, key_text(row, table.keys.size()), "",
                  fmt::format("the log makes it another: {}", names)});
    return true;
  });
}

Result<void> compare_tables(Db& db, const std::string& book, Time young, Check& check) {
  TRY_ASSIGN(const auto tables, tables_of(db));
  for (const Table& table : tables) {
    const std::string place = fmt::format("{}.db, {}", book, table.name);
    TRY_ASSIGN(const auto count,
               db.integer(fmt::format("SELECT COUNT(*) FROM main.\"{}\" a WHERE {}", table.name,
                                      table.young("main", "a")),
                          {ms(young)}));
    check.looked_at += count.value_or(0);
    TRY(compare_keys(db, table, "main", "rebuilt", place, "the log makes no such row", young,
                     check));
    TRY(compare_keys(db, table, "rebuilt", "main", place,
                     "the log makes this row, and it is missing", young, check));
    TRY(compare_columns(db, table, place, young, check));
  }
  return {};
}

// Folds the second book until it has read all of the stretch.
Result<void> fold_again(Bus& stretch, const TopicNames& names, Book& book,
                        const std::filesystem::path& into) {
  Fold fold(stretch, names, {&book}, into);
  TRY(fold.open());
  Time heard = real_clock().now();
  while (!fold.all_ready()) {
    TRY_ASSIGN(const size_t folded, fold.step(kStretchWait, {}));
    if (folded > 0) heard = real_clock().now();
    if (real_clock().now() - heard > kStretchSilence) {
      return fail(Fault::transient, fmt::format("the log brings nothing more for {}", book.name()));
    }
  }
  return {};
}

}  // namespace

Result<Scratch> Scratch::make() {
  std::error_code none;
  std::string path =
      (std::filesystem::temp_directory_path(none) / "maitred-verify-XXXXXX").string();
  if (none || mkdtemp(path.data()) == nullptr) {
    return fail(Fault::denied, fmt::format("make a scratch directory {}", path));
  }
  return Scratch(path);
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<std::optional<BookCopy>> copy_book(const Book& book, const TopicNames& names,
                                          const std::filesystem::path& state,
                                          const std::filesystem::path& into) {
  const auto file = state / fmt::format("{}.db", book.name());
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return std::nullopt;
  const auto path = (into / fmt::format("{}.db", book.name())).string();
  {
    TRY_ASSIGN(const auto live, Db::open(file, {.read_only = true}));
    TRY(live->run("VACUUM INTO ?", {path}));
  }
  BookCopy copy;
  TRY_ASSIGN(copy.db, Db::open(path));
  TRY(copy.db->query("SELECT topic, partition, next FROM fold_positions", {}, [&](const Row& row) {
    if (const auto topic = names.find(row.text(0))) {
      copy.read_to[names.name(*topic)][static_cast<int>(row.integer(1))] = row.integer(2);
    }
    return true;
  }));
  return copy;
}

Result<void> compare_tasks(Db& copy, const Ledger& ledger, bool whole, Check& check) {
  const Time young = ledger.newest() - kYoung;
  constexpr const char* kPlace = "tasks.db, tasks";
  for (const auto& [name, key] : ledger.keys()) {
    if (key.rev == 0 || key.began < young) continue;
    ++check.looked_at;
    bool there = false;
    TRY(copy.query(
        "SELECT rev, state, opened_at, (SELECT COUNT(*) FROM causes c WHERE "
        "c.key=t.key) FROM tasks t WHERE key=?",
        {name}, [&](const Row& row) {
          there = true;
          const bool same = row.integer(0) == key.rev && row.text(1) == state_word(key.state) &&
                            row.integer(2) == ms(key.began) && row.integer(3) == key.rev;
          if (same) return false;
          check.breach(
              {kPlace, name, "",
               fmt::format("at rev {}, {}, by {} causes; the log says rev {}, {}", row.integer(0),
                           row.text(1), row.integer(3), key.rev, state_word(key.state))});
          return false;
        }));
    if (!there) check.breach({kPlace, name, "", "the log has this task, and it is missing"});
  }
  TRY(copy.query("SELECT key FROM tasks WHERE opened_at>=?", {ms(young)}, [&](const Row& row) {
    const auto key = ledger.keys().find(std::string(row.text(0)));
    if (key == ledger.keys().end() || key->second.rev == 0) {
      check.breach({kPlace, std::string(row.text(0)), "", "the log has no such task"});
    }
    return true;
  }));
  if (!whole) return {};
  TRY_ASSIGN(const auto voids, copy.integer("SELECT SUM(count) FROM voids"));
  if (voids.value_or(0) != ledger.all_voids()) {
    check.breach(
        {"tasks.db, voids", "", "",
         fmt::format("{} void events; the log has {}", voids.value_or(0), ledger.all_voids())});
  }
  return {};
}

Result<void> compare_rebuilt(Bus& bus, const TopicNames& names, Book& book, BookCopy& copy,
                             const std::filesystem::path& into, Time young, Check& check) {
  BusUntil stretch(bus, copy.read_to);
  TRY(fold_again(stretch, names, book, into));
  const std::string second = (into / fmt::format("{}.db", book.name())).string();
  TRY(copy.db->run("ATTACH ? AS rebuilt", {second}));
  TRY_ASSIGN(const auto ours, copy.db->integer("PRAGMA rebuilt.user_version"));
  TRY_ASSIGN(const auto theirs, copy.db->integer("PRAGMA main.user_version"));
  if (ours != theirs) return {};  // made by other rules: the daemon computes it anew at its start
  return compare_tables(*copy.db, book.name(), young, check);
}

}  // namespace maitred::audit
