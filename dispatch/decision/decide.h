// Deciding: what becomes of one mention. Pure: a Case (what was posted, what was understood, who it
// is), the Standing (what is going on already), the Rules (config, immutable, swapped whole), and
// now. The answer always has a Why and the reasons a person can follow; the dispatcher turns it
// into events and a verdict. It never writes, looks up or waits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bus/mention.h"
#include "bus/task_event.h"
#include "bus/verdict.h"
#include "dispatch/decision/rules.h"

namespace maitred {

struct Case {
  const Mention& mention;
  const Reading& reading;
  const Identity& identity;
  std::string customer_store = {};  // the known customer's own store, or empty
  std::string customer_tier = {};   // and tier
};

// What the task book says of one task, as far as deciding needs it.
struct TaskBrief {
  std::string id;
  TaskState state = TaskState::none;
  std::string mention;
  std::string author;
  std::string customer;
  std::string store;
  std::string playbook;
  std::optional<Gesture> gesture;
  Time opened_at;
};

// What is known of this mention's own key.
struct OwnKey {
  TaskState state = TaskState::none;  // none: this mention has no fate yet
  std::string joined_to;
  std::string last_revision;
};

struct Standing {
  OwnKey own;
  std::vector<TaskBrief> living;             // of this author or customer
  std::vector<TaskBrief> recent;             // closed ones of them, 90 days back
  std::map<std::string, int> open_at_store;  // living tasks a store has
};

enum class Act {
  none,      // a verdict and no event
  open,      // `opened` on the mention's own key
  join,      // `joined{to}` on the own key, `heard` on the task
  hear,      // the own key has its fate: tell the task of this edit (`edited`)
  retract,   // the post is gone: `retracted` on the task
  withdraw,  // gone before it had a fate: `withdrawn` on the own key
};

struct Decision {
  Why why = Why::failed;
  Act act = Act::none;
  std::string task;                // joined, edited, withdrawn: which
  bool reopen = false;             // the task is closed and its playbook reopens it
  std::optional<Opening> opening;  // with Act::open
  std::string playbook;
  std::vector<StoreWeighed> stores;
  std::string note;  // one plain sentence: what decided it
};

Decision decide(const Case& the_case, const Standing& standing, const Rules& rules, Time now);

}  // namespace maitred
