#include "dispatch/staff/staff_book.h"

#include <fmt/core.h>

namespace maitred {
namespace {

constexpr std::string_view kPersonKey = "staff:";
constexpr std::string_view kShiftKey = "duty:";

}  // namespace

Result<void> StaffBook::create(Db& db) {
  return db.script("CREATE TABLE staff(key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;");
}

// An unreadable value takes the place of the one before, as compaction would: a book that is
// rebuilt later, when the older record is gone, must come out the same.
Result<void> StaffBook::apply(Db& db, Topic, const Stored& record) {
  const bool ours = record.key.starts_with(kPersonKey) || record.key.starts_with(kShiftKey);
  if (!ours || partition_of(record.key, names_.count(Topic::staff)) != record.position.partition) {
    return {};
  }
  if (!record.value) return db.run("DELETE FROM staff WHERE key=?", {record.key});
  return db.run("INSERT OR REPLACE INTO staff(key, body) VALUES(?,?)", {record.key, *record.value});
}

Result<void> StaffBook::forget(Db&, Topic, int, Time) {
  return {};
}

Result<Roster> StaffBook::roster() {
  return read([](Db& db) -> Result<Roster> {
    Roster roster;
    TRY(db.query("SELECT key, body FROM staff ORDER BY key", {}, [&](const Row& row) {
      const auto document = json::Document::parse(row.text(1));
      if (!document) return true;
      if (row.text(0).starts_with(kPersonKey)) {
        if (auto person = person_from_json(document->root())) roster.people.push_back(*person);
      } else if (auto shift = shift_from_json(document->root())) {
        roster.shifts.push_back(*shift);
      }
      return true;
    }));
    return roster;
  });
}

Result<std::string> StaffBook::dump() {
  return read([](Db& db) -> Result<std::string> {
    std::string all;
    TRY(db.query("SELECT key, body FROM staff ORDER BY key", {}, [&](const Row& row) {
      all += fmt::format("{}\t{}\n", row.text(0), row.text(1));
      return true;
    }));
    return all;
  });
}

}  // namespace maitred
