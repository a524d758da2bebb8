// Who is on duty: shifts, nights, zones and the two nights on which clocks change.
#include "dispatch/staff/roster.h"

#include <doctest/doctest.h>

#include "base/zone.h"
#include "tests/dispatch/staff/evening.h"

using namespace maitred;
using namespace maitred::test;

namespace {

Time at(const char* text) {
  return *parse_rfc3339(text);
}

}  // namespace

TEST_CASE("a shift counts on its days, in its zone, past midnight to the day after") {
  struct Line {
    const char* days;
    const char* from;
    const char* to;
    const char* zone;
    const char* now;
    bool on;
  };
  const Line lines[] = {
      {"Mo-Fr", "17:00", "23:00", "America/New_York", "2026-03-05T18:00:00-05:00", true},
      {"Mo-Fr", "17:00", "23:00", "America/New_York", "2026-03-05T23:00:00-05:00", false},
      {"Mo-Fr", "17:00", "23:00", "America/New_York", "2026-03-07T18:00:00-05:00", false},
      {"Sa,Su", "17:00", "23:00", "America/New_York", "2026-03-07T18:00:00-05:00", true},
      {"Fr-Mo", "17:00", "23:00", "America/New_York", "2026-03-08T18:00:00-04:00", true},
      {"Fr-Mo", "17:00", "23:00", "America/New_York", "2026-03-10T18:00:00-04:00", false},
      {"", "17:00", "01:00", "Asia/Taipei", "2026-03-05T00:59:00+08:00", true},
      {"Th", "17:00", "01:00", "Asia/Taipei", "2026-03-06T00:59:00+08:00", true},
      {"Th", "17:00", "01:00", "Asia/Taipei", "2026-03-05T00:59:00+08:00", false},
      {"th", "17:00", "17:00", "Asia/Taipei", "2026-03-06T16:59:00+08:00", true},
      // The night the clocks go forward: 02:30 is not there; 03:30 is one hour after 01:30.
      {"Sa", "22:00", "03:30", "America/New_York", "2026-03-08T01:30:00-05:00", true},
      {"Sa", "22:00", "03:30", "America/New_York", "2026-03-08T03:29:00-04:00", true},
      {"Sa", "22:00", "03:30", "America/New_York", "2026-03-08T03:30:00-04:00", false},
      // The night they go back: 01:30 is there twice, and both times counts.
      {"Sa", "22:00", "02:00", "America/New_York", "2026-11-01T01:30:00-04:00", true},
      {"Sa", "22:00", "02:00", "America/New_York", "2026-11-01T01:30:00-05:00", true},
      {"Sa", "22:00", "02:00", "America/New_York", "2026-11-01T02:00:00-05:00", false},
  };
  for (const Line& line : lines) {
    CAPTURE(line.days);
    CAPTURE(line.now);
    CHECK(is_in_shift({"1", "anna", line.days, line.from, line.to, line.zone}, at(line.now)) ==
          line.on);
  }
}

TEST_CASE("no shift rule means always, quiet hours mean not now") {
  Roster roster{people(), {}};
  Person anna = roster.people.front();
  CHECK(roster.is_on_duty(anna, kNewYork, kEvening));
  anna.quiet = "18:00-19:00";
  CHECK_FALSE(roster.is_on_duty(anna, kNewYork, kEvening));
  CHECK(roster.is_on_duty(anna, "Asia/Taipei", kEvening));
  roster.shifts = {{"1", "anna", "", "08:00", "12:00", kNewYork}};
  anna.quiet.clear();
  CHECK_FALSE(roster.is_on_duty(anna, kNewYork, kEvening));
}
