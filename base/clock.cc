#include "base/clock.h"

#include <algorithm>
#include <cassert>

namespace maitred {
namespace {

class RealClock : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  bool sleep_until(Time wake, std::stop_token stop) override {
    // Waits on the steady clock in slices, so that a stepped wall clock is noticed within a second.
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    for (Duration left = wake - now(); left.count() > 0; left = wake - now()) {
      never.wait_for(lock, stop, std::min(left, Duration(1000)), [] { return false; });
      if (stop.stop_requested()) return false;
    }
    return !stop.stop_requested();
  }
};

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

HouseClock::HouseClock(Time start, double rate, Time real_start)
    : start_(start), real_start_(real_start), rate_(rate) {
  assert(rate > 0);
}

Time HouseClock::now() const {
  return from_real(real_clock().now());
}

bool HouseClock::sleep_until(Time wake, std::stop_token stop) {
  return real_clock().sleep_until(to_real(wake) + Duration(1), stop);
}

Time HouseClock::from_real(Time real) const {
  const double passed = static_cast<double>((real - real_start_).count());
  return start_ + Duration(static_cast<int64_t>(passed * rate_));
}

Time HouseClock::to_real(Time house) const {
  const double passed = static_cast<double>((house - start_).count()) / rate_;
  return real_start_ + Duration(static_cast<int64_t>(passed));
}

Time FakeClock::now() const {
  std::scoped_lock lock(mutex_);
  return now_;
}

bool FakeClock::sleep_until(Time wake, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  ++sleepers_;
  changed_.notify_all();
  changed_.wait(lock, stop, [&] { return now_ >= wake; });
  --sleepers_;
  return !stop.stop_requested();
}

void FakeClock::advance(Duration by) {
  std::scoped_lock lock(mutex_);
  move_to(now_ + by);
}

void FakeClock::set(Time to) {
  std::scoped_lock lock(mutex_);
  move_to(to);
}

void FakeClock::move_to(Time to) {
  moves_.push_back({real_clock().now(), now_});
  now_ = to;
  changed_.notify_all();
}

Time FakeClock::from_real(Time real) const {
  std::scoped_lock lock(mutex_);
  const auto later = std::ranges::lower_bound(moves_, real, {}, &Move::real);
  return later == moves_.end() ? now_ : later->before;
}

Time FakeClock::to_real(Time house) const {
  std::scoped_lock lock(mutex_);
  for (size_t i = 0; i < moves_.size(); ++i) {
    const Time after = i + 1 < moves_.size() ? moves_[i + 1].before : now_;
    if (moves_[i].before >= house) return Time();
    if (after >= house) return moves_[i].real + Duration(1);
  }
  return now_ >= house ? Time() : real_clock().now() + std::chrono::hours(1);
}

int FakeClock::sleepers() const {
  std::scoped_lock lock(mutex_);
  return sleepers_;
}

}  // namespace maitred
