#include "daemon/copy/tally.h"

#include <fmt/core.h>

#include "base/digest.h"

namespace maitred {
namespace {

void append(std::string& bytes, std::string_view part) {
  bytes += fmt::format("{}:", part.size());
  bytes += part;
}

uint64_t digest_of(std::string_view bytes) {
  const Sha256 digest = sha256(bytes);
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof number; ++i) number = number << 8 | digest[i];
  return number;
}

}  // namespace

void Tally::add(const Stored& record, int partition, Time stamp) {
  std::string bytes = fmt::format("{} {} ", stamp.time_since_epoch().count(), !!record.value);
  append(bytes, record.value.value_or(""));
  for (const Header& header : record.headers) {
    if (header.name == kCopiedFrom) continue;
    append(bytes, header.name);
    append(bytes, header.value);
  }
  Entry& entry = keys_[{partition, record.key}];
  ++entry.count;
  ++records_;
  entry.last = digest_of(bytes);
  entry.all = digest_of(fmt::format("{} {}", entry.all, entry.last));
  entry.erased = !record.value;
}

bool Tally::same(const Entry* ours, const Entry* theirs, bool compacted) {
  if (!compacted) return ours && theirs && *ours == *theirs;
  if (ours && theirs) return ours->last == theirs->last;
  return ours && ours->erased;
}

std::optional<std::string> Tally::difference(const Tally& copy, bool compacted) const {
  size_t count = 0;
  std::string_view first;
  const auto compare = [&](const auto& key, const Entry* ours, const Entry* theirs) {
    if (same(ours, theirs, compacted)) return;
    if (++count == 1) first = key.second;
  };
  for (const auto& [key, entry] : keys_) {
    const auto there = copy.keys_.find(key);
    compare(key, &entry, there == copy.keys_.end() ? nullptr : &there->second);
  }
  for (const auto& [key, entry] : copy.keys_) {
    if (!keys_.contains(key)) compare(key, nullptr, &entry);
  }
  if (count == 0) return {};
  return fmt::format("{} of {} keys are not as they were, the first of them '{}'", count,
                     keys_.size(), first);
}

}  // namespace maitred
