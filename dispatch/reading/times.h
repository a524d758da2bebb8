// All the times a text tells, as moments: days, parts of the day and clocks put together ("tomorrow
// at noon"), spans from now ("in 45 min", 兩小時後), ranges ("7-9pm"), and the edges people put on
// them ("by", "after", "around").
//
// Pure: the time of the post and its zone are told.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/zone.h"
#include "bus/reading.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

struct FoundTime {
  TimeFinding finding;
  uint32_t first = 0;  // tokens [first, last)
  uint32_t last = 0;
  bool past = false;      // said of something that has happened
  bool relative = false;  // counted from the post, not read off a clock
};

struct TimeContext {
  Time posted_at;
  Zone zone;
};

// In the order of the text, without overlaps.
std::vector<FoundTime> find_times(const Prepared& text, const TimeContext& context);

}  // namespace maitred
