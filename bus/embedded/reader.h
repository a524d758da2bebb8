// Reading log.db: one connection of its own, some partitions of some topics, each from a position
// on. Used by followers and, one topic at a time, by group members. Belongs to one thread.
#pragma once

#include <memory>
#include <vector>

#include "base/sqlite.h"
#include "bus/bus.h"

namespace maitred {

class EmbeddedBus;

class EmbeddedReader : public Reader {
 public:
  // missing: a position below what is kept, or above the end (another log).
  static Result<std::unique_ptr<Reader>> open(EmbeddedBus& bus, const TopicPositions& from);
  Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) override;
  TopicPositions positions() const override;

 private:
  friend class EmbeddedSubscription;
  struct Place {
    std::string_view topic;
    int partition = 0;
    int64_t pid = 0;
    int64_t next = 0;
    bool at_end = false;
  };

  EmbeddedReader(EmbeddedBus& bus, std::unique_ptr<Db> db) : bus_(bus), db_(std::move(db)) {}
  Result<void> add(std::string_view topic, int partition, std::optional<int64_t> from);
  Result<void> read_all(size_t max, Batch& batch);
  Result<void> read_some(Place& place, size_t max, Batch& batch);
  Result<void> check_kept(const Place& place, int64_t from);

  EmbeddedBus& bus_;
  std::unique_ptr<Db> db_;
  std::vector<Place> places_;
  size_t turn_ = 0;       // the place that is read first next time, so that none starves
  int64_t version_ = -1;  // of the file when all places were last at their end
};

}  // namespace maitred
