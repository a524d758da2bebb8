#include "bus/bus.h"

#include "bus/topics.h"

namespace maitred {

std::string_view Stored::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

int partition_of(std::string_view key, int partitions) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMix = 0x5bd1e995;
  uint32_t hash = kSeed ^ static_cast<uint32_t>(key.size());
  size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    uint32_t word = 0;
    for (size_t i = 0; i < 4; ++i) word |= uint32_t{static_cast<uint8_t>(key[at + i])} << (8 * i);
    word *= kMix;
    word ^= word >> 24;
    word *= kMix;
    hash *= kMix;
    hash ^= word;
  }
  if (at < key.size()) {
    for (size_t i = key.size(); i > at; --i) {
      hash ^= uint32_t{static_cast<uint8_t>(key[i - 1])} << (8 * (i - 1 - at));
    }
    hash *= kMix;
  }
  hash ^= hash >> 13;
  hash *= kMix;
  hash ^= hash >> 15;
  return static_cast<int>((hash & 0x7fffffffU) % static_cast<uint32_t>(partitions));
}

}  // namespace maitred
