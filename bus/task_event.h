// TaskEvent: one thing that happened to a task, on `maitred.tasks` (key = task id), with `rev` and
// `cause`. The verb table stands here as data; whether an event counts is decided by
// bus/accept alone, what the events amount to by dispatch/tasks/task.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "bus/opening.h"

namespace maitred {

inline constexpr int kTaskEventVersion = 1;  // raised by a new verb or rule, not by a new field

enum class TaskState {
  none,     // no event yet
  no_task,  // joined or withdrawn: never a task
  awaiting_approval,
  open,
  claimed,
  done,
  dropped,
};
const char* word(TaskState state);
std::optional<TaskState> task_state_from(std::string_view word);
bool is_living(TaskState state);

enum class Verb {
  opened,
  joined,
  withdrawn,
  heard,
  edited,
  retracted,
  identified,
  asked,
  approved,
  declined,
  claimed,
  refused,
  passed,
  given,
  released,
  progressed,
  moved,
  nudged,
  escalated,
  lapsed,
  noted,
  promised,
  kept,
  replied,
  settled,
  finished,
  dropped,
  reopened,
};
const char* word(Verb verb);
std::optional<Verb> verb_from(std::string_view word);

// One line of the verb table: from which states, to which (none = state kept).
struct VerbRule {
  Verb verb;
  std::vector<TaskState> from;
  std::optional<TaskState> to;
};
std::span<const VerbRule> verb_table();
// The state after `verb` in `from`, or nothing where it is not allowed. `awaits` is for `opened`:
// whether the task begins as awaiting_approval.
std::optional<TaskState> next_state(TaskState from, Verb verb, bool awaits = false);

struct By {
  std::string kind;  // dispatch | floor | staff | shell
  std::string id;
};

struct TaskEvent {
  int v = kTaskEventVersion;
  std::string task;
  int64_t rev = 0;
  std::string cause;
  Verb verb = Verb::noted;
  By by;
  Time at;  // the writer's clock, for people; ages and timers count from log time

  // The verb's fields; those a verb does not have stay empty and are not written.
  std::string mention;  // opened joined withdrawn heard edited retracted
  std::string revision;
  std::string to;  // joined: the task; passed: store; given: person
  std::optional<Opening> opening;
  std::string reason;
  std::string step;      // progressed nudged escalated lapsed
  std::string text;      // noted heard edited
  std::string customer;  // identified
  std::string how;
  std::string of;  // asked: the role
  std::optional<Time> until;
  std::optional<double> sum;     // approved
  std::optional<Window> window;  // moved
  std::string promise;
};

std::string to_json(const TaskEvent& event);
// malformed: not an event; missing: a verb unknown at our version; both are void for ever.
// broken: a `v` above kTaskEventVersion, where the fold stops and says what to install.
Result<TaskEvent> task_event_from_json(json::View object);

}  // namespace maitred
