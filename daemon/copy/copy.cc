#include "daemon/copy/copy.h"

#include <fmt/core.h>

#include <charconv>
#include <deque>
#include <optional>
#include <set>

namespace maitred {
namespace {

constexpr size_t kReadAtOnce = 500, kWriteAtOnce = 500;
constexpr Duration kReadWait{200};
constexpr std::chrono::seconds kSilenceMax{30};
constexpr std::chrono::hours kExpiresWithin{1};
constexpr int64_t kProgressEvery = 10'000;

// "3/1207"
std::optional<Position> copied_from(const Stored& record) {
  const std::string_view text = record.header(kCopiedFrom);
  const char* const end = text.data() + text.size();
  Position position;
  const auto partition = std::from_chars(text.data(), end, position.partition);
  if (partition.ec != std::errc() || partition.ptr == end || *partition.ptr != '/') return {};
  const auto offset = std::from_chars(partition.ptr + 1, end, position.offset);
  if (offset.ec != std::errc() || offset.ptr != end) return {};
  return position;
}

int64_t between(const Positions& begins, const Positions& ends) {
  int64_t count = 0;
  for (const auto& [partition, end] : ends) count += end - begins.at(partition);
  return count;
}

tl::unexpected<Error> foreign(const Stored& record) {
  return fail(Fault::conflict,
              fmt::format("{}/{} holds at {} a record that no copy put there: copying goes onto "
                          "topics that nobody writes to",
                          record.topic, record.position.partition, record.position.offset));
}

}  // namespace

struct TopicCopy::Stream {
  std::unique_ptr<Reader> reader;
  int partition = 0;
  int64_t next = 0, end = 0;
  std::deque<Stored> held = {};
};

TopicCopy::TopicCopy(CopySide from, CopySide to, Topic topic)
    : from_(from),
      to_(to),
      topic_(topic),
      source_(from.names.name(topic)),
      target_(to.names.name(topic)),
      same_counts_(from.names.count(topic) == to.names.count(topic)) {}

Result<void> TopicCopy::prepare(bool resume) {
  TRY_ASSIGN(ends_, from_.bus.ends(source_));
  TRY_ASSIGN(const Positions begins, to_.bus.begins(target_));
  TRY_ASSIGN(const Positions ends, to_.bus.ends(target_));
  const int64_t there = between(begins, ends);
  if (there == 0) return {};
  if (!resume) {
    return fail(Fault::conflict,
                fmt::format("{} holds {} records, and a copy goes onto empty topics; a copy that "
                            "was broken off goes on with --resume",
                            target_, there));
  }
  TRY_ASSIGN(const auto reader, to_.bus.follow({{target_, begins}}));
  Result<void> known;
  TRY(read_to_end(*reader, [&](const Stored& record) {
    const auto origin = copied_from(record);
    if (origin)
      copied_[{record.position.partition, origin->partition}] = origin->offset;
    else
      known = foreign(record);
    return known.has_value();
  }));
  return known;
}

Result<std::vector<TopicCopy::Stream>> TopicCopy::open_streams() {
  TRY_ASSIGN(const Positions begins, from_.bus.begins(source_));
  std::vector<Stream> streams;
  for (const auto& [partition, end] : ends_) {
    const int64_t begin = begins.at(partition);
    if (begin >= end) continue;
    Positions from = ends_;  // a reader reads all partitions: the others from where nothing comes
    from[partition] = begin;
    TRY_ASSIGN(auto reader, from_.bus.follow({{source_, from}}));
    streams.push_back({std::move(reader), partition, begin, end});
  }
  return streams;
}

// Holds the next records of the partition, or none where it has come to its end.
Result<void> TopicCopy::fill(Stream& stream) {
  Time heard = real_clock().now();
  while (stream.held.empty() && stream.next < stream.end) {
    TRY_ASSIGN(Batch batch, stream.reader->poll(kReadAtOnce, kReadWait, {}));
    for (Stored& record : batch.records) {
      const auto [partition, offset] = record.position;
      if (partition != stream.partition || offset >= stream.end) continue;
      stream.next = offset + 1;
      stream.held.push_back(std::move(record));
    }
    if (batch.at_end.contains({source_, stream.partition})) stream.next = stream.end;
    const Time now = real_clock().now();
    if (!batch.records.empty()) heard = now;
    if (now - heard > kSilenceMax)
      return fail(Fault::transient,
                  fmt::format("{}/{} stopped answering before its end", source_, stream.partition));
  }
  return {};
}

Result<void> TopicCopy::run(const Progress& progress) {
  TRY_ASSIGN(std::vector<Stream> streams, open_streams());
  std::set<std::pair<Time, size_t>> heads;  // the log time of each stream's next record
  int64_t all = 0, done = 0;
  for (size_t i = 0; i < streams.size(); ++i) {
    all += streams[i].end - streams[i].next;
    TRY(fill(streams[i]));
    if (!streams[i].held.empty()) heads.emplace(streams[i].held.front().log_time, i);
  }
  while (!heads.empty()) {
    const size_t i = heads.extract(heads.begin()).value().second;
    Stream& stream = streams[i];
    TRY(take(std::move(stream.held.front())));
    stream.held.pop_front();
    if (stream.held.empty()) TRY(fill(stream));
    if (!stream.held.empty()) heads.emplace(stream.held.front().log_time, i);
    if (++done % kProgressEvery == 0) progress(done, all);
  }
  return flush();
}

Result<void> TopicCopy::take(Stored record) {
  const auto [partition, offset] = record.position;
  if (!same_counts_ && partition_of(record.key, from_.names.count(topic_)) != partition) {
    ++counts_.misplaced;
    return {};
  }
  const Time real = from_.house.to_real(record.log_time);
  if (!is_compacted(topic_) &&
      real < real_clock().now() - info(topic_).kept + Duration(kExpiresWithin)) {
    ++counts_.expired;
    return {};
  }
  const int target = same_counts_ ? partition : partition_of(record.key, to_.names.count(topic_));
  // As when it was first written: log time never runs backwards within a partition.
  Time& stamp = stamped_[target];
  stamp = std::max(stamp, real);
  tally_.add(record, target, stamp);
  const auto before = copied_.find({target, partition});
  if (before != copied_.end() && offset <= before->second) {
    ++counts_.there_before;
    return {};
  }
  std::erase_if(record.headers, [](const Header& header) { return header.name == kCopiedFrom; });
  record.headers.push_back({kCopiedFrom, fmt::format("{}/{}", partition, offset)});
  batch_.push_back(
      {std::move(record.key), std::move(record.value), std::move(record.headers), target, stamp});
  ++counts_.copied;
  return batch_.size() < kWriteAtOnce ? Result<void>() : flush();
}

Result<void> TopicCopy::flush() {
  if (batch_.empty()) return {};
  TRY(to_.bus.publish(target_, batch_));
  batch_.clear();
  return {};
}

Result<Positions> TopicCopy::verify(const Positions& reached) {
  TRY_ASSIGN(Positions places, to_.bus.ends(target_));
  TRY_ASSIGN(const Positions begins, to_.bus.begins(target_));
  TRY_ASSIGN(const auto reader, to_.bus.follow({{target_, begins}}));
  Tally copy;
  Result<void> known;
  std::set<int> placed;
  TRY(read_to_end(*reader, [&](const Stored& record) {
    const auto origin = copied_from(record);
    if (!origin) {
      known = foreign(record);
      return false;
    }
    copy.add(record, record.position.partition, to_.house.to_real(record.log_time));
    const auto place = reached.find(origin->partition);
    const bool is_open = place == reached.end() || origin->offset >= place->second;
    if (is_open && placed.insert(record.position.partition).second)
      places[record.position.partition] = record.position.offset;
    return true;
  }));
  TRY(known);
  if (const auto difference = tally_.difference(copy, is_compacted(topic_))) {
    return fail(Fault::conflict, fmt::format("the copy of {} does not say what the log says: {}; "
                                             "delete the topic, make it anew and copy it again",
                                             source_, *difference));
  }
  TRY_ASSIGN(const Positions now, from_.bus.ends(source_));
  if (now != ends_) {
    return fail(Fault::conflict,
                fmt::format("somebody wrote to {} while it was copied: stop them, then copy with "
                            "--resume what is new",
                            source_));
  }
  return places;
}

}  // namespace maitred
