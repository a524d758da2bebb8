#include "dispatch/reading/window.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace maitred {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr auto kLead = minutes(15);
constexpr auto kLeadAbout = minutes(30);
constexpr auto kVaguest = hours(24 * 7);
constexpr auto kFarthest = hours(24 * 366);  // nobody orders dinner further ahead

bool to_come(const FoundTime& time, Time posted_at) {
  const TimeFinding& t = time.finding;
  const Time end = t.edge == "after" ? std::max(t.from, posted_at + Duration(1)) : t.to;
  return !time.past && end > posted_at && t.to - t.from <= kVaguest &&
         t.from - posted_at <= kFarthest;
}

uint32_t distance(const FoundTime& time, const std::vector<uint32_t>& anchors) {
  uint32_t least = std::numeric_limits<uint32_t>::max();
  for (const uint32_t anchor : anchors)
    least = std::min(least, anchor < time.first   ? time.first - anchor
                            : anchor >= time.last ? anchor - time.last
                                                  : 0);
  return least;
}

}  // namespace

std::optional<Window> find_window(const std::vector<FoundTime>& times,
                                  const std::vector<uint32_t>& anchors, const ZoneChoice& zone,
                                  Time posted_at) {
  const FoundTime* chosen = nullptr;
  const auto rank = [&](const FoundTime& time) {
    // A whole day says less than a clock in it; an arrival says most.
    const bool arrival = time.finding.basis == "arrival";
    const bool vague = time.finding.grain == "day" || time.finding.grain == "week";
    return std::tuple(!arrival, vague, distance(time, anchors));
  };
  for (const FoundTime& time : times)
    if (to_come(time, posted_at) && (chosen == nullptr || rank(time) < rank(*chosen)))
      chosen = &time;
  if (chosen == nullptr) return std::nullopt;

  const TimeFinding& t = chosen->finding;
  Window window;
  window.zone = zone.zone.name();
  const bool relative = t.basis == "posted" || (t.basis == "arrival" && chosen->relative);
  window.basis = relative ? t.basis : zone.basis;
  if (t.edge == "after") {
    window.not_before = t.from;
  } else if (t.edge == "by") {
    // "By Friday" leaves the Friday, "by this evening" ends where the evening begins.
    window.due = t.grain == "part" ? t.from : t.to;
    if (*window.due <= posted_at) window.due = t.to;
  } else if (t.from == t.to) {
    window.due = t.to;
    window.not_before = t.from - (t.edge == "about" ? Duration(kLeadAbout) : Duration(kLead));
  } else {
    window.not_before = t.from;
    window.due = t.to;
  }
  if (window.not_before) window.not_before = std::max(*window.not_before, posted_at);
  return window;
}

}  // namespace maitred
