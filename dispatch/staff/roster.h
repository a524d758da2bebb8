// The roster: people and their shifts, and who of them may be asked at a moment. Pure: no clock,
// no book; staff_book makes one from `maitred.staff`. A person without a shift rule is always on
// duty; quiet hours take anybody off the list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bus/staff.h"

namespace maitred {

struct Roster {
  std::vector<Person> people;
  std::vector<Shift> shifts;

  const Person* find(std::string_view id) const;  // null = nobody of that id
  // On a shift and not in quiet hours, which are read in `store_zone` (IANA; empty = UTC).
  bool is_on_duty(const Person& person, const std::string& store_zone, Time now) const;
};

// Whether the wall clock of the zone is inside from–to on one of the days. A span that does not
// end later than it begins runs past midnight and belongs to the day it began on.
bool is_in_shift(const Shift& shift, Time now);

}  // namespace maitred
