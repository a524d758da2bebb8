// What could not be used, kept as it came on `maitred.rejects`: its first 64 KiB, and in headers
// where it was met, why it was refused and how often. `maitred rejects` shows them. Nothing is ever
// read back from there by itself.
//
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "bus/bus.h"
#include "bus/topics.h"

namespace maitred {

inline constexpr size_t kRejectBytesMax = 64 * 1024;

struct Reject {
  std::string key;     // the record's key, as it came; a source's name where it came with none
  std::string where;   // "source:mortons", "dispatch"
  std::string why;     // one word: "no_status", "page", "failed"
  std::string detail;  // one sentence, or empty
  int times = 1;       // how often the same was met so far
  std::string bytes;   // as it came
};

// Headers: where, why, detail, times, bytes (how many there were); ce_id is made of the bytes, so
// that the same thing met again can be told.
Record make_record(const TopicNames& names, const Reject& reject);

// A record read back. Without its headers, the fields are empty.
Reject reject_from(const Stored& record);

}  // namespace maitred
