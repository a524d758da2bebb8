// Tally: what one topic says, key by key, so that a log and its copy can be compared without
// holding either: how many records each key has in its partition, a digest of them all in order,
// and one of the last. Offsets, and that it is a copy, do not count; stamps do.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "bus/record.h"

namespace maitred {

// On every copied record: where it was copied from, "partition/offset".
inline constexpr const char* kCopiedFrom = "maitred-copied-from";

class Tally {
 public:
  // A key's records in their order; `partition` of the copy, `stamp` in real time.
  void add(const Stored& record, int partition, Time stamp);
  size_t keys() const { return keys_.size(); }
  int64_t records() const { return records_; }

  // What the copy does not say as we do, in a sentence; nothing if it says the same. `compacted`:
  // of each key only the last record must be there, and not even that where it erases the key.
  std::optional<std::string> difference(const Tally& copy, bool compacted) const;

 private:
  struct Entry {
    int64_t count = 0;
    uint64_t all = 0, last = 0;
    bool erased = false;
    bool operator==(const Entry&) const = default;
  };
  static bool same(const Entry* ours, const Entry* theirs, bool compacted);

  std::map<std::pair<int, std::string>, Entry> keys_;  // by partition and key
  int64_t records_ = 0;
};

}  // namespace maitred
