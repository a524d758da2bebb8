// A Check: one thing that has to hold of a log and its books, how often it was looked at, and where
// it did not hold. Only the first few breaches are kept, so that a log that is broken all over is
// told in one screen.
//
// Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace maitred::audit {

inline constexpr size_t kBreachesShown = 5;

struct Breach {
  std::string where;  // "tasks/3@17", or "tasks.db, table causes"
  std::string key;
  std::string cause;  // may be empty
  std::string what;   // in a few words
};

struct Check {
  const char* invariant = "";  // "I3" (ARCHITECTURE.md, "Invariants and their tests")
  const char* says = "";       // "every mention has a verdict"
  int64_t looked_at = 0;
  int64_t broken = 0;
  std::vector<Breach> first = {};

  void breach(Breach one) {
    ++broken;
    if (first.size() < kBreachesShown) first.push_back(std::move(one));
  }
};

}  // namespace maitred::audit
