// The embedded bus: the whole log in one SQLite file, `log.db` (WAL, synchronous=FULL), for one
// daemon on one host; no broker to run. Same partitions, hash, log time and retention as Kafka.
// Commands beside the daemon open the same file: they may publish and follow, and are noticed
// within 20 ms. Groups exist inside the daemon alone, so only it may join.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/files.h"
#include "base/sqlite.h"
#include "bus/bus.h"
#include "bus/topics.h"

namespace maitred {

inline constexpr int kLogLayout = 1;  // PRAGMA user_version of log.db

struct EmbeddedOptions {
  std::filesystem::path directory;  // holds log.db; must exist
  TopicNames names;
  bool as_daemon = false;  // takes the lock; only then join() works
  bool durable = true;     // false: no fsync, for tests that survive no power cut
};

class GroupTable;  // who is a member of which group (group.h)

// Where a partition's records lie: id = pid << 40 | offset.
struct LogPartition {
  int64_t pid = 0;
  int64_t begin = 0;  // oldest offset kept
  int64_t next = 0;   // the end
  Time last_time;
};
int64_t record_id(int64_t pid, int64_t offset);

class EmbeddedBus : public Bus {
 public:
  // conflict: another daemon holds the lock. broken: the file is no log of ours, of a newer
  // layout, corrupt, or made with other partition counts. It is never replaced in silence.
  static Result<std::unique_ptr<EmbeddedBus>> open(EmbeddedOptions options, Clock& house);
  ~EmbeddedBus() override;

  Result<std::vector<Position>> publish(std::string_view topic,
                                        std::span<const Record> records) override;
  Result<std::unique_ptr<Subscription>> join(std::string_view topic, std::string_view group,
                                             JoinOptions options) override;
  Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) override;
  Result<Positions> ends(std::string_view topic) override;
  Result<Positions> begins(std::string_view topic) override;
  Result<Positions> since(std::string_view topic, Time time) override;
  Result<Positions> committed(std::string_view topic, std::string_view group) override;
  int partitions(std::string_view topic) const override;

  // Drops what the topics keep no longer and compacts what is older than a day. For the daemon, at
  // start and then hourly; one transaction a partition, so that publishers are not held up long.
  Result<void> retain();

  // For the readers beside this file: the full name that lives as long as the bus, a connection of
  // their own, one partition's limits, and a wait (real time) until somebody appended.
  Result<std::string_view> full_name(std::string_view topic) const;
  Result<std::unique_ptr<Db>> connect() const;           // to read
  Result<std::unique_ptr<Db>> connect_to_write() const;  // for commits
  Result<LogPartition> partition_info(Db& db, std::string_view topic, int partition) const;
  void wait_for_news(uint64_t seen, Duration wait, std::stop_token stop);
  uint64_t news() const;

 private:
  struct Append;  // one caller's records, waiting for their commit

  EmbeddedBus(EmbeddedOptions options, Clock& house);
  Result<void> create_or_check();
  Result<void> create_partitions(const std::string& name, int count);
  Result<void> commit_all(const std::vector<Append*>& appends);
  Result<void> write_one(Append& append);
  Result<Positions> positions_of(std::string_view topic, int64_t LogPartition::*which);
  Result<void> drop_old(const LogPartition& partition, Time before);
  Result<void> compact(const LogPartition& partition, Time before, Time tombstones_before);

  EmbeddedOptions options_;
  Clock& house_;
  std::optional<FileLock> lock_;
  std::vector<std::string> topic_names_;  // by enum value
  std::unique_ptr<GroupTable> groups_;

  std::mutex write_mutex_;  // guards db_
  std::unique_ptr<Db> db_;
  std::mutex queue_mutex_;
  std::vector<Append*> queue_;

  mutable std::mutex news_mutex_;
  std::condition_variable_any news_changed_;
  uint64_t news_ = 0;
};

}  // namespace maitred
