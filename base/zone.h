// Civil time: RFC 3339 text, and clock times in a named zone (IANA). The door to Howard Hinnant's
// date library and the system's zone data. Never used on a hot path without a cached Zone.
//
// All functions are thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace maitred {

// "2026-03-05T18:00:00Z"; milliseconds only where there are any ("…:00.250Z").
std::string to_rfc3339(Time time);

// Any RFC 3339 offset and any number of fraction digits (kept to ms), 'T' or a space between.
// malformed if it is anything else, or outside the years 1900-9999.
Result<Time> parse_rfc3339(std::string_view text);

// A wall-clock moment, without a zone.
struct Civil {
  std::chrono::year_month_day date;
  std::chrono::minutes of_day{0};  // since local midnight; may be >= 24 h: it then runs over
  bool operator==(const Civil&) const = default;
};

// One time zone. Cheap to copy: it points into the loaded database.
class Zone {
 public:
  static Result<Zone> find(std::string_view name);  // malformed: no such IANA zone
  static Zone utc();

  const std::string& name() const;
  Civil to_civil(Time time) const;
  // The moment of a wall clock. In a spring gap the clock is read with the offset before the gap
  // (so 02:30 becomes 03:30); of an ambiguous hour in autumn the first is taken.
  Time to_time(const Civil& civil) const;

 private:
  explicit Zone(const void* zone) : zone_(zone) {}
  const void* zone_;  // const date::time_zone*
};

// "19:05" in the zone: how people are told a time of today. "Fri 19:05" when `now` is another day.
std::string clock_text(Time time, const Zone& zone, Time now);

}  // namespace maitred
