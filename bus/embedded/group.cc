#include "bus/embedded/group.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/metrics.h"
#include "bus/embedded/embedded_bus.h"

namespace maitred {
namespace {

// A long wait is cut into slices, after each of which the member looks whether its share changed.
constexpr Duration kSlice{50};

// The Kafka bus counts its own the same way.
void count_rebalance(const std::string& name, const char* what) {
  metrics()
      .counter("maitred_rebalances_total", "How often partitions came to a group's member or left",
               {{"group", name.substr(name.rfind(' ') + 1)}, {"what", what}})
      .add();
}

}  // namespace

Result<std::unique_ptr<Subscription>> GroupTable::join(EmbeddedBus& bus, std::string_view topic,
                                                       std::string_view group,
                                                       JoinOptions options) {
  TRY_ASSIGN(auto db, bus.connect_to_write());
  const std::string name = name_of(topic, group);
  std::scoped_lock lock(mutex_);
  Members& members = groups_[name];
  members.ids.push_back(++last_id_);
  ++members.generation;
  return std::make_unique<EmbeddedSubscription>(bus, *this, topic, name, last_id_,
                                                std::move(options), std::move(db));
}

std::string GroupTable::name_of(std::string_view topic, std::string_view group) {
  return fmt::format("{} {}", topic, group);
}

void GroupTable::leave(const std::string& name, int64_t member) {
  std::scoped_lock lock(mutex_);
  Members& members = groups_[name];
  std::erase(members.ids, member);
  ++members.generation;
}

std::pair<uint64_t, std::set<int>> GroupTable::share_of(const std::string& name, int64_t member,
                                                        int partitions) {
  std::scoped_lock lock(mutex_);
  const Members& members = groups_[name];
  const auto found = std::find(members.ids.begin(), members.ids.end(), member);
  const int count = static_cast<int>(members.ids.size());
  const int index = static_cast<int>(found - members.ids.begin());
  // Range: the first (partitions mod count) members get one more.
  const int each = partitions / count;
  const int more = partitions % count;
  const int first = index * each + std::min(index, more);
  std::set<int> share;
  for (int i = 0; i < each + (index < more ? 1 : 0); ++i) share.insert(first + i);
  return {members.generation, share};
}

EmbeddedSubscription::~EmbeddedSubscription() {
  groups_.leave(name_, member_);
}

Result<std::optional<int64_t>> EmbeddedSubscription::committed(int partition) {
  TRY_ASSIGN(const LogPartition info, bus_.partition_info(*db_, topic_, partition));
  return db_->integer("SELECT next FROM commits WHERE member_group=? AND pid=?", {name_, info.pid});
}

Result<void> EmbeddedSubscription::follow_share() {
  auto [generation, share] = groups_.share_of(name_, member_, bus_.partitions(topic_));
  if (generation == generation_) return {};
  std::set<int> lost, won;
  std::set_difference(owned_.begin(), owned_.end(), share.begin(), share.end(),
                      std::inserter(lost, lost.end()));
  std::set_difference(share.begin(), share.end(), owned_.begin(), owned_.end(),
                      std::inserter(won, won.end()));
  if (!lost.empty()) {
    count_rebalance(name_, "revoked");
    if (options_.on_revoked) options_.on_revoked(lost);
  }
  TRY_ASSIGN(auto db, bus_.connect());
  std::unique_ptr<EmbeddedReader> reader(new EmbeddedReader(bus_, std::move(db)));
  for (const int partition : share) {
    TRY_ASSIGN(const auto from, committed(partition));
    TRY(reader->add(topic_, partition, from));
  }
  // What this member kept, it reads on from where it was, not from its last commit.
  for (auto& place : reader->places_) {
    if (!reader_ || !owned_.contains(place.partition)) continue;
    for (const auto& before : reader_->places_) {
      if (before.partition == place.partition) place.next = before.next;
    }
  }
  reader_ = std::move(reader);
  owned_ = std::move(share);
  generation_ = generation;
  if (won.empty()) return {};
  count_rebalance(name_, "assigned");
  if (options_.on_assigned) options_.on_assigned(won);
  return {};
}

Result<Batch> EmbeddedSubscription::poll(size_t max, Duration wait, std::stop_token stop) {
  const Time until = real_clock().now() + wait;
  for (;;) {
    TRY(follow_share());
    const Duration left = std::clamp(until - real_clock().now(), Duration(0), kSlice);
    Batch batch;
    if (options_.ownership_only) {
      bus_.wait_for_news(bus_.news(), left, stop);
    } else {
      TRY_ASSIGN(batch, reader_->poll(max, left, stop));
    }
    if (!batch.records.empty() || real_clock().now() >= until || stop.stop_requested())
      return batch;
  }
}

Result<void> EmbeddedSubscription::commit(const Positions& next) {
  if (options_.ownership_only) return {};
  return db_->transaction([&]() -> Result<void> {
    for (const auto& [partition, offset] : next) {
      if (!owned_.contains(partition)) continue;
      TRY_ASSIGN(const LogPartition info, bus_.partition_info(*db_, topic_, partition));
      TRY(
          db_->run("INSERT INTO commits(member_group, pid, next) VALUES(?, ?, ?) "
                   "ON CONFLICT DO UPDATE SET next=excluded.next",
                   {name_, info.pid, offset}));
    }
    return {};
  });
}

}  // namespace maitred
