// The floor: what acts when something is owed or due. One group on `tasks` says whose partition it
// is, and no more; the owner waits until its books have read to where the log ended at that moment,
// then does what they say is owed, due and unrecorded. It keeps nothing of its own that matters: a
// crash between sending and recording sends once more, under the same key.
//
// Two threads: `floor` (run) derives and fires timers, `push` (run_pushes) sends and records. wake,
// unpushed and the hooks are safe from any thread; hooks are set before the threads start.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "bus/append.h"
#include "dispatch/staff/buttons.h"
#include "dispatch/staff/courier.h"
#include "dispatch/staff/owed.h"
#include "dispatch/staff/push_book.h"
#include "dispatch/staff/staff_book.h"
#include "dispatch/tasks/task_book.h"

namespace maitred {

inline constexpr size_t kPushQueueMax = 500;  // what does not fit is derived again later

// What the floor works with; all of it outlives the floor.
struct FloorParts {
  Bus& bus;
  const TopicNames& names;
  Fold& fold;
  TaskBook& tasks;
  PushBook& pushes;
  StaffBook& staff;
  Appender& appender;  // of `tasks`
  Couriers& couriers;
  const Buttons& buttons;
  Clock& house;
};

class Floor {
 public:
  Floor(FloorParts parts, const FloorSettings& settings);

  void run(std::stop_token stop);         // the thread `floor`
  void run_pushes(std::stop_token stop);  // the thread `push`
  void wake();                            // something was folded

  // One round each, for tests: whose partitions, what is owed; and one push. true = did something.
  Result<bool> step(std::stop_token stop);
  bool push_one(std::stop_token stop);

  std::map<std::string, std::string> unpushed() const;  // task → why nobody can be told
  std::set<int> owned() const;                          // partitions we act on

  std::function<bool()> clock_ok;           // null = it is; false: no timer fires
  std::function<std::string()> public_url;  // where buttons live; empty = pushes without links
  std::function<void()> tick, push_tick;    // for the watchdog; may be null

 private:
  Result<void> follow_ownership(std::stop_token stop);
  bool is_settled(int partition);
  Result<bool> sweep(std::stop_token stop);
  bool fire(const std::vector<Proposal>& proposals, std::stop_token stop);
  void enqueue(PushDue push, const Task& task);
  void link(PushDue& push, const Task& task) const;
  void report_unpushed(std::map<std::string, std::string> now_unpushed);
  Result<void> record(const Push& push, std::stop_token stop);
  void wait(Duration at_most, std::stop_token stop);

  FloorParts parts_;
  const FloorSettings& settings_;
  std::unique_ptr<Subscription> subscription_;
  std::map<int, Positions> waiting_for_;  // partition → where `tasks` ended when it became ours
  std::optional<Time> next_;              // earliest change by time alone, house time

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::deque<PushDue> queue_;
  std::set<std::string> in_flight_;  // queued, being sent, or not yet read back
  std::map<std::string, std::string> unpushed_;
  std::set<int> owned_;
};

}  // namespace maitred
