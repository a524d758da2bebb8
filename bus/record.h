// What travels on the log and where it lies: a record as written, as read back, and places in
// topics. Plain data, the same on either bus (bus.h); what the values mean is in the header of
// each kind (mention.h, task_event.h …).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace maitred {

inline constexpr size_t kValueMax = 256 * 1024;  // bytes of one record's value

struct Header {
  std::string name, value;
};

struct Record {
  std::string key;
  std::optional<std::string> value;  // none = a tombstone
  std::vector<Header> headers;
  std::optional<int> partition = {};  // only tests and copies name one; else murmur2 of the key
  std::optional<Time> stamp = {};     // real time; only copies name one; else the bus stamps it
};

struct Position {
  int partition = -1;
  int64_t offset = -1;  // of the record; -1 = unknown (a retry the broker recognised reports none)
};

// A record as read back. `log_time` was stamped by the bus when it was appended; house time.
struct Stored {
  std::string_view topic;  // full name; valid while the Bus lives
  Position position;
  Time log_time;
  std::string key;
  std::optional<std::string> value;
  std::vector<Header> headers;
  std::string_view header(std::string_view name) const;  // first of that name, or empty
};

using Positions = std::map<int, int64_t>;  // partition → the next offset to read
using TopicPositions = std::map<std::string, Positions, std::less<>>;

struct TopicPartition {
  std::string_view topic = {};
  int partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

struct Batch {
  std::vector<Stored> records;
  std::set<TopicPartition> at_end;  // where, just now, nothing was left to read
};

}  // namespace maitred
