// When a store is open: the part of OpenStreetMap's opening_hours that shops use. Rules separated
// by ';' (a later one replaces the earlier for the days it names) or ',' before a day (adds to it):
//
//   Mo-Th 17:00-22:00; Fr,Sa 17:00-01:00; Su off; Dec 25 off; May 01-Aug 31 Mo-Su 16:00-23:00
//   24/7      PH off      Mo-Fr 11:30-14:30,17:00-22:00      2026 Dec 31 17:00-26:00
//
// PH (public holidays) is read and never matches: there is no calendar of them here.
//
// Immutable, any thread. Moments are compared as moments, so both nights of a clock change are
// right.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/zone.h"

namespace maitred {

struct OpenSpan {
  Time from;
  Time to;  // exclusive
};

class Hours {
 public:
  // malformed: what cannot be read, in words. An empty text is never open.
  static Result<Hours> parse(std::string_view text);

  bool is_open(Time time, const Zone& zone) const;
  // When it closes next; nothing while it is closed. Open for over a week counts as a week.
  std::optional<Time> open_until(Time time, const Zone& zone) const;
  // The spans that overlap [from, to), in order, those that touch made one.
  std::vector<OpenSpan> open_spans(Time from, Time to, const Zone& zone) const;

  // One rule: the days it is for and, on them, when it is open (minutes since midnight).
  struct Rule {
    struct Dates {
      std::optional<std::chrono::year> year;
      std::chrono::month_day from, to;  // both inclusive; from > to runs over the new year
    };
    std::vector<Dates> dates;  // empty = the whole year
    unsigned days = 0;         // bit 0 = Monday; 0 = every day, unless `holidays`
    bool holidays = false;
    bool adds = false;
    std::vector<std::pair<std::chrono::minutes, std::chrono::minutes>> spans;  // empty = off
  };

 private:
  std::vector<Rule> rules_;
};

}  // namespace maitred
