// Fold: the one loop that computes books from topics. A Book is an SQLite file that can be deleted
// at any time and comes back by reading the log again. Its rows, the positions it has read to, the
// number of its rules and the last record's id and log time sit in one transaction; at start that
// record is read again, and if it differs (another log, a copied file) the book is rebuilt.
//
// The loop runs on one thread (`fold`). wait_until, ready and positions may be called from any.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/sqlite.h"
#include "bus/bus.h"
#include "bus/topics.h"

namespace maitred {

// What a reader of topics keeps. apply() must depend on nothing but the book and the record:
// no clock, no config, so that a rebuilt book equals the one that was there (I11).
class Book {
 public:
  virtual ~Book() = default;
  virtual const char* name() const = 0;  // file name without ".db"
  virtual int rules() const = 0;         // raised when apply() changes meaning: the book rebuilds
  virtual std::vector<Topic> topics() const = 0;
  virtual Result<void> create(Db& db) = 0;  // tables of a new, empty book
  // Fault::broken (an event version above ours) stops this partition's fold and says what to
  // install; no other error may come of a record's content.
  virtual Result<void> apply(Db& db, Topic topic, const Stored& record) = 0;
  // Drop keys whose last record in this partition is older than `before`. Called now and then.
  virtual Result<void> forget(Db& db, Topic topic, int partition, Time before);

  // Reads under the book's lock. Valid once the Fold has opened the book.
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

inline constexpr std::chrono::days kBookKeeps{80};

class Fold {
 public:
  // Books must outlive the Fold. Files are made in `directory`.
  Fold(Bus& bus, TopicNames names, std::vector<Book*> books, std::filesystem::path directory);
  ~Fold();

  Result<void> open();          // opens or rebuilds the files; before run()
  void run(std::stop_token stop);  // the thread `fold`
  Result<bool> step(Duration wait, std::stop_token stop);  // one round; true = something was folded

  // Waits (real time) until every book has passed `next` of the topic. false: time over or stopped.
  bool wait_until(Topic topic, const Positions& next, Duration wait, std::stop_token stop = {});
  bool ready(Topic topic) const;    // every partition reached its end at least once since open()
  bool all_ready() const;
  Positions positions(Topic topic) const;  // of the slowest book
  std::string stopped() const;      // why a partition stands still; empty = none does
  void on_tick(std::function<void()> tick) { tick_ = std::move(tick); }

 private:
  struct Follower;
  Result<void> open_book(Book& book);
  Result<bool> round(Follower& follower, Duration wait, std::stop_token stop);

  Bus& bus_;
  TopicNames names_;
  std::vector<Book*> books_;
  std::filesystem::path directory_;
  std::vector<std::unique_ptr<Follower>> followers_;
  std::function<void()> tick_;
  mutable std::mutex mutex_;
  std::condition_variable_any moved_;
};

}  // namespace maitred
