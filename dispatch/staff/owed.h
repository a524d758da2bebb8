// What is owed: from the state of one task, who should be holding which push, and which timer is
// due. Pure: task, pushes so far, roster, settings and now go in; what the floor has to do comes
// out. It never looks at the event that passed by, so a floor that was away, or is a new host,
// owes exactly the same.
//
//   awaiting_approval  the ask's roles one after another (`asked`), each for its `within`; after
//                      the last `lapsed:unanswered` (an approval still counts); `dropped` once the
//                      window and lapse_after are over
//   open               the ladder's roles one after another (`escalated:<round>.<level>`), then
//                      everyone (`escalated:<round>.all`); all refused → `passed` to the next
//                      store where there is one; `dropped` once the window has lapsed
//   claimed            the holder's next step; silent for claim_silence → `released`; past its
//                      window `lapsed:due`
//   anything else      nothing: phones that still show it are cleared
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bus/push.h"
#include "dispatch/staff/message.h"
#include "dispatch/staff/roster.h"

namespace maitred {

struct FloorSettings {
  HouseNames names;
  std::set<std::string> couriers;            // configured ones; a reach by another counts as none
  std::chrono::seconds claim_within{300};    // of a task whose playbook has no ladder
  std::chrono::seconds claim_silence{1200};  // a claim without a word is released after this
  std::chrono::seconds far_ahead{4 * 3600};  // … but not longer than this before it is due
  std::chrono::seconds lapse_after{1800};    // after the window: nobody's task is dropped
  int attempts_max = 5;                      // of one push
  std::chrono::seconds retry_min{5};         // between attempts, doubled each time
  std::chrono::seconds retry_max{300};
  // Where a task goes that everybody refused; empty = nowhere. Pure; may be null.
  std::function<std::string(const Task&)> next_store;
};

struct PushDue {
  bool clear = false;  // take it off the phone; else show `message`
  std::string task;
  int64_t rev = 0;
  std::string step;
  std::string person;
  std::string courier;
  std::string address;
  int attempt = 1;
  PushMessage message;
};

struct TimerDue {
  std::string cause;  // due:<task>:<timer>:<time>
  int64_t rev = 0;    // of the task it was derived from: on another it is derived anew
  TaskEvent event;    // verb and fields; by the floor
};

struct Owed {
  std::vector<TimerDue> timers;  // first; pushes are derived once no timer is due
  std::vector<PushDue> pushes;
  std::string unpushed;      // why nobody can be told; empty = somebody is or will be
  std::optional<Time> next;  // when this changes by time alone; shifts aside
};

// `pushes` are the task's, in log order, the last state of each (step, person, courier).
Owed owed(const Task& task, const std::vector<Push>& pushes, const Roster& staff,
          const FloorSettings& settings, Time now);

// People whom the role means for this task: of its store, of every store, else of a desk.
std::vector<const Person*> people_for(const std::string& role, const Task& task,
                                      const Roster& staff, const FloorSettings& settings);

}  // namespace maitred
