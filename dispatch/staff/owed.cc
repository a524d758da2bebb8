#include "dispatch/staff/owed.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/zone.h"

namespace maitred {
namespace {

using std::chrono::seconds;

using Target = std::pair<std::string, std::string>;  // person, courier

// One task looked at once: what follows from its state, its pushes, the people and the time.
class Look {
 public:
  Look(const Task& task, const std::vector<Push>& pushes, const Roster& staff,
       const FloorSettings& settings, Time now)
      : task_(task), pushes_(pushes), staff_(staff), settings_(settings), now_(now) {}

  Owed take() {
    if (is_living(task_.state)) derive_audience();
    derive_timers();
    if (owed_.timers.empty()) derive_pushes();
    return std::move(owed_);
  }

 private:
  // --- who ---
  bool on_duty(const Person& person) const {
    return staff_.is_on_duty(person, settings_.names.zone_of(task_.opening.store), now_);
  }
  // A courier that can still carry this step to the person: configured, not failed for good.
  bool is_reachable(const Person& person, const std::string& step) const;
  bool anyone_reachable() const;
  void add_role(const std::string& role, bool skip_refused);
  void derive_audience();

  // --- when ---
  void derive_timers();
  void approval_timers();
  void open_timers();
  void claim_timers();
  void pass_on_or_call_all(Time at);
  // True if `at` has come; else notes that it will.
  bool due(Time at);
  TaskEvent& timer(const std::string& name, Verb verb, Time at);
  std::optional<Time> lapse_time() const;
  bool marked(Verb verb, const std::string& step) const {
    return task_.marks.contains(fmt::format("{}:{}", word(verb), step));
  }

  // --- pushes ---
  void derive_pushes();
  void send_where_missing(const Person& person, const Reach& reach);
  void clear_where_stale();
  const Push* last_of(const Target& target, const std::string& step) const;
  Duration backoff(int attempts) const;

  const Task& task_;
  const std::vector<Push>& pushes_;
  const Roster& staff_;
  const FloorSettings& settings_;
  const Time now_;

  Owed owed_;
  Said said_ = Said::claim;
  std::string step_;                     // of a push that says what holds now
  std::vector<const Person*> eligible_;  // whom it concerns, on duty or not
  std::vector<const Person*> audience_;  // those of them who are on duty
};

bool is_shown(const Push& push) {
  return push.state == PushState::accepted || push.state == PushState::unknown;
}

bool Look::is_reachable(const Person& person, const std::string& step) const {
  return std::any_of(person.reach.begin(), person.reach.end(), [&](const Reach& reach) {
    if (!settings_.couriers.contains(reach.courier)) return false;
    const Push* last = last_of({person.id, reach.courier}, step);
    return !last || last->state == PushState::accepted || last->state == PushState::cleared ||
           (!last->lasting && last->attempt < settings_.attempts_max);
  });
}

bool Look::anyone_reachable() const {
  return std::any_of(audience_.begin(), audience_.end(),
                     [&](const Person* person) { return is_reachable(*person, step_); });
}

void Look::add_role(const std::string& role, bool skip_refused) {
  for (const Person* person : people_for(role, task_, staff_, settings_)) {
    if (skip_refused && task_.refused_by.contains(person->id)) continue;
    if (std::find(eligible_.begin(), eligible_.end(), person) != eligible_.end()) continue;
    eligible_.push_back(person);
    if (on_duty(*person)) audience_.push_back(person);
  }
}

void Look::derive_audience() {
  const std::string number = fmt::format("{}.{}", task_.round, task_.edition);
  if (task_.state == TaskState::awaiting_approval) {
    said_ = Said::ask;
    step_ = "ask:" + number;
    for (const std::string& role : task_.asked_roles) add_role(role, false);
  } else if (task_.state == TaskState::open) {
    said_ = Said::claim;
    step_ = "claim:" + number;
    const auto& ladder = task_.opening.ladder;
    if (ladder.empty()) add_role("", true);
    for (size_t level = 0; level < ladder.size(); ++level) {
      if (level > 0 && !marked(Verb::escalated, fmt::format("{}.{}", task_.round, level))) break;
      add_role(ladder[level].role, true);
    }
    if (marked(Verb::escalated, fmt::format("{}.all", task_.round))) add_role("", true);
  } else {
    said_ = Said::holder;
    const std::string next = next_step(task_);
    step_ = fmt::format("holder:{}:{}", number, next.empty() ? "done" : next);
    // The holder is told on duty or not: it is theirs until they release it.
    if (const Person* holder = staff_.find(task_.holder)) {
      eligible_.push_back(holder);
      audience_.push_back(holder);
    }
  }
}

bool Look::due(Time at) {
  if (at <= now_) return true;
  if (!owed_.next || at < *owed_.next) owed_.next = at;
  return false;
}

TaskEvent& Look::timer(const std::string& name, Verb verb, Time at) {
  TimerDue& timer = owed_.timers.emplace_back();
  timer.cause = fmt::format("due:{}:{}:{}", task_.id, name, to_rfc3339(at));
  timer.rev = task_.rev;
  timer.event.verb = verb;
  timer.event.by = {"floor", {}};
  timer.event.at = now_;
  return timer.event;
}

std::optional<Time> Look::lapse_time() const {
  const auto& window = task_.opening.window;
  if (!window || !window->due) return {};
  return *window->due + settings_.lapse_after;
}

void Look::derive_timers() {
  if (task_.state == TaskState::awaiting_approval) approval_timers();
  if (task_.state == TaskState::open) open_timers();
  if (task_.state == TaskState::claimed) claim_timers();
}

void Look::approval_timers() {
  const auto& ask = task_.opening.ask;
  const size_t asked = task_.asked_roles.size();
  const Time until = asked == 0 ? task_.opened_at : task_.asked_until.value_or(task_.opened_at);
  const auto lapses = lapse_time();
  const Time ends = std::max(until + settings_.lapse_after, lapses.value_or(Time::min()));
  const bool over = asked >= ask.size() ? due(ends) : lapses && due(*lapses);
  if (over) {
    timer("dropped", Verb::dropped, asked >= ask.size() ? ends : *lapses).reason =
        "nobody approved it in time";
  } else if (asked < ask.size()) {
    if (due(until) || !anyone_reachable()) {
      TaskEvent& event = timer(fmt::format("asked.{}", asked), Verb::asked, until);
      event.of = ask[asked].role;
      event.until = std::max(until, now_) + ask[asked].within;
    }
  } else if (!marked(Verb::lapsed, "unanswered") && (due(until) || !anyone_reachable())) {
    TaskEvent& event = timer("lapsed.unanswered", Verb::lapsed, until);
    event.step = "unanswered";
    event.reason = "nobody who may approve it has answered";
  }
  if (asked > 0 && !anyone_reachable()) owed_.unpushed = "nobody who may approve it can be reached";
}

void Look::open_timers() {
  if (const auto lapses = lapse_time(); lapses && due(*lapses)) {
    timer(fmt::format("dropped.{}", task_.round), Verb::dropped, *lapses).reason =
        "its window passed and nobody had taken it";
    return;
  }
  if (!anyone_reachable()) owed_.unpushed = "nobody on duty can be reached";
  if (marked(Verb::escalated, fmt::format("{}.all", task_.round))) {
    if (!task_.refused_by.empty() && audience_.empty()) pass_on_or_call_all(task_.changed_at);
    return;
  }
  const auto& ladder = task_.opening.ladder;
  const size_t levels = std::max<size_t>(ladder.size(), 1);
  Time until = task_.changed_at;
  for (size_t level = 0; level < levels; ++level) {
    until += ladder.empty() ? settings_.claim_within : ladder[level].within;
    if (level + 1 < levels &&
        marked(Verb::escalated, fmt::format("{}.{}", task_.round, level + 1))) {
      continue;
    }
    if (!due(until) && anyone_reachable()) return;
    if (level + 1 == levels) return pass_on_or_call_all(until);
    TaskEvent& event =
        timer(fmt::format("escalated.{}.{}", task_.round, level + 1), Verb::escalated, until);
    event.step = fmt::format("{}.{}", task_.round, level + 1);
    event.reason = anyone_reachable() ? "nobody took it in time" : "nobody on duty can be reached";
    return;
  }
}

// The end of the ladder. All refused = the next store's, where there is one; else everyone hears.
void Look::pass_on_or_call_all(Time at) {
  const bool all_refused = !task_.refused_by.empty() && audience_.empty();
  if (all_refused && settings_.next_store) {
    if (const std::string next = settings_.next_store(task_); !next.empty()) {
      TaskEvent& event = timer(fmt::format("passed.{}", task_.round), Verb::passed, at);
      event.to = next;
      event.reason = "everybody asked has refused";
      return;
    }
  }
  const std::string step = fmt::format("{}.all", task_.round);
  if (marked(Verb::escalated, step)) return;
  TaskEvent& event = timer("escalated." + step, Verb::escalated, at);
  event.step = step;
  event.reason = all_refused          ? "everybody asked has refused"
                 : anyone_reachable() ? "nobody took it in time"
                                      : "nobody on duty can be reached";
}

void Look::claim_timers() {
  if (const auto lapses = lapse_time(); lapses && !marked(Verb::lapsed, "due") && due(*lapses)) {
    TaskEvent& event = timer("lapsed.due", Verb::lapsed, *lapses);
    event.step = "due";
    event.reason = "its window has passed and it is not done";
    return;
  }
  const auto& window = task_.opening.window;
  const bool only_to_close = !task_.opening.steps.empty() && next_step(task_).empty();
  Time silent = std::max(task_.changed_at, task_.touched_at) + settings_.claim_silence;
  if (window && window->due) silent = std::max(silent, *window->due - settings_.far_ahead);
  if (!only_to_close && due(silent)) {
    timer(fmt::format("released.{}", task_.round), Verb::released, silent).reason = fmt::format(
        "no word from {} for {} min", task_.holder,
        std::chrono::duration_cast<std::chrono::minutes>(settings_.claim_silence).count());
    return;
  }
  if (!anyone_reachable()) owed_.unpushed = "its holder cannot be reached";
}

const Push* Look::last_of(const Target& target, const std::string& step) const {
  const Push* last = nullptr;
  for (const Push& push : pushes_) {
    if (push.person == target.first && push.courier == target.second && push.step == step) {
      last = &push;
    }
  }
  return last;
}

Duration Look::backoff(int attempts) const {
  Duration wait = settings_.retry_min;
  for (int i = 1; i < attempts && wait < settings_.retry_max; ++i) wait *= 2;
  return std::min<Duration>(wait, settings_.retry_max);
}

void Look::derive_pushes() {
  for (const Person* person : audience_) {
    std::set<std::string> couriers;  // one push a courier, whatever the list says
    for (const Reach& reach : person->reach) {
      if (!settings_.couriers.contains(reach.courier)) continue;
      if (couriers.insert(reach.courier).second) send_where_missing(*person, reach);
    }
  }
  clear_where_stale();
}

void Look::send_where_missing(const Person& person, const Reach& reach) {
  PushDue push;
  if (const Push* last = last_of({person.id, reach.courier}, step_)) {
    if (last->state == PushState::accepted || last->state == PushState::cleared) return;
    if (last->lasting || last->attempt >= settings_.attempts_max) return;
    if (!due(last->at.value_or(now_) + backoff(last->attempt))) return;
    push.attempt = last->attempt + 1;
  }
  push.task = task_.id;
  push.rev = task_.rev;
  push.step = step_;
  push.person = person.id;
  push.courier = reach.courier;
  push.address = reach.address;
  push.message = message_for(task_, person, said_, settings_.names, now_);
  owed_.pushes.push_back(std::move(push));
}

// A phone is cleared when what it shows no longer holds, and no newer push replaces it. Going off
// duty clears nothing: the push still says what holds.
void Look::clear_where_stale() {
  std::map<Target, const Push*> shown;
  for (const Push& push : pushes_) {
    if (push.state == PushState::failed) continue;
    shown[{push.person, push.courier}] = is_shown(push) ? &push : nullptr;
  }
  for (const auto& [target, push] : shown) {
    if (!push) continue;
    const auto concerns = [&](const Person* person) { return person->id == target.first; };
    const bool still_eligible = std::any_of(eligible_.begin(), eligible_.end(), concerns);
    const bool will_be_replaced = std::any_of(audience_.begin(), audience_.end(), concerns);
    if (will_be_replaced || (still_eligible && push->step == step_)) continue;
    PushDue clear;
    clear.clear = true;
    clear.task = task_.id;
    clear.rev = task_.rev;
    clear.step = push->step;
    clear.person = target.first;
    clear.courier = target.second;
    clear.attempt = push->attempt;
    if (const Person* person = staff_.find(target.first)) {
      for (const Reach& reach : person->reach) {
        if (reach.courier == target.second && clear.address.empty()) clear.address = reach.address;
      }
    }
    owed_.pushes.push_back(std::move(clear));
  }
}

}  // namespace

std::vector<const Person*> people_for(const std::string& role, const Task& task,
                                      const Roster& staff, const FloorSettings& settings) {
  std::vector<const Person*> here;
  std::vector<const Person*> everywhere;
  std::vector<const Person*> desks;
  for (const Person& person : staff.people) {
    if (!role.empty() && person.role != role) continue;
    if (person.store == task.opening.store) {
      here.push_back(&person);
    } else if (person.store.empty()) {
      everywhere.push_back(&person);
    } else if (!role.empty() && !settings.names.stores.contains(person.store)) {
      desks.push_back(&person);
    }
  }
  if (role.empty()) return here.empty() ? everywhere : here;
  here.insert(here.end(), everywhere.begin(), everywhere.end());
  return here.empty() ? desks : here;
}

Owed owed(const Task& task, const std::vector<Push>& pushes, const Roster& staff,
          const FloorSettings& settings, Time now) {
  return Look(task, pushes, staff, settings, now).take();
}

}  // namespace maitred
