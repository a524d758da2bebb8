// Times of day: "9pm", "half past seven", "20:10", 八點十分, noon; and parts of the day: evening,
// 凌晨. What day is meant is for `day` and `times` to say.
//
// Pure.
#pragma once

#include <optional>
#include <string_view>
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

// A length counted from the post: "in two hours", "within 30 min", 兩小時後, "45 minutes ago".
struct Offset {
  Amount length;
  int sign = 1;
  const char* edge = "";  // "by" for within, "about"
  bool whole = false;     // all the time between is meant: "the next two hours"
};
std::optional<Found<Offset>> parse_offset(const Prepared& text, size_t at, bool past);

// `amount` after (sign 1) or before (sign -1) a time: months by the calendar of the zone.
Time shift(Time time, const Amount& amount, int sign, const Zone& zone);

const char* grain_of(const Amount& amount);

struct ClockTime {
  int minute = 0;  // of the day; 24:00 is the midnight that ends it
  int second = 0;
  bool either_half = false;  // 12-hour clock that did not say which half of the day
  bool bare = false;         // a mere number: a clock only where its neighbours make it one
  bool to_the_minute = false;
};

// The longest clock time that begins at the symbol.
std::optional<Found<ClockTime>> parse_clock(const Prepared& text, size_t at);

// Whether what stands at `next` leaves a bare number before it a clock ("at 9, please") or makes
// it something else ("at 9 Main Street", "9 oz").
bool may_end_clock(const Prepared& text, size_t next);

// A part of the day, in minutes since its midnight; `to` may be past 24:00.
struct DayPart {
  int from = 0;
  int to = 0;
};
std::optional<Found<DayPart>> parse_part(const Prepared& text, size_t at);

// The minute of a 12-hour clock that lies in the part, or nearest to it: 12 at night is 24:00.
int fit(int minute, const DayPart& part);

// Whether the symbol is this one mark, such as ":".
bool is_mark(const Prepared& text, size_t symbol, std::string_view mark);

}  // namespace maitred
