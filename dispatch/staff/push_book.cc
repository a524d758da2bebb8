#include "dispatch/staff/push_book.h"

#include <fmt/core.h>

#include <iterator>

namespace maitred {

Result<void> PushBook::create(Db& db) {
  return db.script(R"(
    CREATE TABLE pushes(task TEXT NOT NULL, step TEXT NOT NULL, person TEXT NOT NULL,
      courier TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
      at INTEGER NOT NULL, shown INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY(task, step, person, courier)) WITHOUT ROWID;
    CREATE INDEX pushes_shown ON pushes(shown, task);
    CREATE INDEX pushes_age ON pushes(partition, at);
  )");
}

// On one phone the newest push of a task replaces the older ones, and a clear takes it away.
Result<void> PushBook::apply(Db& db, Topic, const Stored& record) {
  if (partition_of(record.key, names_.count(Topic::pushes)) != record.position.partition) return {};
  const auto document = json::Document::parse(record.value.value_or(""));
  if (!document) return {};
  const auto push = push_from_json(document->root());
  if (!push || push->task != record.key) return {};
  if (push->state != PushState::failed) {
    TRY(db.run("UPDATE pushes SET shown=0 WHERE task=? AND person=? AND courier=?",
               {push->task, push->person, push->courier}));
  }
  const bool shown = push->state == PushState::accepted || push->state == PushState::unknown;
  const std::string body = to_json(*push);
  return db.run(
      "INSERT OR REPLACE INTO pushes(task, step, person, courier, partition, offset, at, shown, "
      "body) VALUES(?,?,?,?,?,?,?,?,?)",
      {push->task, push->step, push->person, push->courier, int64_t{record.position.partition},
       record.position.offset, record.log_time.time_since_epoch().count(), int64_t{shown}, body});
}

Result<void> PushBook::forget(Db& db, Topic, int partition, Time before) {
  return db.run("DELETE FROM pushes WHERE partition=? AND at<?",
                {int64_t{partition}, before.time_since_epoch().count()});
}

Result<std::vector<Push>> PushBook::of_task(const std::string& task) {
  return read([&](Db& db) -> Result<std::vector<Push>> {
    std::vector<Push> pushes;
    TRY(db.query("SELECT body, at FROM pushes WHERE task=? ORDER BY offset", {task},
                 [&](const Row& row) {
                   const auto document = json::Document::parse(row.text(0));
                   if (!document) return true;
                   auto push = push_from_json(document->root());
                   if (!push) return true;
                   push->at = Time(Duration(row.integer(1)));
                   pushes.push_back(std::move(*push));
                   return true;
                 }));
    return pushes;
  });
}

Result<std::set<std::string>> PushBook::showing() {
  return read([](Db& db) -> Result<std::set<std::string>> {
    std::set<std::string> tasks;
    TRY(db.query("SELECT DISTINCT task FROM pushes WHERE shown=1", {}, [&](const Row& row) {
      tasks.emplace(row.text(0));
      return true;
    }));
    return tasks;
  });
}

Result<std::string> PushBook::dump() {
  return read([](Db& db) -> Result<std::string> {
    std::string all;
    TRY(db.query("SELECT partition, offset, at, shown, body FROM pushes ORDER BY partition, offset",
                 {}, [&](const Row& row) {
                   for (int i = 0; i < row.columns(); ++i) {
                     fmt::format_to(std::back_inserter(all), "{}\t", row.text(i));
                   }
                   all += '\n';
                   return true;
                 }));
    return all;
  });
}

}  // namespace maitred
