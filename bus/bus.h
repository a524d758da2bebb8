// The Bus: the log that decides (ARCHITECTURE.md, "Law 2"). Two implementations, embedded (one
// SQLite file) and Kafka, behind one interface and one contract test in these promises' words:
//
//  1 What publish returned for is never lost; when it fails, any part may be on the log yet.
//  2 Records of one key are read in the order they were published.
//  3 A subscription resumes at its last commit; with none, at the oldest record. An offset out of
//    range is an incident (Fault::missing), never a silent reset. One for ownership alone commits
//    nothing and returns no records.
//  4 Groups are independent of each other.
//  5 A member that lost a partition is told (on_revoked) before its next poll returns a record.
//  6 A full queue makes the caller wait; nothing is dropped.
//
// `ends` is reached when the reader says so (Batch::at_end), never when some last record was seen.
// Waits are real time; log times are house time. Any thread may use a Bus; a Subscription or
// Reader belongs to one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

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
};

struct Position {
  int partition = -1;
  int64_t offset = -1;  // of the record; -1 = unknown (a retry the broker recognised reports none)
};

// A record as read back. `log_time` was stamped by the bus when it was appended.
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

class Subscription {
 public:
  virtual ~Subscription() = default;
  // Up to `max` records, waiting up to `wait` (real time) for the first; may be none. on_revoked
  // and on_assigned are called from inside.
  virtual Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) = 0;
  // Next offsets to read after a restart. Partitions no longer owned are ignored.
  virtual Result<void> commit(const Positions& next) = 0;
  virtual std::set<int> owned() const = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) = 0;  // as above
  virtual TopicPositions positions() const = 0;  // next offsets, after the last batch returned
};

struct JoinOptions {
  bool ownership_only = false;
  std::function<void(const std::set<int>&)> on_assigned = {}, on_revoked = {};
};

class Bus {
 public:
  virtual ~Bus() = default;
  // One position a record, in order. malformed: value over kValueMax, topic unknown.
  virtual Result<std::vector<Position>> publish(std::string_view topic,
                                                std::span<const Record> records) = 0;
  virtual Result<std::unique_ptr<Subscription>> join(std::string_view topic, std::string_view group,
                                                     JoinOptions options) = 0;
  // A reader without a group. A partition missing from `from` begins at its oldest record; a place
  // below what is kept, or above the end, is Fault::missing.
  virtual Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) = 0;
  virtual Result<Positions> ends(std::string_view topic) = 0;
  virtual Result<Positions> begins(std::string_view topic) = 0;
  // The first offset of each partition whose log time is at or after `time` (the end where none).
  virtual Result<Positions> since(std::string_view topic, Time time) = 0;
  // Where a group resumes: its last commit, else the oldest record. For `status`.
  virtual Result<Positions> committed(std::string_view topic, std::string_view group) = 0;
  virtual int partitions(std::string_view topic) const = 0;
};

}  // namespace maitred
