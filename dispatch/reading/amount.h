// Lengths of time as people say them: "two hours", "an hour and a half", "1h30", 一個半小時. Only
// the length; whether it is ahead or behind is for `times` to say.
//
// Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/zone.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

// A value found at a symbol, and the symbol behind it.
template <typename T>
struct Found {
  T value;
  size_t next = 0;
};

using Symbols = std::vector<Symbol>;

struct Amount {
  double seconds = 0;
  double months = 0;
  double unit = 0;  // seconds of the smallest unit said; a month counts 30 days
};

std::optional<Found<Amount>> parse_amount(const Symbols& symbols, size_t at);

// `amount` after (sign 1) or before (sign -1) a time: months by the calendar of the zone.
Time shift(Time time, const Amount& amount, int sign, const Zone& zone);

const char* grain_of(const Amount& amount);

}  // namespace maitred
