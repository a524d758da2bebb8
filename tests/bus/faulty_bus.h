// A bus that fails on purpose, around a real one. It counts operations and, at the n-th, fails in
// one of the ways a real bus can; `dead` then fails everything after it, as if the process had been
// killed there. With n = 1…N every step of a run is broken once.
#pragma once

#include <atomic>

#include "bus/bus.h"

namespace maitred::test {

enum class Break {
  before,   // nothing happened, and the caller is told so
  after,    // it happened, and the caller is told it did not
  halfway,  // of a batch only the first half is on the log
};

class FaultyBus : public Bus {
 public:
  explicit FaultyBus(Bus& real) : real_(real) {}
  // Fails at the n-th operation from now on (1 = the next); `dead`: and at all that follow.
  void fail_at(int64_t n, Break how, bool dead) {
    how_ = how;
    dead_ = dead;
    left_ = n;
  }
  // Somebody else is faster: called once, before the next publish to `topic`.
  void before_publish(std::string topic, std::function<void()> rival) {
    rival_topic_ = std::move(topic);
    rival_ = std::move(rival);
  }
  int64_t operations() const { return operations_; }
  bool has_failed() const { return left_ <= 0 && left_ > kNever; }

  Result<std::vector<Position>> publish(std::string_view topic,
                                        std::span<const Record> records) override {
    if (rival_ && topic == rival_topic_) std::exchange(rival_, nullptr)();
    const bool broken = breaks();
    if (!broken) return real_.publish(topic, records);
    if (first_break() && how_ == Break::after)
      static_cast<void>(real_.publish(topic, records).has_value());
    if (first_break() && how_ == Break::halfway) {
      static_cast<void>(real_.publish(topic, records.first(records.size() / 2)).has_value());
    }
    return broke();
  }
  Result<std::unique_ptr<Subscription>> join(std::string_view topic, std::string_view group,
                                             JoinOptions options) override {
    TRY_ASSIGN(auto real, real_.join(topic, group, std::move(options)));
    return std::make_unique<FaultySubscription>(*this, std::move(real));
  }
  Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) override {
    if (breaks()) return broke();
    return real_.follow(from);
  }
  Result<Positions> ends(std::string_view topic) override {
    if (breaks()) return broke();
    return real_.ends(topic);
  }
  Result<Positions> begins(std::string_view topic) override { return real_.begins(topic); }
  Result<Positions> since(std::string_view topic, Time time) override {
    return real_.since(topic, time);
  }
  Result<Positions> committed(std::string_view topic, std::string_view group) override {
    return real_.committed(topic, group);
  }
  int partitions(std::string_view topic) const override { return real_.partitions(topic); }

 private:
  class FaultySubscription : public Subscription {
   public:
    FaultySubscription(FaultyBus& bus, std::unique_ptr<Subscription> real)
        : bus_(bus), real_(std::move(real)) {}
    Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) override {
      if (bus_.breaks()) return broke();
      return real_->poll(max, wait, stop);
    }
    Result<void> commit(const Positions& next) override {
      if (!bus_.breaks()) return real_->commit(next);
      if (bus_.first_break() && bus_.how_ == Break::after)
        static_cast<void>(real_->commit(next).has_value());
      return broke();
    }
    std::set<int> owned() const override { return real_->owned(); }

   private:
    FaultyBus& bus_;
    std::unique_ptr<Subscription> real_;
  };

  static tl::unexpected<Error> broke() { return fail(Fault::transient, "broken on purpose"); }
  bool breaks() {
    ++operations_;
    const int64_t left = --left_;
    return left == 0 || (has_failed() && dead_);
  }
  bool first_break() const { return left_ == 0; }

  static constexpr int64_t kNever = -1'000'000'000;
  Bus& real_;
  std::atomic<int64_t> left_ = kNever;
  std::atomic<int64_t> operations_ = 0;
  std::string rival_topic_ = {};
  std::function<void()> rival_ = {};
  Break how_ = Break::before;
  bool dead_ = false;
};

}  // namespace maitred::test
