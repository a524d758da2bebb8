// Acceptance: whether an event on a contested topic counts. Pure and the same everywhere: of two
// rivals the first on the log wins, and all who fold agree. It reads nothing but the key's own
// earlier events: no clock, config, staff or customers, nor who wrote it.
//
// An event is applied if its rev is the key's revision + 1, its cause was not applied to this key
// before, its verb is allowed in the key's state, and its log time is at most 60 days after that of
// the key's rev 1. Otherwise it is void: kept on the log, counted with its reason, never applied.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "bus/task_event.h"

namespace maitred {

inline constexpr std::chrono::days kKeyLifetime{60};

enum class VoidReason {
  wrong_partition,  // the record lies where its key does not hash to
  unreadable,       // not JSON, or not an event, at our version or below
  unknown_verb,
  wrong_key,      // the event's task is not the record's key
  too_late,       // over 60 days after rev 1
  cause_applied,  // the same intent was applied before
  wrong_rev,      // somebody else took this rev
  wrong_state,    // the verb is not allowed in the key's state
};
const char* word(VoidReason reason);

// What acceptance remembers of one key.
struct KeyState {
  int64_t rev = 0;
  TaskState state = TaskState::none;
  std::optional<Time> first;           // log time of rev 1
  std::map<std::string, Verb> causes;  // applied ones
};

// Nothing = applied: then call advance().
std::optional<VoidReason> accept(const KeyState& key, const TaskEvent& event, Time log_time);

// The key after an applied event. Asserts that accept() said so.
void advance(KeyState& key, const TaskEvent& event, Time log_time);

}  // namespace maitred
