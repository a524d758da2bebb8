#include "dispatch/tasks/task_book.h"

#include <fmt/core.h>

#include <algorithm>

namespace maitred {
namespace {

constexpr const char* kLiving = "state IN ('awaiting_approval','open','claimed')";

int64_t ms(Time time) {
  return time.time_since_epoch().count();
}

Result<Task> parse_task(std::string_view body) {
  auto document = json::Document::parse(body);
  if (!document) return fail("cannot read a row of the task book", std::move(document).error());
  return task_from_json(document->root());
}

Result<std::optional<Task>> load(Db& db, std::string_view key) {
  std::optional<Task> task;
  std::optional<Error> error;
  TRY(db.query("SELECT body FROM tasks WHERE key=?", {key}, [&](const Row& row) {
    auto parsed = parse_task(row.text(0));
    if (parsed) task = std::move(*parsed);
    if (!parsed) error = std::move(parsed).error();
    return false;
  }));
  if (error) return tl::unexpected(std::move(*error));
  return task;
}

// What acceptance needs to know of the key, as far as this one event is concerned.
Result<KeyState> key_state_for(Db& db, const std::optional<Task>& task, const TaskEvent& event) {
  KeyState key;
  if (!task) return key;
  key.rev = task->rev;
  key.state = task->state;
  key.first = task->opened_at;
  TRY(db.query("SELECT verb FROM causes WHERE key=? AND cause=?", {event.task, event.cause},
               [&](const Row& row) {
                 key.causes[event.cause] = verb_from(row.text(0)).value_or(Verb::noted);
                 return false;
               }));
  return key;
}

Result<void> count_void(Db& db, VoidReason reason) {
  return db.run(
      "INSERT INTO voids(reason, count) VALUES(?, 1) ON CONFLICT(reason) DO UPDATE SET "
      "count=count+1",
      {std::string_view(word(reason))});
}

}  // namespace

Result<void> TaskBook::create(Db& db) {
  return db.script(R"(
    CREATE TABLE tasks(key TEXT PRIMARY KEY, partition INTEGER NOT NULL, rev INTEGER NOT NULL,
      state TEXT NOT NULL, store TEXT NOT NULL, author TEXT NOT NULL, customer TEXT NOT NULL,
      mention TEXT NOT NULL, opened_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
      body TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX tasks_state ON tasks(state, store);
    CREATE INDEX tasks_author ON tasks(author, opened_at);
    CREATE INDEX tasks_customer ON tasks(customer, opened_at);
    CREATE INDEX tasks_mention ON tasks(mention);
    CREATE INDEX tasks_age ON tasks(partition, last_at);
    CREATE TABLE causes(key TEXT NOT NULL, cause TEXT NOT NULL, verb TEXT NOT NULL,
      rev INTEGER NOT NULL, PRIMARY KEY(key, cause)) WITHOUT ROWID;
    CREATE TABLE voids(reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
  )");
}

Result<void> TaskBook::apply(Db& db, Topic, const Stored& record) {
  if (partition_of(record.key, names_.count(Topic::tasks)) != record.position.partition) {
    return count_void(db, VoidReason::wrong_partition);
  }
  auto document = json::Document::parse(record.value.value_or(""));
  if (!document) return count_void(db, VoidReason::unreadable);
  auto event = task_event_from_json(document->root());
  if (!event) {
    if (event.error().fault == Fault::broken) return tl::unexpected(std::move(event).error());
    const bool verb_unknown = event.error().fault == Fault::missing;
    return count_void(db, verb_unknown ? VoidReason::unknown_verb : VoidReason::unreadable);
  }
  if (event->task != record.key) return count_void(db, VoidReason::wrong_key);
  return apply_event(db, record, *event);
}

Result<void> TaskBook::apply_event(Db& db, const Stored& record, const TaskEvent& event) {
  TRY_ASSIGN(std::optional<Task> known, load(db, record.key));
  TRY_ASSIGN(KeyState key, key_state_for(db, known, event));
  if (const auto reason = accept(key, event, record.log_time)) return count_void(db, *reason);

  Task task = known ? std::move(*known) : Task();
  maitred::apply(task, event, record.log_time);
  TRY(db.run("INSERT INTO causes(key, cause, verb, rev) VALUES(?,?,?,?)",
             {event.task, event.cause, std::string_view(word(event.verb)), event.rev}));
  const std::string body = to_json(task);
  return db.run(
      "INSERT OR REPLACE INTO tasks(key, partition, rev, state, store, author, customer, mention, "
      "opened_at, last_at, body) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
      {task.id, int64_t{record.position.partition}, task.rev, std::string_view(word(task.state)),
       task.opening.store, task.opening.post.author_id, task.opening.customer, task.mention,
       ms(task.opened_at), ms(record.log_time), body});
}

Result<void> TaskBook::forget(Db& db, Topic, int partition, Time before) {
  const int64_t at = ms(before);
  TRY(
      db.run("DELETE FROM causes WHERE key IN (SELECT key FROM tasks WHERE partition=? AND "
             "last_at<?)",
             {int64_t{partition}, at}));
  return db.run("DELETE FROM tasks WHERE partition=? AND last_at<?", {int64_t{partition}, at});
}

Result<KeyState> TaskBook::key_state(const std::string& id) {
  return read([&](Db& db) -> Result<KeyState> {
    KeyState key;
    TRY(db.query("SELECT rev, state, opened_at FROM tasks WHERE key=?", {id}, [&](const Row& row) {
      key.rev = row.integer(0);
      key.state = task_state_from(row.text(1)).value_or(TaskState::none);
      key.first = Time(Duration(row.integer(2)));
      return false;
    }));
    TRY(db.query("SELECT cause, verb FROM causes WHERE key=?", {id}, [&](const Row& row) {
      key.causes.emplace(row.text(0), verb_from(row.text(1)).value_or(Verb::noted));
      return true;
    }));
    return key;
  });
}

Result<std::vector<Task>> TaskBook::select(std::string_view where,
                                           std::initializer_list<SqlValue> values) {
  return read([&](Db& db) -> Result<std::vector<Task>> {
    std::vector<Task> tasks;
    std::optional<Error> error;
    const std::string sql = fmt::format("SELECT body FROM tasks WHERE {}", where);
    TRY(db.query(sql, values, [&](const Row& row) {
      auto task = parse_task(row.text(0));
      if (!task) {
        error = std::move(task).error();
        return false;
      }
      tasks.push_back(std::move(*task));
      return true;
    }));
    if (error) return tl::unexpected(std::move(*error));
    return tasks;
  });
}

Result<std::optional<Task>> TaskBook::find(const std::string& id) {
  return read([&](Db& db) { return load(db, id); });
}

Result<Task> TaskBook::find_by_prefix(const std::string& prefix) {
  TRY_ASSIGN(auto whole, find(prefix));
  if (whole) return std::move(*whole);
  if (prefix.empty()) return fail(Fault::missing, "no task is named");
  // Ids are ASCII below '~', so the prefix's range ends there.
  const std::string end = prefix + "~";
  TRY_ASSIGN(
      auto found,
      select(fmt::format("key>=? AND key<? AND {} ORDER BY key LIMIT 2", kLiving), {prefix, end}));
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    return fail(Fault::missing, fmt::format("no living task begins with '{}'", prefix));
  }
  return fail(Fault::conflict, fmt::format("several living tasks begin with '{}', among them {} "
                                           "and {}: give more of it",
                                           prefix, found[0].id, found[1].id));
}

Result<std::string> TaskBook::short_id(const std::string& id) {
  constexpr size_t kLettersMin = 5;
  return read([&](Db& db) -> Result<std::string> {
    size_t letters = kLettersMin;
    const auto set_apart = [&](const Row& row) {
      const std::string_view other = row.text(0);
      size_t same = 0;
      while (same < std::min(id.size(), other.size()) && id[same] == other[same]) ++same;
      letters = std::max(letters, same + 1);
      return false;
    };
    for (const char* neighbour : {"key<? AND {} ORDER BY key DESC", "key>? AND {} ORDER BY key"}) {
      const std::string where = fmt::format(fmt::runtime(neighbour), kLiving);
      TRY(db.query(fmt::format("SELECT key FROM tasks WHERE {} LIMIT 1", where), {id}, set_apart));
    }
    return id.substr(0, letters);
  });
}

Result<std::vector<Task>> TaskBook::living() {
  return select(fmt::format("{} ORDER BY opened_at, key", kLiving), {});
}

Result<std::vector<Task>> TaskBook::list(const std::optional<TaskState>& state,
                                         const std::string& store, int max) {
  const std::string_view state_word = state ? word(*state) : "";
  return select(
      "(?1='' OR state=?1) AND (?2='' OR store=?2) AND state<>'no_task' "
      "ORDER BY opened_at DESC, key LIMIT ?3",
      {state_word, store, int64_t{max}});
}

Result<std::vector<Task>> TaskBook::living_of(const std::string& author,
                                              const std::string& customer) {
  return select(fmt::format("((author<>'' AND author=?) OR (customer<>'' AND customer=?)) AND {} "
                            "ORDER BY opened_at, key",
                            kLiving),
                {author, customer});
}

Result<std::vector<Task>> TaskBook::recent_of(const std::string& author,
                                              const std::string& customer, Time since) {
  return select(
      "((author<>'' AND author=?) OR (customer<>'' AND customer=?)) AND state IN "
      "('done','dropped') AND opened_at>=? ORDER BY opened_at, key",
      {author, customer, ms(since)});
}

Result<std::optional<Task>> TaskBook::of_mention(const std::string& mention) {
  TRY_ASSIGN(auto tasks, select("mention=? LIMIT 1", {mention}));
  if (tasks.empty()) return std::nullopt;
  return std::optional<Task>(std::move(tasks.front()));
}

Result<std::map<std::string, int>> TaskBook::living_by_store() {
  return read([&](Db& db) -> Result<std::map<std::string, int>> {
    std::map<std::string, int> counts;
    TRY(db.query(fmt::format("SELECT store, COUNT(*) FROM tasks WHERE {} GROUP BY store", kLiving),
                 {}, [&](const Row& row) {
                   counts.emplace(row.text(0), static_cast<int>(row.integer(1)));
                   return true;
                 }));
    return counts;
  });
}

Result<std::optional<Verb>> TaskBook::verb_of_cause(const std::string& key,
                                                    const std::string& cause) {
  return read([&](Db& db) -> Result<std::optional<Verb>> {
    std::optional<Verb> verb;
    TRY(db.query("SELECT verb FROM causes WHERE key=? AND cause=?", {key, cause},
                 [&](const Row& row) {
                   verb = verb_from(row.text(0));
                   return false;
                 }));
    return verb;
  });
}

Result<std::map<std::string, int64_t>> TaskBook::voids() {
  return read([&](Db& db) -> Result<std::map<std::string, int64_t>> {
    std::map<std::string, int64_t> counts;
    TRY(db.query("SELECT reason, count FROM voids", {}, [&](const Row& row) {
      counts.emplace(row.text(0), row.integer(1));
      return true;
    }));
    return counts;
  });
}

Result<int64_t> TaskBook::living_count() {
  return read([&](Db& db) -> Result<int64_t> {
    TRY_ASSIGN(auto count, db.integer(fmt::format("SELECT COUNT(*) FROM tasks WHERE {}", kLiving)));
    return count.value_or(0);
  });
}

Result<std::string> TaskBook::dump() {
  return read([&](Db& db) -> Result<std::string> {
    std::string all;
    const auto line = [&](const Row& row) {
      for (int i = 0; i < row.columns(); ++i)
        fmt::format_to(std::back_inserter(all), "{}\t", row.text(i));
      all += '\n';
      return true;
    };
    TRY(
        db.query("SELECT key, partition, rev, state, store, author, customer, mention, opened_at, "
                 "last_at, body FROM tasks ORDER BY key",
                 {}, line));
    TRY(db.query("SELECT key, cause, verb, rev FROM causes ORDER BY key, cause", {}, line));
    return all;
  });
}

}  // namespace maitred
