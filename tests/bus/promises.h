// The bus's promises (bus/bus.h) in their own words, as checks that run on any implementation. A
// House is one implementation under test; on_each_promise() tries them all on new houses.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/topics.h"

namespace maitred::test {

inline const Time kStart =
    Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + std::chrono::hours(18);

// How to open the bus, and again on the same log. Each house has a log of its own.
class House {
 public:
  virtual ~House() = default;
  virtual const char* name() const = 0;
  virtual std::unique_ptr<Bus> open() = 0;
  // Another process on the same log; where a bus has one process alone, that one.
  virtual std::shared_ptr<Bus> open_beside(const std::shared_ptr<Bus>& bus) = 0;
  virtual void advance(Duration by) { clock.advance(by); }

  TopicNames names;
  FakeClock clock{kStart};
  std::string mentions() const { return names.name(Topic::mentions); }
};

struct Promise {
  const char* words;
  void (*keep)(House& house);
};
const std::vector<Promise>& promises();

// Everything a reader or member has not read yet, up to the ends as they are now; whatever is in
// `seen` was read before.
class Drain {
 public:
  Drain(Bus& bus, std::string topic) : bus_(bus), topic_(std::move(topic)) {}
  std::vector<Stored> all(Reader& reader);
  std::vector<Stored> all(Subscription& member);

 private:
  using Poll = std::function<Result<Batch>()>;
  using Parts = std::function<std::set<int>()>;
  std::vector<Stored> until_ends(const Poll& poll, const Parts& parts);

  Bus& bus_;
  std::string topic_;
  Positions seen_;
};

}  // namespace maitred::test
