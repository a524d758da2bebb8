#include "dispatch/staff/floor.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"

namespace maitred {
namespace {

constexpr Duration kRoundMax{250};  // real time: shifts and timers change without a record
constexpr Duration kRoundMin{20};   // real time between two rounds, however much is folded
constexpr Duration kRecordRetry{500};
constexpr Duration kFoldWaitMax{5000};

std::string flight_key(const PushDue& push) {
  return fmt::format("{}|{}|{}|{}|{}|{}", push.task, push.step, push.person, push.courier,
                     push.attempt, push.clear);
}

// The event as derived, unless the task has moved on meanwhile: then it is derived anew.
Decide unchanged_since(int64_t rev, const TaskEvent& event) {
  return [rev, event](const KeyState& key) -> std::variant<TaskEvent, Refusal> {
    if (key.rev != rev) return Refusal{"the task has moved on"};
    return event;
  };
}

// A failed push: may the same once more help, and do we know that it did not arrive?
void note_failure(Push& push, const Error& error) {
  const bool again = error.fault == Fault::transient || error.fault == Fault::throttled;
  push.state = error.fault == Fault::transient ? PushState::unknown : PushState::failed;
  push.lasting = !again;
  push.detail = error.text;
}

}  // namespace

Floor::Floor(FloorParts parts, const FloorSettings& settings)
    : parts_(parts), settings_(settings) {}

void Floor::wake() {
  std::scoped_lock lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

std::map<std::string, std::string> Floor::unpushed() const {
  std::scoped_lock lock(mutex_);
  return unpushed_;
}

std::set<int> Floor::owned() const {
  std::scoped_lock lock(mutex_);
  return owned_;
}

void Floor::wait(Duration at_most, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, at_most, [&] { return woken_; });
  woken_ = false;
}

void Floor::run(std::stop_token stop) {
  std::string trouble;
  while (!stop.stop_requested()) {
    if (tick) tick();
    const Time began = real_clock().now();
    const auto done = step(stop);
    const std::string failed = done || has_said_why(parts_.bus) ? "" : done.error().text;
    if (!failed.empty() && failed != trouble) log::error("floor.failed", failed);
    if (done && !trouble.empty()) log::notice("floor.recovered", "the floor works again");
    if (done || !failed.empty()) trouble = failed;
    // A long round is followed by a longer rest, so that a burst of records cannot eat the host.
    const Duration gap =
        std::clamp<Duration>(2 * (real_clock().now() - began), kRoundMin, 4 * kRoundMax);
    if (!real_clock().sleep_until(real_clock().now() + gap, stop)) break;
    const bool hurried = done && next_ && *next_ <= parts_.house.now() + kRoundMax;
    if (!hurried) wait(kRoundMax, stop);
  }
  subscription_.reset();
}

Result<bool> Floor::step(std::stop_token stop) {
  TRY(follow_ownership(stop));
  const Fold& fold = parts_.fold;
  if (!fold.ready(Topic::tasks) || !fold.ready(Topic::pushes) || !fold.ready(Topic::staff)) {
    return false;
  }
  return sweep(stop);
}

// A partition that became ours is acted on once the books have passed what the log held then.
Result<void> Floor::follow_ownership(std::stop_token stop) {
  if (!subscription_) {
    JoinOptions options;
    options.ownership_only = true;
    TRY_ASSIGN(subscription_,
               parts_.bus.join(parts_.names.name(Topic::tasks), "floor", std::move(options)));
  }
  auto polled = subscription_->poll(1, Duration(0), stop);
  if (!polled) {
    subscription_.reset();
    return tl::unexpected(std::move(polled).error());
  }
  const std::set<int> now_owned = subscription_->owned();
  std::erase_if(waiting_for_, [&](const auto& one) { return !now_owned.contains(one.first); });
  const std::set<int> before = owned();
  for (const int partition : now_owned) {
    if (before.contains(partition) || waiting_for_.contains(partition)) continue;
    TRY_ASSIGN(const Positions ends, parts_.bus.ends(parts_.names.name(Topic::tasks)));
    waiting_for_[partition] = {{partition, ends.contains(partition) ? ends.at(partition) : 0}};
  }
  std::set<int> acting;
  for (const int partition : now_owned) {
    if (is_settled(partition)) acting.insert(partition);
  }
  std::scoped_lock lock(mutex_);
  owned_ = std::move(acting);
  return {};
}

bool Floor::is_settled(int partition) {
  const auto waiting = waiting_for_.find(partition);
  if (waiting == waiting_for_.end()) return true;
  if (!parts_.fold.wait_until(Topic::tasks, waiting->second, Duration(0))) return false;
  waiting_for_.erase(waiting);
  return true;
}

Result<bool> Floor::sweep(std::stop_token stop) {
  TRY_ASSIGN(const Roster roster, parts_.staff.roster());
  TRY_ASSIGN(std::vector<Task> tasks, parts_.tasks.living());
  TRY_ASSIGN(std::set<std::string> shown, parts_.pushes.showing());
  for (const Task& task : tasks) shown.erase(task.id);
  for (const std::string& id : shown) {
    TRY_ASSIGN(auto closed, parts_.tasks.find(id));
    if (closed) tasks.push_back(std::move(*closed));
  }

  const Time now = parts_.house.now();
  const std::set<int> ours = owned();
  const int partitions = parts_.names.count(Topic::tasks);
  next_.reset();
  std::vector<Proposal> proposals;
  std::map<std::string, std::string> now_unpushed;
  bool did = false;
  for (const Task& task : tasks) {
    if (!ours.contains(partition_of(task.id, partitions))) continue;
    TRY_ASSIGN(const std::vector<Push> pushes, parts_.pushes.of_task(task.id));
    Owed owes = owed(task, pushes, roster, settings_, now);
    if (owes.next && (!next_ || *owes.next < *next_)) next_ = owes.next;
    if (!owes.unpushed.empty()) now_unpushed[task.id] = owes.unpushed;
    for (const TimerDue& timer : owes.timers) {
      proposals.push_back({task.id, timer.cause, unchanged_since(timer.rev, timer.event)});
    }
    did = did || !owes.pushes.empty();
    for (PushDue& push : owes.pushes) enqueue(std::move(push), task);
  }
  report_unpushed(std::move(now_unpushed));
  return fire(proposals, stop) || did;
}

bool Floor::fire(const std::vector<Proposal>& proposals, std::stop_token stop) {
  if (proposals.empty() || (clock_ok && !clock_ok())) return false;
  bool fired = false;
  for (const Outcome& outcome : parts_.appender.append_all(proposals, stop)) {
    if (outcome.kind != Outcome::Kind::applied) continue;
    fired = true;
    metrics()
        .counter("maitred_timers_total", "Timers the floor fired", {{"verb", word(outcome.verb)}})
        .add();
  }
  if (fired) wake();  // what follows from the new state is owed at once
  return fired;
}

void Floor::enqueue(PushDue push, const Task& task) {
  const std::string key = flight_key(push);
  {
    std::scoped_lock lock(mutex_);
    if (in_flight_.contains(key) || queue_.size() >= kPushQueueMax) return;
  }
  if (!push.clear) link(push, task);
  std::scoped_lock lock(mutex_);
  in_flight_.insert(key);
  queue_.push_back(std::move(push));
  changed_.notify_all();
}

// Gives the actions their links, and the message a short name of the task.
void Floor::link(PushDue& push, const Task& task) const {
  PushMessage& message = push.message;
  message.short_id = parts_.tasks.short_id(task.id).value_or(task.id);
  const std::string base = public_url ? public_url() : std::string();
  if (base.empty()) return;
  const auto url = [&](std::optional<Verb> verb, const std::string& step) {
    const Button button = parts_.buttons.make(task, push.person, verb, step);
    return base + "/b/" + parts_.buttons.token(button);
  };
  message.link = url({}, {});
  for (PushAction& action : message.actions) action.url = url(action.verb, action.arg);
}

void Floor::report_unpushed(std::map<std::string, std::string> now_unpushed) {
  std::map<std::string, std::string> before;
  {
    std::scoped_lock lock(mutex_);
    before = std::exchange(unpushed_, now_unpushed);
  }
  metrics()
      .gauge("maitred_unpushed_tasks", "Living tasks that nobody can be told of")
      .set(static_cast<double>(now_unpushed.size()));
  for (const auto& [task, why] : now_unpushed) {
    if (!before.contains(task)) log::warning("task.unpushed", why, {{"task", task}});
  }
  for (const auto& [task, why] : before) {
    if (!now_unpushed.contains(task)) {
      log::notice("task.pushed", "somebody can be told again, or it is over", {{"task", task}});
    }
  }
}

void Floor::run_pushes(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (push_tick) push_tick();
    if (push_one(stop)) continue;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, kRoundMax, [&] { return !queue_.empty(); });
  }
}

bool Floor::push_one(std::stop_token stop) {
  PushDue due;
  {
    std::scoped_lock lock(mutex_);
    if (queue_.empty()) return false;
    due = std::move(queue_.front());
    queue_.pop_front();
  }
  const auto done = [&] {
    std::scoped_lock lock(mutex_);
    in_flight_.erase(flight_key(due));
    woken_ = true;
    changed_.notify_all();
  };
  // The task may have moved on while this waited in line: then something else is owed.
  const auto task = parts_.tasks.find(due.task);
  const auto courier = parts_.couriers.find(due.courier);
  if (!task || !*task || (*task)->rev != due.rev || courier == parts_.couriers.end()) {
    done();
    return true;
  }
  Push push;
  push.task = due.task;
  push.rev = due.rev;
  push.step = due.step;
  push.person = due.person;
  push.courier = due.courier;
  push.attempt = due.attempt;
  push.state = due.clear ? PushState::cleared : PushState::accepted;
  push.at = parts_.house.now();
  const auto sent = due.clear ? courier->second->clear(due.task, due.address, stop)
                              : courier->second->send(due.message, due.address, stop);
  // A clear is tried once: a button left on a phone does no harm, it says who has the task.
  if (!sent && due.clear) push.detail = sent.error().text;
  if (!sent && !due.clear) {
    note_failure(push, sent.error());
    log::warning("push.failed", sent.error().text,
                 {{"task", due.task},
                  {"person", due.person},
                  {"courier", due.courier},
                  {"attempt", due.attempt}});
  }
  metrics()
      .counter("maitred_pushes_total", "Pushes by courier and outcome",
               {{"courier", due.courier}, {"state", word(push.state)}})
      .add();
  if (auto recorded = record(push, stop); !recorded) {
    log::error("push.unrecorded", recorded.error().text, {{"task", due.task}});
  }
  done();
  return true;
}

// The same bytes until the log takes them: what is sent and not recorded would be sent again.
Result<void> Floor::record(const Push& push, std::stop_token stop) {
  const std::string id = fmt::format("{}/{}/{}/{}/{}/{}", push.task, push.step, push.person,
                                     push.courier, push.attempt, word(push.state));
  const std::vector<Record> records{
      make_record(parts_.names, Topic::pushes, push.task, id, to_json(push))};
  for (;;) {
    const auto published = parts_.bus.publish(parts_.names.name(Topic::pushes), records);
    if (published) {
      const Position& at = published->front();
      Positions next{{at.partition, at.offset + 1}};
      if (at.offset < 0) {
        TRY_ASSIGN(next, parts_.bus.ends(parts_.names.name(Topic::pushes)));
      }
      parts_.fold.wait_until(Topic::pushes, next, kFoldWaitMax, stop);
      return {};
    }
    if (published.error().fault != Fault::transient &&
        published.error().fault != Fault::throttled) {
      return tl::unexpected(published.error());
    }
    if (push_tick) push_tick();
    if (!real_clock().sleep_until(real_clock().now() + kRecordRetry, stop)) {
      return tl::unexpected(published.error());
    }
  }
}

}  // namespace maitred
