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
// Waits are real time, log times house time. Any thread may use a Bus; a Subscription or Reader
// belongs to one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bus/record.h"

namespace maitred {

class Subscription {
 public:
  virtual ~Subscription() = default;
  // Up to `max` records, waiting up to `wait` for the first; may be none, also where more will
  // come: only at_end says the end. Calls on_revoked and on_assigned.
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

// What stands in the way of the bus, for readiness. `fatal`: the process has to end (exit 78).
struct BusHealth {
  std::vector<std::string> blocked = {};  // a sentence each; empty = nothing
  bool clock_ok = true;                   // the stamps of the log agree with our clock
  std::optional<Error> fatal = {};
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
  // A reader without a group. A partition missing from `from` begins at its oldest record. missing:
  // a place below what is kept, or above the end.
  virtual Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) = 0;
  virtual Result<Positions> ends(std::string_view topic) = 0;
  virtual Result<Positions> begins(std::string_view topic) = 0;
  // The first offset of each partition whose log time is at or after `time` (the end where none).
  virtual Result<Positions> since(std::string_view topic, Time time) = 0;
  // Where a group resumes: its last commit, else the oldest record. For `status`.
  virtual Result<Positions> committed(std::string_view topic, std::string_view group) = 0;
  virtual int partitions(std::string_view topic) const = 0;
  virtual BusHealth health() const { return {}; }
  // The process is about to end: whoever waits in publish, now or later, is told `transient`.
  virtual void give_up() {}
};

// The bus has said what is wrong with it: who fails because of it need not say so as well.
inline bool has_said_why(const Bus& bus) {
  return !bus.health().blocked.empty();
}

// Reads on to the end of every partition the reader has, as they are met, and hands over each
// record; `each` may say false to stop early. transient: the log brought nothing for 30 s.
Result<void> read_to_end(Reader& reader, const std::function<bool(const Stored&)>& each,
                         std::stop_token stop = {});

}  // namespace maitred
