// Time as a thing one can hold still. Everything that asks "what time is it" or waits takes a
// Clock&; only clock.cc reads the machine's clocks. House time is what windows, timers, ages and
// log stamps are written in; it may run from another start and at another rate than real time
// (the demo: a fixed evening, 60 times as fast). HTTP, retry and bus waits are always real time.
//
// All clocks are safe for use by any number of threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace maitred {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;  // UTC, milliseconds since 1970

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  // Waits until now() >= wake; false if `stop` was requested first. Returns at once if it is past.
  virtual bool sleep_until(Time wake, std::stop_token stop) = 0;
  // What this clock shows when the machine's own shows `real`, and the other way round. A bus whose
  // broker stamps records with real time passes the stamps through here.
  virtual Time from_real(Time real) const { return real; }
  virtual Time to_real(Time house) const { return house; }
};

// The machine's own clock.
Clock& real_clock();

// now() = start + (real now − real_start) × rate. rate > 0. Processes that share one log must be
// given the same real_start.
class HouseClock : public Clock {
 public:
  HouseClock(Time start, double rate, Time real_start);
  HouseClock(Time start, double rate) : HouseClock(start, rate, real_clock().now()) {}
  Time now() const override;
  bool sleep_until(Time wake, std::stop_token stop) override;
  Time from_real(Time real) const override;
  Time to_real(Time house) const override;

 private:
  Time start_, real_start_;
  double rate_;
};

// A clock for tests: stands still until advance(). A sleeper wakes when the time has come. It
// remembers when it was moved, so that a real moment has its place: what happened in the same
// millisecond as the move belongs before it.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Time start) : now_(start) {}
  Time now() const override;
  bool sleep_until(Time wake, std::stop_token stop) override;
  Time from_real(Time real) const override;
  Time to_real(Time house) const override;  // the first move that reached it; else 1 h from now
  void advance(Duration by);
  void set(Time to);
  int sleepers() const;  // how many threads wait in sleep_until just now

 private:
  struct Move {
    Time real, before;  // when, and what it showed until then
  };
  void move_to(Time to);  // with mutex_ held

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Time now_;
  std::vector<Move> moves_;
  int sleepers_ = 0;
};

}  // namespace maitred
