// Fold: the one loop that computes books from topics. A Book is an SQLite file that can be deleted
// at any time and comes back by reading the log again. Its rows, the positions it has read to, the
// number of its rules and the last record's id and log time sit in one transaction; at start that
// record is read again, and if it differs (another log, a copied file) the book is rebuilt.
//
// The loop runs on one thread (`fold`); the other functions may be called from any.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/sqlite.h"
#include "bus/bus.h"
#include "bus/topics.h"

namespace maitred {

// A book keeps keys this far behind the newest log time of their partition, and folds nothing
// older, so that a rebuild after retention (90 d) agrees with the book that lived through it.
inline constexpr std::chrono::days kBookKeeps{80};

// What one reader of topics keeps. apply() depends on nothing but the book and the record: no
// clock, no config, so that a rebuilt book equals the one that was there (I11).
class Book {
 public:
  virtual ~Book() = default;
  virtual const char* name() const = 0;  // file name without ".db"
  virtual int rules() const = 0;         // raised when apply() changes meaning: the book rebuilds
  virtual std::vector<Topic> topics() const = 0;
  virtual Result<void> create(Db& db) = 0;  // tables of a new, empty book
  // Fault::broken with what to install stops this partition's fold (an event version above ours).
  // What a record says can cause no other error; those of SQLite are passed on.
  virtual Result<void> apply(Db& db, Topic topic, const Stored& record) = 0;
  // Drop the partition's keys whose last record is older than `before`. At most once a day of log.
  virtual Result<void> forget(Db& db, Topic topic, int partition, Time before);

  // Reads under the book's lock, never in the middle of a batch. Valid after Fold::open().
  template <typename F>
  auto read(F&& f) -> decltype(f(std::declval<Db&>())) {
    std::scoped_lock lock(mutex_);
    return f(*db_);
  }

 private:
  friend class Fold;
  std::recursive_mutex mutex_;
  std::unique_ptr<Db> db_;
};

class Fold {
 public:
  // Books must outlive the Fold. Their files are made in `directory`, which must exist.
  Fold(Bus& bus, TopicNames names, std::vector<Book*> books, std::filesystem::path directory);
  ~Fold();

  Result<void> open();             // opens or makes the files; asks no bus; before run() and reads
  void run(std::stop_token stop);  // the thread `fold`: heals by itself, logs when it cannot
  // One round of the loop: reads up to kFoldBatchMax records, waiting up to `wait` for the first.
  Result<size_t> step(Duration wait, std::stop_token stop);

  // Waits (real time) until the books have passed `next` of the topic. false: time over, stopped.
  bool wait_until(Topic topic, const Positions& next, Duration wait, std::stop_token stop = {});
  bool ready(Topic topic) const;  // every partition reached its end at least once since open()
  bool all_ready() const;
  bool wait_until_ready(Duration wait, std::stop_token stop = {});  // all_ready, or time over
  Positions positions(Topic topic) const;
  Time newest() const;          // the newest log time folded so far; 1970 = nothing yet
  std::string stopped() const;  // why a partition stands still, in a sentence; empty = none does
  void on_tick(std::function<void()> tick) { tick_ = std::move(tick); }
  // Called on the fold thread after a batch is in the books.
  void on_folded(std::function<void()> folded) { folded_ = std::move(folded); }

 private:
  struct Shelf;  // one book and how far it has read
  Result<void> open_shelf(Shelf& shelf);
  Result<void> rebuild(Shelf& shelf);
  Result<void> load_places(Shelf& shelf);
  Result<void> check(Shelf& shelf);
  Result<bool> same_log(const Shelf& shelf);
  Result<void> follow();
  void pass_ends(const Batch& batch);
  Result<void> fold_into(Shelf& shelf, const Batch& batch);
  Result<void> apply_one(Shelf& shelf, Topic topic, const Stored& record);
  Result<void> save_places(Shelf& shelf);
  bool passed(std::string_view topic, const Positions& next) const;
  bool ended(Topic topic) const;  // these three with mutex_ held
  bool all_ended() const;

  Bus& bus_;
  TopicNames names_;
  std::filesystem::path directory_;
  std::vector<std::unique_ptr<Shelf>> shelves_;
  std::unique_ptr<Reader> reader_;
  std::function<void()> tick_;
  std::function<void()> folded_;

  mutable std::mutex mutex_;  // guards what follows and the shelves' positions
  std::condition_variable_any moved_;
  std::set<TopicPartition> reached_end_;
  std::string stopped_;
};

inline constexpr size_t kFoldBatchMax = 1000;

}  // namespace maitred
