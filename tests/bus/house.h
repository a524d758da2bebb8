// A House is one log to try things on: a bus of one kind, opened as often as a test likes, with
// topics of its own and a clock that stands still until the test moves it. What is written against
// it is tried on the embedded bus by x_test.cc and on a real Kafka by x_server_test.cc.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bus/embedded/embedded_bus.h"
#include "bus/topics.h"
#include "tests/bus/scratch.h"

namespace maitred::test {

inline const Time kStart =
    Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + std::chrono::hours(18);

// How long a test waits, in real time, for what has to come.
inline constexpr Duration kPatience{30'000};

class House {
 public:
  virtual ~House() = default;
  virtual std::unique_ptr<Bus> open() = 0;
  // Another process on the same log; where a bus has one process alone, that one.
  virtual std::shared_ptr<Bus> open_beside(const std::shared_ptr<Bus>& bus) = 0;
  virtual void advance(Duration by) { clock.advance(by); }
  void advance_to(Time time) { advance(time - clock.now()); }

  TopicNames names;
  FakeClock clock{kStart};
  std::string mentions() const { return names.name(Topic::mentions); }
};

class EmbeddedHouse : public House {
 public:
  explicit EmbeddedHouse(bool durable = false) : durable_(durable) {}
  std::unique_ptr<Bus> open() override {
    auto bus = EmbeddedBus::open({scratch_.path(), names, true, durable_}, clock);
    REQUIRE_MESSAGE(bus, (bus ? "" : bus.error().text));
    return std::move(*bus);
  }
  std::shared_ptr<Bus> open_beside(const std::shared_ptr<Bus>& bus) override { return bus; }

 private:
  Scratch scratch_;
  bool durable_;
};

// A new house; its log is empty.
using BuildHouse = std::unique_ptr<House> (*)();
inline std::unique_ptr<House> embedded_house() {
  return std::make_unique<EmbeddedHouse>();
}

// A sentence of behaviour that holds on either bus, and what shows it.
struct HouseCase {
  const char* words;
  void (*show)(BuildHouse build);
};
inline void show_all(const std::vector<HouseCase>& cases, BuildHouse build) {
  for (const HouseCase& one : cases) {
    SUBCASE(one.words) {
      one.show(build);
    }
  }
}

// Waits until `done`, asking again and again; the caller checks what it waited for.
template <typename Done>
void wait_for(Done&& done) {
  const Time until = real_clock().now() + kPatience;
  while (!done() && real_clock().now() < until)
    real_clock().sleep_until(real_clock().now() + Duration(5), {});
}

}  // namespace maitred::test
