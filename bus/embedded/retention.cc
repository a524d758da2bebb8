// What the embedded log keeps no longer (bus/topics.h, "kept"). Kafka's broker does this by itself.
#include <algorithm>

#include "bus/embedded/embedded_bus.h"

namespace maitred {
namespace {

int64_t ms(Time time) {
  return time.time_since_epoch().count();
}

// Like Kafka's active segment (segment.ms = 1 d), the last day is never compacted.
constexpr std::chrono::days kUncompacted{1};

}  // namespace

Result<void> EmbeddedBus::retain() {
  const Time now = house_.now();
  for (const TopicInfo& topic : all_topics()) {
    const std::string_view name = topic_names_[static_cast<size_t>(topic.topic)];
    for (int partition = 0; partition < partitions(name); ++partition) {
      std::scoped_lock lock(write_mutex_);
      TRY(db_->transaction([&]() -> Result<void> {
        TRY_ASSIGN(const LogPartition info, partition_info(*db_, name, partition));
        if (is_compacted(topic.topic))
          return compact(info, now - kUncompacted, now - kTombstonesKept);
        return drop_old(info, now - topic.kept);
      }));
    }
  }
  return {};
}

Result<void> EmbeddedBus::drop_old(const LogPartition& partition, Time before) {
  TRY_ASSIGN(
      const auto keep,
      db_->integer("SELECT id FROM records WHERE id>=? AND id<? AND time>=? ORDER BY id LIMIT 1",
                   {record_id(partition.pid, partition.begin), record_id(partition.pid + 1, 0),
                    ms(before)}));
  const int64_t begin = keep ? *keep - record_id(partition.pid, 0) : partition.next;
  if (begin == partition.begin) return {};
  TRY(db_->run("DELETE FROM records WHERE id>=? AND id<?",
               {record_id(partition.pid, partition.begin), record_id(partition.pid, begin)}));
  return db_->run("UPDATE partitions SET begin=? WHERE pid=?", {begin, partition.pid});
}

Result<void> EmbeddedBus::compact(const LogPartition& partition, Time before,
                                  Time tombstones_before) {
  const int64_t first = record_id(partition.pid, 0);
  const int64_t end = record_id(partition.pid + 1, 0);
  TRY(
      db_->run("DELETE FROM records WHERE id>=? AND id<? AND time<? AND id NOT IN "
               "(SELECT max(id) FROM records WHERE id>=? AND id<? GROUP BY key)",
               {first, end, ms(before), first, end}));
  return db_->run("DELETE FROM records WHERE id>=? AND id<? AND time<? AND value IS NULL",
                  {first, end, ms(tombstones_before)});
}

}  // namespace maitred
