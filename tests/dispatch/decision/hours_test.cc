#include "dispatch/decision/hours.h"

#include <doctest/doctest.h>

namespace maitred {
namespace {

Time at(std::string_view text) {
  return *parse_rfc3339(text);
}

TEST_CASE("a store is open when its hours say so, in its own zone") {
  struct Row {
    const char* hours;
    const char* time;  // New York is -05:00 in winter
    bool open;
  };
  for (const Row& row : {
           Row{"Mo-Fr 17:00-22:00", "2026-03-05T18:00:00-05:00", true},  // a Thursday
           Row{"Mo-Fr 17:00-22:00", "2026-03-05T16:59:59-05:00", false},
           Row{"Mo-Fr 17:00-22:00", "2026-03-05T22:00:00-05:00", false},
           Row{"Mo-Fr 17:00-22:00", "2026-03-07T18:00:00-05:00", false},
           Row{"17:00-22:00", "2026-03-07T18:00:00-05:00", true},
           Row{"24/7", "2026-03-07T03:00:00-05:00", true},
           Row{"", "2026-03-07T18:00:00-05:00", false},
           Row{"Mo-Su 11:30-14:30,17:00-22:00", "2026-03-05T15:00:00-05:00", false},
           Row{"Mo-Su 11:30-14:30,17:00-22:00", "2026-03-05T12:00:00-05:00", true},
           Row{"Fr,Sa 17:00-01:00", "2026-03-07T00:30:00-05:00", true},   // Friday's night
           Row{"Fr,Sa 17:00-01:00", "2026-03-06T00:30:00-05:00", false},  // Thursday's
           Row{"Fr 17:00-26:00", "2026-03-07T01:59:00-05:00", true},
           Row{"Fr-Mo 12:00-13:00", "2026-03-08T12:30:00-04:00", true},
           Row{"Fr-Mo 12:00-13:00", "2026-03-04T12:30:00-05:00", false},
           Row{"Mo-Su 10:00-20:00; Th off", "2026-03-05T12:00:00-05:00", false},
           Row{"Mo-Su 10:00-20:00; Th 15:00-16:00", "2026-03-05T12:00:00-05:00", false},
           Row{"Mo-Fr 10:00-12:00, Th 15:00-16:00", "2026-03-05T15:30:00-05:00", true},
           Row{"Mo-Fr 10:00-12:00, Th 15:00-16:00", "2026-03-05T11:00:00-05:00", true},
           Row{"Mo-Su 10:00-20:00; Dec 25 off", "2026-12-25T12:00:00-05:00", false},
           Row{"Mo-Su 10:00-20:00; Dec 25 off", "2026-12-26T12:00:00-05:00", true},
           Row{"Mo-Su 10:00-20:00; Dec 24-26 off", "2026-12-26T12:00:00-05:00", false},
           Row{"Mo-Su 10:00-20:00; Jan 01,Dec 25 off", "2026-01-01T12:00:00-05:00", false},
           Row{"May 01-Aug 31 Mo-Su 10:00-20:00", "2026-07-01T12:00:00-04:00", true},
           Row{"May 01-Aug 31 Mo-Su 10:00-20:00", "2026-09-01T12:00:00-04:00", false},
           Row{"Nov-Feb 10:00-20:00", "2026-01-31T12:00:00-05:00", true},
           Row{"Nov-Feb 10:00-20:00", "2026-03-01T12:00:00-05:00", false},
           Row{"Dec 10:00-20:00", "2026-12-24T12:00:00-05:00", true},
           Row{"2026 Dec 31 17:00-26:00", "2027-01-01T01:00:00-05:00", true},
           Row{"2026 Dec 31 17:00-26:00", "2025-12-31T18:00:00-05:00", false},
           Row{"Mo-Su 10:00-20:00; PH off", "2026-03-05T12:00:00-05:00", true},
           Row{"Mo-Sa,PH 10:00-20:00", "2026-03-08T12:00:00-04:00", false},
       }) {
    CAPTURE(std::string(row.hours));
    CAPTURE(std::string(row.time));
    const auto hours = Hours::parse(row.hours);
    REQUIRE(hours);
    CHECK(hours->is_open(at(row.time), *Zone::find("America/New_York")) == row.open);
  }
}

TEST_CASE("closing time is right on both nights of a clock change") {
  const Zone zone = *Zone::find("America/New_York");
  const auto late = *Hours::parse("Sa 17:00-04:00");
  // Spring: 02:00 to 03:00 does not exist on Sunday the 8th of March.
  CHECK(late.open_until(at("2026-03-07T23:00:00-05:00"), zone) == at("2026-03-08T04:00:00-04:00"));
  // Autumn: 01:00 to 02:00 comes twice on Sunday the 1st of November.
  CHECK(late.open_until(at("2026-10-31T23:00:00-04:00"), zone) == at("2026-11-01T04:00:00-05:00"));
  CHECK(late.is_open(at("2026-11-01T01:30:00-05:00"), zone));
  CHECK_FALSE(late.open_until(at("2026-11-01T12:00:00-05:00"), zone));
  // Open across midnight every day: one span, cut at a week.
  const auto always = *Hours::parse("24/7");
  const Time now = at("2026-03-05T18:00:00Z");
  CHECK(always.open_until(now, zone) == now + std::chrono::days(7));
}

TEST_CASE("hours that cannot be read say where") {
  for (const char* text :
       {"Monday 10:00-12:00", "Mo-Fr", "Mo-Xx 10:00-12:00", "10:00", "10:00-", "25:00:00",
        "Mo 10-12", "Dec 32 off", "Feb 30 off", "Mo 10:61-12:00", "Mo 10:00-12:00 Tu 10:00-12:00",
        "by appointment", "10:00-12:00;;x", "Dec 25-", "49:00-50:00", "Mo,"}) {
    CAPTURE(std::string(text));
    const auto hours = Hours::parse(text);
    if (std::string_view(text) == "Mo-Fr") {
      CHECK(hours);  // days alone: all day
    } else {
      CHECK_FALSE(hours);
    }
  }
}

}  // namespace
}  // namespace maitred
