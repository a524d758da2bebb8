// The dispatcher: takes mentions off the log, has them read, identified and decided (all pure),
// and lets the log settle the result. Order: events → own fold passed → verdict → commit of the
// place in `mentions`, so that a crash anywhere repeats work and loses none (ARCHITECTURE.md,
// "Life of a mention"). It does all the I/O of the pipeline and decides nothing itself.
//
// run() is the thread `dispatch`; counts() may be called from any. Several processes may dispatch
// at once: a mention's fate is settled on its own key.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "bus/append.h"
#include "bus/mention.h"
#include "bus/verdict.h"
#include "dispatch/decision/decide.h"
#include "dispatch/identity/customer_book.h"
#include "dispatch/identity/identify.h"
#include "dispatch/reading/read.h"
#include "dispatch/tasks/task_book.h"

namespace maitred {

inline constexpr size_t kDispatchBatchMax = 500;

// What reading and deciding know: immutable, swapped whole.
struct Knowledge {
  std::shared_ptr<const Language> language;
  std::shared_ptr<const Rules> rules;
  IdentityPolicy policy;
  std::map<std::string, std::string> source_zones;  // source → IANA zone
};

struct DispatchDeps {
  Bus& bus;
  TopicNames names;
  std::string node;
  Clock& house;
  Fold& fold;
  Appender& tasks;
  TaskBook& task_book;
  CustomerBook& customer_book;
  std::function<Knowledge()> knowledge;
};

class Dispatcher {
 public:
  explicit Dispatcher(DispatchDeps deps) : deps_(std::move(deps)) {}

  void run(std::stop_token stop);
  // One batch, start to commit; the number of mentions settled. transient: nothing is committed,
  // and the same batch is taken up again by the next step.
  Result<size_t> step(Duration wait, std::stop_token stop);
  std::map<Why, int64_t> counts() const;  // verdicts given since start
  int64_t unreadable() const;
  void on_tick(std::function<void()> tick) { tick_ = std::move(tick); }

 private:
  struct Item;    // one mention on its way
  struct Drafts;  // what this batch has decided so far

  Result<bool> join_and_wait(std::stop_token stop);
  void take(const Batch& batch);
  Result<void> settle_fates(std::vector<Item>& items, const Knowledge& knowledge,
                            std::stop_token stop);
  Result<void> write_notes(std::vector<Item>& items, std::stop_token stop);
  Result<void> publish_verdicts(const std::vector<Item>& items);
  Result<void> judge(Item& item, const Knowledge& knowledge, Drafts& drafts);
  Result<bool> recall(Item& item);
  Result<Standing> standing(const Item& item, const Drafts& drafts);

  DispatchDeps deps_;
  std::unique_ptr<Subscription> subscription_;
  bool assigned_ = false;        // since then, `tasks` has not been read to its end again
  std::vector<Stored> pending_;  // polled, not committed
  Positions next_;               // to commit once `pending_` is settled
  std::function<void()> tick_;
  mutable std::mutex mutex_;
  std::map<Why, int64_t> counts_;
  int64_t unreadable_ = 0;
};

}  // namespace maitred
