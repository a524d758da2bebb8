#include "base/clock.h"

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
  const double passed = static_cast<double>((real_clock().now() - real_start_).count());
  return start_ + Duration(static_cast<int64_t>(passed * rate_));
}

bool HouseClock::sleep_until(Time wake, std::stop_token stop) {
  const double ahead = static_cast<double>((wake - start_).count()) / rate_;
  return real_clock().sleep_until(real_start_ + Duration(static_cast<int64_t>(ahead) + 1), stop);
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
  now_ += by;
  changed_.notify_all();
}

void FakeClock::set(Time to) {
  std::scoped_lock lock(mutex_);
  now_ = to;
  changed_.notify_all();
}

int FakeClock::sleepers() const {
  std::scoped_lock lock(mutex_);
  return sleepers_;
}

}  // namespace maitred
