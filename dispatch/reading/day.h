// Days: "tomorrow", "next Tuesday", "March 5", "3/5", the 24th, 下週三, 5月3日, this weekend, next
// week.
//
// Pure: today is told.
#pragma once

#include <chrono>
#include <optional>

#include "dispatch/reading/amount.h"
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

}  // namespace maitred
