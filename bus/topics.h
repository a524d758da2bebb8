// The topics: names, partitions, how long each is kept, who writes and reads it. The
// embedded bus makes them from this table; `maitred topics print` prints it for Kafka.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.h"

namespace maitred {

enum class Topic {
  mentions,
  verdicts,
  tasks,
  budgets,
  pushes,
  customers,
  links,
  staff,
  cursors,
  replies,
  rejects,
};

struct TopicInfo {
  Topic topic;
  const char* suffix;      // "mentions"
  const char* key;         // what the key is, in words
  const char* value;       // "Mention"
  std::chrono::days kept;  // 0 = compacted
  const char* written_by;
  const char* read_by;
};

inline constexpr int kPartitionsDefault = 12;
inline constexpr int kPartitionsCompactedDefault = 6;
inline constexpr std::chrono::days kTombstonesKept{30};  // delete.retention.ms

// murmur2 as Java's default partitioner: (murmur2(key) & 0x7fffffff) mod partitions. murmur2 is
// Austin Appleby's public-domain hash with seed 0x9747b28c.
int partition_of(std::string_view key, int partitions);

std::span<const TopicInfo> all_topics();
const TopicInfo& info(Topic topic);
bool is_compacted(Topic topic);

// Full names under one prefix ("maitred"), and how many partitions each has.
struct TopicNames {
  std::string prefix = "maitred";
  int partitions = kPartitionsDefault;
  int partitions_compacted = kPartitionsCompactedDefault;
  std::string name(Topic topic) const;
  std::optional<Topic> find(std::string_view full_or_suffix) const;
  int count(Topic topic) const;
};

// A record with its CloudEvents headers (Kafka binary mode): ce_specversion 1.0, ce_type
// `<prefix>.<suffix>.v1`, ce_source `/<prefix>`, ce_id as given, content-type.
Record make_record(const TopicNames& names, Topic topic, std::string key, std::string id,
                   std::optional<std::string> value);

}  // namespace maitred
