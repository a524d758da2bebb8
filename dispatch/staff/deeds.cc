#include "dispatch/staff/deeds.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace maitred {
namespace {

constexpr std::array<std::pair<const char*, Verb>, 10> kDeeds{{
    {"claim", Verb::claimed},
    {"refuse", Verb::refused},
    {"release", Verb::released},
    {"approve", Verb::approved},
    {"decline", Verb::declined},
    {"progress", Verb::progressed},
    {"finish", Verb::finished},
    {"drop", Verb::dropped},
    {"pass", Verb::passed},
    {"give", Verb::given},
}};

// Whether these roles, as they are meant for this task, mean this person.
bool is_meant(const std::vector<LadderStep>& steps, const Task& task, const Person& person,
              const Roster& staff, const FloorSettings& settings) {
  return std::any_of(steps.begin(), steps.end(), [&](const LadderStep& step) {
    const auto people = people_for(step.role, task, staff, settings);
    return std::any_of(people.begin(), people.end(),
                       [&](const Person* one) { return one->id == person.id; });
  });
}

std::string name_of(const Roster& staff, const std::string& id) {
  const Person* person = staff.find(id);
  return person && !person->name.empty() ? person->name : id;
}

// Why the state of the task leaves no room for the verb; empty = it does.
std::string state_refusal(const Task& task, const Deed& deed, const Roster& staff,
                          const std::string& language) {
  const auto has_it = [&] {
    if (task.holder == deed.staff) return phrase(language, "It is yours.");
    return name_of(staff, task.holder) + " " + phrase(language, "has it");
  };
  if (next_state(task.state, deed.verb)) {
    const bool theirs = task.holder == deed.staff;
    if (deed.verb == Verb::released && !theirs && !task.holder.empty()) {
      return has_it();
    }
    return {};
  }
  switch (task.state) {
    case TaskState::claimed:
      return has_it();
    case TaskState::open:
      return deed.verb == Verb::approved || deed.verb == Verb::declined
                 ? "It has been approved already."
                 : "Nobody has claimed it: claim it first.";
    case TaskState::awaiting_approval:
      return "It still waits for approval.";
    case TaskState::done:
      return "It is done already.";
    case TaskState::dropped:
      return "It was dropped.";
    case TaskState::none:
    case TaskState::no_task:
      break;
  }
  return "There is no such task.";
}

TaskEvent event_of(const Deed& deed, const Task& task) {
  TaskEvent event;
  event.verb = deed.verb;
  event.by = {"staff", deed.staff};
  event.reason = deed.reason;
  event.to = deed.to;
  event.sum = deed.sum;
  if (deed.verb == Verb::progressed) event.step = deed.step.empty() ? next_step(task) : deed.step;
  if (deed.verb == Verb::approved && !event.sum && task.opening.gesture) {
    event.sum = task.opening.gesture->sum;
  }
  return event;
}

std::string step_refusal(const Task& task, const Deed& deed) {
  if (deed.verb != Verb::progressed) return {};
  const std::string step = deed.step.empty() ? next_step(task) : deed.step;
  const auto& steps = task.opening.steps;
  if (step.empty()) return "Every step is done: finish it.";
  if (task.steps_done.contains(step)) return fmt::format("'{}' is done already.", step);
  if (std::find(steps.begin(), steps.end(), step) != steps.end()) return {};
  return fmt::format("It has no step '{}'.", step);
}

}  // namespace

const char* deed_word(Verb verb) {
  for (const auto& [name, one] : kDeeds) {
    if (one == verb) return name;
  }
  return nullptr;
}

std::optional<Verb> verb_of_deed(std::string_view text) {
  for (const auto& [name, verb] : kDeeds) {
    if (text == name) return verb;
  }
  return {};
}

std::string why_not(const Task& task, const Person& person, Verb verb, const Roster& staff,
                    const FloorSettings& settings) {
  const bool approver = is_meant(task.opening.ask, task, person, staff, settings);
  if (verb == Verb::approved || verb == Verb::declined) {
    if (approver || task.opening.ask.empty()) return {};
    std::string roles;
    for (const LadderStep& step : task.opening.ask) {
      roles += (roles.empty() ? "" : " or ") + step.role;
    }
    return fmt::format("{} may not approve this: it is asked of {}.", person.id, roles);
  }
  if (person.store.empty() || person.store == task.opening.store || approver) return {};
  // Who was told, because nobody nearer answered, may also act.
  if (is_meant(task.opening.ladder, task, person, staff, settings)) return {};
  return fmt::format("{} is of {}, and this task is {}'s.", person.id,
                     settings.names.store(person.store), settings.names.store(task.opening.store));
}

DeedAnswer Deeds::perform(const Deed& deed, std::stop_token stop) {
  using Kind = DeedAnswer::Kind;
  const auto roster = staff_.roster();
  if (!roster) return {Kind::unsettled, roster.error().text};
  const Person* person = roster->find(deed.staff);
  if (!person) {
    return {Kind::forbidden, fmt::format("There is no '{}' among the staff.", deed.staff)};
  }
  const std::string language = language_of(*person);
  auto task = tasks_.find_by_prefix(deed.task);
  if (!task) {
    const bool several = task.error().fault == Fault::conflict;
    return {several ? Kind::refused : Kind::unknown_task, task.error().text};
  }
  if (std::string why = why_not(*task, *person, deed.verb, *roster, settings_); !why.empty()) {
    return {Kind::forbidden, std::move(why), std::move(*task)};
  }
  const std::string id = task->id;
  const auto decide = [&](const KeyState&) -> std::variant<TaskEvent, Refusal> {
    const auto now = tasks_.find(id);
    if (!now || !*now) return Refusal{"There is no such task."};
    if (std::string why = state_refusal(**now, deed, *roster, language); !why.empty()) {
      return Refusal{std::move(why)};
    }
    if (std::string why = step_refusal(**now, deed); !why.empty()) return Refusal{std::move(why)};
    return event_of(deed, **now);
  };
  return answer_of(deed, appender_.append({id, deed.cause, decide}, stop), *roster, id);
}

DeedAnswer Deeds::answer_of(const Deed& deed, const Outcome& outcome, const Roster& roster,
                            const std::string& id) {
  using Kind = DeedAnswer::Kind;
  const std::string language = language_of(*roster.find(deed.staff));
  DeedAnswer answer;
  answer.positions = outcome.positions;
  if (auto task = tasks_.find(id); task && *task) answer.task = std::move(**task);
  if (outcome.kind == Outcome::Kind::unsettled) {
    answer.text = phrase(language, "Not known yet: tap once more in a moment.");
    return answer;
  }
  if (outcome.kind == Outcome::Kind::refused) {
    answer.kind = Kind::refused;
    answer.text = outcome.text;
    return answer;
  }
  if (outcome.verb != deed.verb) {
    answer.kind = Kind::refused;
    answer.text = fmt::format("This request was used before, to {}.",
                              deed_word(outcome.verb) ? deed_word(outcome.verb) : "do other work");
    return answer;
  }
  answer.kind = Kind::done;
  answer.text = phrase(language, "Thank you: noted.");
  if (deed.verb == Verb::claimed && answer.task) {
    const std::string& holder = answer.task->holder;
    if (holder == deed.staff) answer.text = phrase(language, "It is yours.");
    // A claim of long ago, tapped again: what counts is who has it now.
    if (!holder.empty() && holder != deed.staff) {
      answer.kind = Kind::refused;
      answer.text = name_of(roster, holder) + " " + phrase(language, "has it");
    }
  }
  return answer;
}

}  // namespace maitred
