// Consumer groups of the embedded bus: who is a member, and which partitions are whose. Members
// live in one process; partitions are shared out by range in the order of joining, anew whenever a
// member comes or goes. Each member learns of it in its own next poll.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bus/embedded/reader.h"

namespace maitred {

class EmbeddedBus;

class GroupTable {
 public:
  Result<std::unique_ptr<Subscription>> join(EmbeddedBus& bus, std::string_view topic,
                                             std::string_view group, JoinOptions options);
  static std::string name_of(std::string_view topic, std::string_view group);  // in log.db
  void leave(const std::string& name, int64_t member);
  // What belongs to the member now, and the number of the sharing-out it comes from.
  std::pair<uint64_t, std::set<int>> share_of(const std::string& name, int64_t member,
                                              int partitions);

 private:
  struct Members {
    std::vector<int64_t> ids;
    uint64_t generation = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Members> groups_;  // "topic group"
  int64_t last_id_ = 0;
};

class EmbeddedSubscription : public Subscription {
 public:
  EmbeddedSubscription(EmbeddedBus& bus, GroupTable& groups, std::string_view topic,
                       std::string name, int64_t member, JoinOptions options,
                       std::unique_ptr<Db> db)
      : bus_(bus),
        groups_(groups),
        topic_(topic),
        name_(std::move(name)),
        member_(member),
        options_(std::move(options)),
        db_(std::move(db)) {}
  ~EmbeddedSubscription() override;
  Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) override;
  Result<void> commit(const Positions& next) override;
  std::set<int> owned() const override { return owned_; }

 private:
  Result<void> follow_share();
  Result<std::optional<int64_t>> committed(int partition);

  EmbeddedBus& bus_;
  GroupTable& groups_;
  std::string_view topic_;
  std::string name_;
  int64_t member_;
  JoinOptions options_;
  std::unique_ptr<Db> db_;  // for commits
  std::unique_ptr<EmbeddedReader> reader_;
  std::set<int> owned_;
  uint64_t generation_ = 0;
};

}  // namespace maitred
