// When it is wanted: which of a text's times the wish belongs to, and the span of time it leaves
// us. The rules:
//
// - Only times still to come count, and none longer than a week. The time of an arrival comes
//   first, then the one nearest to a dish or a word of asking, then the first.
// - An instant ("at 20:10", "in two hours") is due then, and not before a quarter of an hour ahead
//   of it: coffee is neither early nor late. "Around" makes that half an hour.
// - "By noon" and "within an hour" have a due and no beginning; "after six" has no due.
// - A range, a part of a day or a day has both; what of it has passed is cut off.
//
// Window::basis says what the time hangs on: for clocks and days the source of the zone they were
// read in (place customer location source brand), for spans from now "posted" or "arrival".
//
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bus/reading.h"
#include "dispatch/reading/times.h"

namespace maitred {

// Which zone clock times are read in, and who says so.
struct ZoneChoice {
  Zone zone;
  std::string basis;  // place customer location source brand
};

// `anchors`: tokens of dishes and words of asking, by which a time is chosen among several.
std::optional<Window> find_window(const std::vector<FoundTime>& times,
                                  const std::vector<uint32_t>& anchors, const ZoneChoice& zone,
                                  Time posted_at);

}  // namespace maitred
