// Deeds: what a member of staff does to a task, by button, board or shell alike. Says whether they
// may, makes the event, appends it, and puts the outcome into words a person understands: of two
// who claim, the loser is told who won. What cannot be known yet is never called failed.
//
// Thread-safe; perform() blocks its thread until the log has answered.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "bus/append.h"
#include "dispatch/staff/owed.h"
#include "dispatch/staff/staff_book.h"
#include "dispatch/tasks/task_book.h"

namespace maitred {

struct Deed {
  std::string task;  // id, or a prefix only one living task has
  Verb verb = Verb::claimed;
  std::string staff;
  std::string cause;
  std::string reason = {};
  std::string step = {};
  std::optional<double> sum = {};
  std::string to = {};  // passed: store; given: person
};

struct DeedAnswer {
  enum class Kind { done, refused, forbidden, unknown_task, unsettled };
  Kind kind = Kind::unsettled;
  std::string text;  // one sentence, in the person's language
  std::optional<Task> task = {};
  Positions positions = {};
};

class Deeds {
 public:
  Deeds(Appender& appender, TaskBook& tasks, StaffBook& staff, const FloorSettings& settings)
      : appender_(appender), tasks_(tasks), staff_(staff), settings_(settings) {}

  DeedAnswer perform(const Deed& deed, std::stop_token stop = {});

 private:
  DeedAnswer answer_of(const Deed& deed, const Outcome& outcome, const Roster& roster,
                       const std::string& id);

  Appender& appender_;
  TaskBook& tasks_;
  StaffBook& staff_;
  const FloorSettings& settings_;
};

// "claim" ↔ claimed, …: the words of shell and api. Null or none: not a deed of staff.
const char* deed_word(Verb verb);
std::optional<Verb> verb_of_deed(std::string_view word);

// Why this person may not do that to this task; empty = they may.
std::string why_not(const Task& task, const Person& person, Verb verb, const Roster& staff,
                    const FloorSettings& settings);

}  // namespace maitred
