#include "daemon/audit/stretch.h"

#include <fmt/core.h>

#include <algorithm>

namespace maitred::audit {
namespace {

constexpr size_t kBatchMax = 1000;

}  // namespace

class BusUntil::UntilReader : public Reader {
 public:
  UntilReader(const TopicPositions& until, std::unique_ptr<Reader> real)
      : until_(until), real_(std::move(real)) {}

  // What has ended stays so: nothing is added to what was, and a bus may say it only once.
  Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) override {
    TRY_ASSIGN(Batch batch, real_->poll(max, wait, stop));
    std::erase_if(batch.records, [&](const Stored& record) {
      return record.position.offset >= end_of(record.topic, record.position.partition);
    });
    const TopicPositions reached = real_->positions();
    for (const auto& [topic, ends] : until_) {
      const auto at = reached.find(topic);
      for (const auto& [partition, end] : ends) {
        const TopicPartition here{topic, partition};
        const bool passed = at != reached.end() && at->second.contains(partition) &&
                            at->second.at(partition) >= end;
        if (passed || batch.at_end.contains(here)) ended_.insert(here);
      }
    }
    batch.at_end = ended_;
    return batch;
  }
  TopicPositions positions() const override { return real_->positions(); }

 private:
  int64_t end_of(std::string_view topic, int partition) const {
    const auto ends = until_.find(topic);
    if (ends == until_.end()) return 0;
    const auto end = ends->second.find(partition);
    return end == ends->second.end() ? 0 : end->second;
  }

  const TopicPositions& until_;
  std::unique_ptr<Reader> real_;
  std::set<TopicPartition> ended_;  // of until_
};

Result<std::vector<Position>> BusUntil::publish(std::string_view, std::span<const Record>) {
  return fail(Fault::denied, "nothing is written to the log as it was");
}

Result<std::unique_ptr<Subscription>> BusUntil::join(std::string_view, std::string_view,
                                                     JoinOptions) {
  return fail(Fault::denied, "nobody joins the log as it was");
}

Result<std::unique_ptr<Reader>> BusUntil::follow(const TopicPositions& from) {
  TRY_ASSIGN(auto real, bus_.follow(from));
  return std::make_unique<UntilReader>(until_, std::move(real));
}

Result<void> read_stretch(Bus& bus, const std::string& topic, const Positions& from,
                          const Positions& until, const std::function<void(const Stored&)>& each,
                          const std::function<void(size_t)>& progress) {
  const bool nothing = std::all_of(until.begin(), until.end(), [&](const auto& end) {
    const auto begin = from.find(end.first);
    return begin != from.end() && begin->second >= end.second;
  });
  if (nothing) return {};
  BusUntil stretch(bus, {{topic, until}});
  TRY_ASSIGN(const auto reader, stretch.follow({{topic, from}}));
  Time heard = real_clock().now();
  for (;;) {
    TRY_ASSIGN(const Batch batch, reader->poll(kBatchMax, kStretchWait, {}));
    for (const Stored& record : batch.records) each(record);
    if (!batch.records.empty()) heard = real_clock().now();
    if (progress) progress(batch.records.size());
    if (batch.at_end.size() >= until.size()) return {};
    if (real_clock().now() - heard > kStretchSilence) {
      return fail(Fault::transient, fmt::format("{} brings nothing more, short of its end", topic));
    }
  }
}

}  // namespace maitred::audit
