// Pacing: how soon a source may be asked again. Reads what servers say about their limits, and
// spaces out retries. Pure: time is given, chance is a seed.
//
// A value type; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "base/clock.h"
#include "base/result.h"
#include "connectors/connector.h"

namespace maitred {

inline constexpr std::chrono::seconds kPaceMax{3600};  // nobody makes us wait longer
inline constexpr std::chrono::seconds kBackoffMin{1};  // the first retry comes after about this
inline constexpr std::chrono::seconds kDeniedMin{60};  // a person has to act: slower

// base/http_text's reading of the status, with the answer's own Retry-After or reset.
Result<void> check_status(const Answer& answer);

// How long until the server lets us ask again, by its rate-limit headers; nothing while some
// requests remain. Resets are ISO 8601 (Mastodon), epoch seconds (X, Bluesky) or seconds left
// (Reddit); `remaining` may be a fraction.
std::optional<std::chrono::seconds> rate_limit_wait(const Answer& answer);

class Pacing {
 public:
  Pacing(std::chrono::seconds every, uint64_t seed) : every_(every), random_(seed) {}

  // When to ask next, real time.
  Time after_success(Time now, std::optional<std::chrono::seconds> limit_wait);
  // Doubled each time, up to kPaceMax, with jitter between half and the whole; what the server
  // asked for is kept to the second.
  Time after_failure(Time now, const Error& error);

 private:
  std::chrono::seconds every_;
  int failures_ = 0;
  std::mt19937_64 random_;
};

}  // namespace maitred
