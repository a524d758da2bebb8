// A stretch of the log: everything below positions that were taken once. A live log keeps growing
// while it is read; whoever reads through here reaches an end all the same, and two who read with
// the same positions read the same.
//
// The bus below must outlive it; a reader belongs to one thread.
#pragma once

#include <functional>

#include "bus/bus.h"

namespace maitred::audit {

// The bus as it was: readers see nothing at or above `until`, and are told at_end there. A
// partition that `until` does not name shows nothing and is not waited for. It cannot be written to
// or joined.
class BusUntil : public Bus {
 public:
  BusUntil(Bus& bus, TopicPositions until) : bus_(bus), until_(std::move(until)) {}

  Result<std::vector<Position>> publish(std::string_view, std::span<const Record>) override;
  Result<std::unique_ptr<Subscription>> join(std::string_view, std::string_view,
                                             JoinOptions) override;
  Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) override;
  Result<Positions> ends(std::string_view topic) override { return bus_.ends(topic); }
  Result<Positions> begins(std::string_view topic) override { return bus_.begins(topic); }
  Result<Positions> since(std::string_view topic, Time time) override {
    return bus_.since(topic, time);
  }
  Result<Positions> committed(std::string_view topic, std::string_view group) override {
    return bus_.committed(topic, group);
  }
  int partitions(std::string_view topic) const override { return bus_.partitions(topic); }

 private:
  class UntilReader;
  Bus& bus_;
  const TopicPositions until_;
};

// Feeds the records of one topic from `from` up to `until`, in the order of each partition.
// `progress` is called after each batch with how many there were. transient: the log stopped
// answering in the middle.
Result<void> read_stretch(Bus& bus, const std::string& topic, const Positions& from,
                          const Positions& until, const std::function<void(const Stored&)>& each,
                          const std::function<void(size_t)>& progress);

// How a bus is waited for: one poll's wait, and for how long it may bring nothing at all.
inline constexpr Duration kStretchWait{50};
inline constexpr std::chrono::seconds kStretchSilence{30};

}  // namespace maitred::audit
