#include "bus/accept.h"

#include <array>
#include <cassert>

namespace maitred {

const char* word(VoidReason reason) {
  static constexpr std::array kWords{"wrong_partition", "unreadable", "unknown_verb",
                                     "wrong_key",       "too_late",   "cause_applied",
                                     "wrong_rev",       "wrong_state"};
  return kWords[static_cast<size_t>(reason)];
}

std::optional<VoidReason> accept(const KeyState& key, const TaskEvent& event, Time log_time) {
  if (key.first && log_time > *key.first + kKeyLifetime) return VoidReason::too_late;
  if (key.causes.contains(event.cause)) return VoidReason::cause_applied;
  if (event.rev != key.rev + 1) return VoidReason::wrong_rev;
  if (!next_state(key.state, event.verb)) return VoidReason::wrong_state;
  return {};
}

void advance(KeyState& key, const TaskEvent& event, Time log_time) {
  assert(!accept(key, event, log_time));
  const bool awaits = event.opening && !event.opening->ask.empty();
  key.state = *next_state(key.state, event.verb, awaits);
  key.rev = event.rev;
  if (!key.first) key.first = log_time;
  key.causes.emplace(event.cause, event.verb);
}

}  // namespace maitred
