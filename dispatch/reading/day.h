// Days ("tomorrow", "next Tuesday", "March 5", "3/5", 下週三, this weekend), and moments: a day, a
// part of it and a clock put together and found on the calendar.
//
// A 12-hour clock that leaves its half open is the next such moment after the post, or the last one
// where the sentence tells of the past; on another day it is the one from 8 in the morning on and
// before 8 in the evening; within a part of the day it is the one that lies there. A sentence about
// dinner is about the evening, one about breakfast about the morning: "Friday at 8 for dinner".
//
// Pure: today is told.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/zone.h"
#include "dispatch/reading/clock.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

struct DaySpan {
  std::chrono::year_month_day first;
  std::chrono::year_month_day end;  // the day behind the last
  const char* grain = "day";        // day week month year
  std::optional<DayPart> part;      // "tonight" is a day and a part of it
  bool weekday = false;             // named by the day of the week alone: there is one every week
};

// How "3/5" is read where both ways are a date.
enum class DateOrder { month_first, day_first };

struct DayRules {
  std::chrono::year_month_day today;
  DateOrder order = DateOrder::month_first;
  bool past = false;  // the sentence tells of the past: weekdays and dates look back
};

// The longest day that begins at the symbol.
std::optional<Found<DaySpan>> parse_day(const Prepared& text, size_t at, const DayRules& rules);

// What was said of one moment: any of its three parts may be missing.
struct Moment {
  std::optional<DaySpan> day;
  std::optional<DayPart> part;
  std::optional<ClockTime> clock;
  bool day_last = false;  // the day was said behind the clock
  bool about = false;     // "Tuesday around 8"
};

struct Bounds {
  Time from;
  Time to;
  const char* grain;
};

// Where a moment lies; none if nothing of it was said.
std::optional<Bounds> resolve(const Moment& moment, Time posted_at, const Zone& zone, bool past);

// The half of the day that one end of a range tells the other: "7-9pm", "11-1pm", "6 to 8".
void share_halves(Moment& from, Moment& to);

}  // namespace maitred
