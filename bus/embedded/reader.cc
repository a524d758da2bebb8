#include "bus/embedded/reader.h"

#include <fmt/core.h>

#include "bus/embedded/embedded_bus.h"
#include "bus/embedded/wire.h"

namespace maitred {
namespace {

// How long a reader sleeps before it looks whether another process has appended.
constexpr Duration kLookEvery{20};

}  // namespace

Result<std::unique_ptr<Reader>> EmbeddedReader::open(EmbeddedBus& bus, const TopicPositions& from) {
  TRY_ASSIGN(auto db, bus.connect());
  std::unique_ptr<EmbeddedReader> reader(new EmbeddedReader(bus, std::move(db)));
  for (const auto& [topic, positions] : from) {
    TRY_ASSIGN(const std::string_view name, bus.full_name(topic));
    for (int partition = 0; partition < bus.partitions(topic); ++partition) {
      const auto given = positions.find(partition);
      TRY(reader->add(name, partition,
                      given == positions.end() ? std::nullopt : std::optional(given->second)));
    }
  }
  return reader;
}

Result<void> EmbeddedReader::add(std::string_view topic, int partition,
                                 std::optional<int64_t> from) {
  TRY_ASSIGN(const LogPartition info, bus_.partition_info(*db_, topic, partition));
  const int64_t next = from.value_or(info.begin);
  if (next < info.begin || next > info.next) {
    return fail(Fault::missing,
                fmt::format("position {} of {}/{} is not on the log, which holds {} to {}", next,
                            topic, partition, info.begin, info.next));
  }
  places_.push_back({topic, partition, info.pid, next, false});
  version_ = -1;
  return {};
}

Result<Batch> EmbeddedReader::poll(size_t max, Duration wait, std::stop_token stop) {
  Batch batch;
  const Time until = real_clock().now() + wait;
  for (;;) {
    const uint64_t news = bus_.news();
    TRY_ASSIGN(const int64_t version, db_->data_version());
    if (version != version_) {
      TRY(read_all(max, batch));
      if (batch.records.size() < max) version_ = version;
    }
    const Duration left = until - real_clock().now();
    if (!batch.records.empty() || left.count() <= 0 || stop.stop_requested()) break;
    bus_.wait_for_news(news, std::min(left, kLookEvery), stop);
  }
  for (const Place& place : places_) {
    if (place.at_end) batch.at_end.insert({place.topic, place.partition});
  }
  return batch;
}

Result<void> EmbeddedReader::read_all(size_t max, Batch& batch) {
  for (size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[(turn_ + i) % places_.size()];
    if (batch.records.size() >= max)
      place.at_end = false;  // not looked at: not known
    else
      TRY(read_some(place, max - batch.records.size(), batch));
  }
  if (!places_.empty()) turn_ = (turn_ + 1) % places_.size();
  return {};
}

Result<void> EmbeddedReader::read_some(Place& place, size_t max, Batch& batch) {
  const int64_t from = place.next;
  size_t read = 0;
  TRY(db_->query(
      "SELECT id, time, key, value, headers FROM records WHERE id>=? AND id<? ORDER BY id LIMIT ?",
      {record_id(place.pid, place.next), record_id(place.pid + 1, 0), static_cast<int64_t>(max)},
      [&](const Row& row) {
        Stored stored;
        stored.topic = place.topic;
        stored.position = {place.partition, row.integer(0) - record_id(place.pid, 0)};
        stored.log_time = Time(Duration(row.integer(1)));
        stored.key = row.text(2);
        if (!row.is_null(3)) stored.value = std::string(row.text(3));
        stored.headers = decode_headers(row.text(4));
        place.next = stored.position.offset + 1;
        batch.records.push_back(std::move(stored));
        ++read;
        return true;
      }));
  place.at_end = read < max;
  const bool gap = read > 0 && batch.records[batch.records.size() - read].position.offset != from;
  return gap ? check_kept(place, from) : Result<void>();
}

// A gap is ordinary where compaction made it, an incident where retention overtook the reader.
Result<void> EmbeddedReader::check_kept(const Place& place, int64_t from) {
  TRY_ASSIGN(const LogPartition info, bus_.partition_info(*db_, place.topic, place.partition));
  if (from >= info.begin) return {};
  return fail(
      Fault::missing,
      fmt::format("records {} to {} of {}/{} were dropped by retention before they were read", from,
                  info.begin - 1, place.topic, place.partition));
}

TopicPositions EmbeddedReader::positions() const {
  TopicPositions positions;
  for (const Place& place : places_)
    positions[std::string(place.topic)][place.partition] = place.next;
  return positions;
}

}  // namespace maitred
