// The task book: every task and what became of every event, folded from `maitred.tasks` into
// SQLite. It is the one that decides by bus/accept whether a record counts; void ones are counted
// by reason and never applied. The floor, the board and the dispatcher ask it; only the fold
// writes it.
//
// Thread-safe (reads hold the book's lock). Valid once the Fold has opened it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/append.h"
#include "bus/fold.h"
#include "dispatch/tasks/task.h"

namespace maitred {

class TaskBook : public Book, public KeyBook {
 public:
  explicit TaskBook(TopicNames names) : names_(std::move(names)) {}

  const char* name() const override { return "tasks"; }
  int rules() const override { return 2; }
  std::vector<Topic> topics() const override { return {Topic::tasks}; }
  Result<void> create(Db& db) override;
  Result<void> apply(Db& db, Topic topic, const Stored& record) override;
  Result<void> forget(Db& db, Topic topic, int partition, Time before) override;
  Result<KeyState> key_state(const std::string& key) override;

  Result<std::optional<Task>> find(const std::string& id);  // whole id, closed ones too
  // A whole id, or a prefix that only one living task has. missing, or conflict: several.
  Result<Task> find_by_prefix(const std::string& prefix);
  // Enough of the id to name it among living tasks: at least five letters.
  Result<std::string> short_id(const std::string& id);
  Result<std::vector<Task>> living();
  // Newest first; an empty state or store is any. At most `max`.
  Result<std::vector<Task>> list(const std::optional<TaskState>& state, const std::string& store,
                                 int max);
  // Of this author or this customer (either may be empty: then nobody's).
  Result<std::vector<Task>> living_of(const std::string& author, const std::string& customer);
  Result<std::vector<Task>> recent_of(const std::string& author, const std::string& customer,
                                      Time since);
  Result<std::optional<Task>> of_mention(const std::string& mention);
  Result<std::map<std::string, int>> living_by_store();
  // What the applied event of this cause did; none = not applied.
  Result<std::optional<Verb>> verb_of_cause(const std::string& key, const std::string& cause);
  Result<std::map<std::string, int64_t>> voids();  // reason → how many
  Result<int64_t> living_count();
  Result<std::string> dump();  // every row in one canonical order (I11)

 private:
  Result<void> apply_event(Db& db, const Stored& record, const TaskEvent& event);
  Result<std::vector<Task>> select(std::string_view where, std::initializer_list<SqlValue> values);

  TopicNames names_;
};

}  // namespace maitred
