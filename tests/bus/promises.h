// The bus's promises (bus/bus.h) in their own words, as checks that run in a House of any kind.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/bus/house.h"

namespace maitred::test {

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
