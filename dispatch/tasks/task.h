// A Task: what the events of one key amount to. Pure: `apply` folds one applied event into it, in
// log order, and depends on nothing else. Books store it, the floor derives from it what is owed,
// the board shows it. Whether an event counts was settled before, by bus/accept.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "bus/task_event.h"

namespace maitred {

// One thing that happened, as a person may read it in the task's history.
struct TaskLine {
  int64_t rev = 0;
  Verb verb = Verb::noted;
  By by;
  Time at;  // log time
  std::string text;
};

// A joined post, the latest revision of each that was heard.
struct HeardPost {
  std::string mention;
  std::string revision;
  bool retracted = false;
  std::string text;
};

struct Task {
  std::string id;
  int64_t rev = 0;
  TaskState state = TaskState::none;
  std::string moved_to;              // no_task by `joined`: the task it joined
  std::string mention;               // of rev 1
  std::string revision;              // the last one applied, edits included
  Opening opening;                   // as opened; store, window, sum and text follow later events
  Time opened_at;                    // log times
  Time changed_at;                   // of the last event that changed state, holder or store
  Time touched_at;                   // of the last event by a person
  std::string holder;                // staff id while claimed
  std::set<std::string> refused_by;  // asked no more at this store
  std::vector<std::string> stores_passed;  // stores that had it before
  int round = 0;           // +1 each time it becomes open: pushes of an earlier round are stale
  int edition = 0;         // +1 when what staff were told changed: edits, posts heard, moves
  bool retracted = false;  // its own post is gone
  std::set<std::string> steps_done;
  std::vector<std::string> asked_roles;  // of `asked`, in order
  std::optional<Time> asked_until;
  std::optional<double> approved_sum;
  std::set<std::string> marks;  // recorded already: "escalated:1.1", "lapsed:due"
  std::vector<HeardPost> heard;
  std::vector<TaskLine> history;  // at most kHistoryMax, the first and the last kept
};

inline constexpr size_t kHistoryMax = 200;

// The next step nobody has reported yet; empty when all are done.
std::string next_step(const Task& task);

// REQUIRES: bus/accept took the event.
void apply(Task& task, const TaskEvent& event, Time log_time);

std::string to_json(const Task& task);
void write(json::Writer& out, const Task& task);
Result<Task> task_from_json(json::View object);

}  // namespace maitred
