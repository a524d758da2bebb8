#include "dispatch/reading/clock.h"

#include <algorithm>
#include <cmath>

namespace maitred {
namespace {

constexpr double kHour = 3600;
constexpr double kDay = 86400;
constexpr double kMonth = 30 * kDay;
constexpr double kAmountMax = 100 * 12 * kMonth;  // a hundred years: more is no plan of anybody's

bool is(const Symbols& s, size_t at, Role role) {
  return at < s.size() && s[at].is(role);
}

// The size of a unit: seconds, or months.
Amount one_of(const Symbol& unit) {
  const double seconds = unit.value(Role::unit, 0);
  const double months = unit.value(Role::unit, 1);
  return {seconds, months, months > 0 ? months * kMonth : seconds};
}

Amount times(const Amount& one, double count) {
  return {one.seconds * count, one.months * count, one.unit};
}

// The unit at `at`, over a measure word or hyphen before it: 兩個小時, "30-minute".
std::optional<Found<Amount>> unit_at(const Symbols& s, size_t at) {
  if (is(s, at, Role::measure_word) || (is(s, at, Role::link) && is(s, at + 1, Role::unit))) ++at;
  if (!is(s, at, Role::unit)) return std::nullopt;
  return Found<Amount>{one_of(s[at]), at + 1};
}

// "half an hour", "half hour", 半小時, 半個小時, "quarter of an hour", "three quarters of an hour".
std::optional<Found<Amount>> fraction(const Symbols& s, size_t at) {
  double share = 0;
  if (is(s, at, Role::article) && at + 1 < s.size() && !s[at].is(Role::half)) ++at;
  if (is(s, at, Role::half)) share = 0.5;
  if (is(s, at, Role::quarter)) share = 0.25;
  if (is(s, at, Role::three_quarters)) share = 0.75;
  if (share == 0) return std::nullopt;
  // 一刻鐘 and 三刻鐘 carry their unit within.
  size_t next = at + 1;
  while (is(s, next, Role::filler) || is(s, next, Role::to) || is(s, next, Role::article)) ++next;
  const auto unit = unit_at(s, next);
  if (!unit) return std::nullopt;
  Amount amount = times(unit->value, share);
  amount.unit = unit->value.unit >= kDay ? kHour : 60;
  return Found<Amount>{amount, unit->next};
}

// A number, a unit, and what may follow: "two hours", "one and a half hours", 一個半小時, 兩小時半.
std::optional<Found<Amount>> counted(const Symbols& s, size_t at) {
  if (at >= s.size()) return std::nullopt;
  double count = 0;
  if (s[at].digits == 1 && at + 2 < s.size() && is(s, at + 1, Role::fraction_bar) &&
      s[at + 2].digits == 1 && *s[at + 2].number > *s[at].number && *s[at].number > 0) {
    count = *s[at].number / *s[at + 2].number;  // "1/2 hour"
    at += 2;
  } else if (s[at].number && !s[at].ordinal) {
    count = *s[at].number;
  } else if (s[at].is(Role::article)) {
    count = 1;
  } else if (s[at].is(Role::several)) {
    count = s[at].value(Role::several);
  } else {
    return std::nullopt;
  }
  size_t next = at + 1;
  bool half = false;
  if (is(s, next, Role::and_half)) {
    half = true;
    ++next;
  } else if (is(s, next, Role::measure_word) && is(s, next + 1, Role::half)) {
    half = true;
    next += 2;
  }
  const auto unit = unit_at(s, next);
  if (!unit) return std::nullopt;
  next = unit->next;
  if (!half && is(s, next, Role::and_half)) {
    half = true;
    ++next;
  } else if (!half && s[at].number && s[unit->next - 1].is(Role::unit) && is(s, next, Role::half) &&
             !is(s, next + 1, Role::unit)) {
    // 兩小時半; in "two hours half …" nothing is meant, but nobody says it.
    half = true;
    ++next;
  }
  Amount amount = times(unit->value, count + (half ? 0.5 : 0));
  if (half && amount.unit > 60) amount.unit = amount.unit >= kDay ? kHour : 60;
  return Found<Amount>{amount, next};
}

// "ETA 45 min", "landing 2 hrs": a word of arrival ends right before the token.
bool follows_arrival(const Prepared& text, uint32_t token) {
  constexpr uint32_t kLongest = 8;  // tokens of such a word
  auto cue =
      std::lower_bound(text.cues.begin(), text.cues.end(), token < kLongest ? 0 : token - kLongest,
                       [](const Cue& c, uint32_t first) { return c.first < first; });
  for (; cue != text.cues.end() && cue->first < token; ++cue)
    if (cue->role == Role::arrival && cue->last == token) return true;
  return false;
}

bool plausible(const Amount& amount) {
  return amount.seconds + amount.months * kMonth <= kAmountMax;
}

}  // namespace

std::optional<Found<Amount>> parse_amount(const Symbols& s, size_t at) {
  auto found = fraction(s, at);
  if (!found) found = counted(s, at);
  if (!found || !plausible(found->value)) return std::nullopt;
  // "1 hour and 30 minutes", "2h 15m", 一小時三十分: smaller units follow larger ones.
  for (;;) {
    size_t next = found->next;
    if (is(s, next, Role::link) || is(s, next, Role::filler)) ++next;
    auto more = fraction(s, next);
    if (!more) more = counted(s, next);
    // "1h30" leaves the minutes' unit out.
    if (!more && next == found->next && next < s.size() && s[next].digits == 2 &&
        found->value.unit == kHour && *s[next].number < 60 && s[next - 1].last == s[next].first &&
        s[at].digits > 0)
      more = Found<Amount>{{*s[next].number * 60, 0, 60}, next + 1};
    if (!more || more->value.unit >= found->value.unit || !plausible(more->value)) return found;
    found = Found<Amount>{{found->value.seconds + more->value.seconds,
                           found->value.months + more->value.months, more->value.unit},
                          more->next};
  }
}

std::optional<Found<Offset>> parse_offset(const Prepared& text, size_t at, bool past) {
  const Symbols& s = text.symbols;
  size_t next = at;
  Offset offset;
  bool about = false;
  const bool within = is(s, next, Role::within);
  bool by = within && s[next].value(Role::within) > 0;
  if (within) ++next;
  if (is(s, next, Role::about)) {
    about = true;
    ++next;
  }
  if (!within && is(s, next, Role::filler) && is(s, next + 1, Role::modifier)) ++next;
  const Symbol* modifier = is(s, next, Role::modifier) ? &s[next++] : nullptr;
  auto amount = parse_amount(s, next);
  if (!amount && modifier != nullptr && is(s, next, Role::unit)) {
    const Amount one = one_of(s[next]);  // "the next hour"; of days and weeks the calendar knows
    if (one.seconds > 0 && one.seconds <= kHour) amount = Found<Amount>{one, next + 1};
  }
  if (!amount) return std::nullopt;
  offset.length = amount->value;
  next = amount->next;
  if (is(s, next, Role::about_behind)) {
    about = true;
    ++next;
  }
  if (is(s, next, Role::ago) && !within) {
    offset.sign = -1;
    return Found<Offset>{offset, next + 1};
  }
  if (modifier != nullptr) {
    offset.whole = true;
    offset.sign = modifier->value(Role::modifier) < 0 ? -1 : 1;
    return Found<Offset>{offset, next};
  }
  const bool later = is(s, next, Role::later);
  if (later) {
    by = by || s[next].value(Role::later) > 0;
    ++next;
    if (is(s, next, Role::later)) ++next;  // "an hour's time"
  }
  const bool eta = offset.length.unit < kDay && follows_arrival(text, s[at].first);
  if (!within && !later && !eta) return std::nullopt;
  // "An hour later the food came" counts from somewhere in the past; 後 is said of the future.
  const bool han = text.tokens[s[next - 1].first].kind == Token::Kind::han;
  if (!within && past && !han) return std::nullopt;
  offset.edge = by ? "by" : about ? "about" : "";
  return Found<Offset>{offset, next};
}

Time shift(Time time, const Amount& amount, int sign, const Zone& zone) {
  using namespace std::chrono;
  if (amount.months != 0 || (amount.unit >= kDay && std::fmod(amount.seconds, kDay) == 0)) {
    // By the calendar, so that "in two days" keeps the clock over a night of daylight saving.
    Civil civil = zone.to_civil(time);
    const auto rest = time - zone.to_time(civil);
    const int whole = static_cast<int>(amount.months);
    year_month_day date = civil.date + months(sign * whole);
    if (!date.ok()) date = date.year() / date.month() / last;
    const double part = (amount.months - whole) * 30 + amount.seconds / kDay;
    civil.date = sys_days(date) + days(sign * static_cast<int>(std::lround(part)));
    return zone.to_time(civil) + rest;
  }
  return time + sign * Duration(static_cast<int64_t>(amount.seconds * 1000));
}

const char* grain_of(const Amount& amount) {
  if (amount.unit >= 12 * kMonth) return "year";
  if (amount.unit >= kMonth) return "month";
  if (amount.unit >= 7 * kDay) return "week";
  if (amount.unit >= kDay) return "day";
  if (amount.unit >= kHour) return "hour";
  return amount.unit >= 60 ? "minute" : "second";
}

}  // namespace maitred
