#include "bus/bus.h"

#include "bus/topics.h"

namespace maitred {
namespace {

constexpr size_t kReadAtOnce = 1000;
constexpr Duration kReadWait{200};
constexpr std::chrono::seconds kReadSilenceMax{30};

}  // namespace

std::string_view Stored::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

Result<void> read_to_end(Reader& reader, const std::function<bool(const Stored&)>& each,
                         std::stop_token stop) {
  std::set<std::pair<std::string, int>> open;
  for (const auto& [topic, places] : reader.positions()) {
    for (const auto& [partition, next] : places) open.emplace(topic, partition);
  }
  Time heard = real_clock().now();
  while (!open.empty() && !stop.stop_requested()) {
    TRY_ASSIGN(const Batch batch, reader.poll(kReadAtOnce, kReadWait, stop));
    for (const Stored& record : batch.records) {
      if (!each(record)) return {};
    }
    for (const TopicPartition& at : batch.at_end) open.erase({std::string(at.topic), at.partition});
    const Time now = real_clock().now();
    if (!batch.records.empty() || !batch.at_end.empty()) heard = now;
    if (now - heard > kReadSilenceMax)
      return fail(Fault::transient, "the log stopped answering before its end");
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
