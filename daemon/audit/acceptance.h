// Acceptance, said a second time: which events on `tasks` count, where a key's records belong and
// what a mention's task is called, in words of its own. `maitred verify` judges the log by this, so
// it shares no code with bus/accept, bus/task_event, bus/mention or the task book: a mistake there
// cannot hide here. The law is ARCHITECTURE.md, "Acceptance".
//
// Pure; any thread. It never asks a clock, a book or a configuration.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace maitred::audit {

// A fingerprint of some bytes: 64 bits of SHA-256. Among 10 million, two are alike once in 400 000
// logs, and would then hide a fault rather than invent one.
uint64_t mark(std::string_view bytes);

int partition_for(std::string_view key, int partitions);  // as Kafka's Java clients place a key
std::string task_name(std::string_view mention);          // t and 16 letters

// What acceptance reads of a task event. The views live as long as their document.
struct Event {
  std::string_view task, cause, verb, mention, revision, to;
  int64_t rev = 0;
  bool asks = false;  // opened: somebody has to approve first
};

// One cause met on a key: the verb it came with, and whether it was applied.
struct Act {
  uint64_t cause = 0;  // its mark
  uint8_t verb = 0;
  bool applied = false;
};

// One task, as far as acceptance goes: some 150 bytes and 16 for each of its causes.
struct Key {
  int64_t rev = 0;
  char state = 'n';  // see state_word
  Time began = {};   // log time of rev 1
  std::string to;    // joined: which task
  std::vector<Act> acts = {};

  const Act* act(uint64_t cause) const;
  bool has_applied(std::string_view verb) const;
};

const char* state_word(char state);  // "open", as the task book writes it
const char* verb_word(uint8_t verb);
bool is_fate(std::string_view verb);  // opened joined withdrawn: what becomes of a mention

// Why an event does not count; nullptr = it does. These are the words of `maitred status`.
using Void = const char*;

enum class Readable { yes, no, newer };  // newer: of a version this maitred cannot judge
// Fills `event`. `why` says what is wrong where it is not readable.
Readable read_event(json::View value, std::string_view key, Event& event, Void& why);

// Judges one event and, if it counts, lets the key go on from there. The act is remembered anyhow.
Void judge(Key& key, const Event& event, Time log_time);

}  // namespace maitred::audit
