#include "dispatch/reading/clock.h"

#include <cmath>

namespace maitred {
namespace {

constexpr int kHalfDay = 12 * 60;
constexpr int kDay = 24 * 60;

const Symbol* symbol(const Prepared& text, size_t at) {
  return at < text.symbols.size() ? &text.symbols[at] : nullptr;
}

bool is(const Prepared& text, size_t at, Role role) {
  const Symbol* s = symbol(text, at);
  return s != nullptr && s->is(role);
}

// Whether no white space stands before the symbol.
bool tight(const Prepared& text, size_t at) {
  return at < text.symbols.size() && !text.tokens[text.symbols[at].first].spaced;
}

// A whole number between the bounds at the symbol.
std::optional<int> whole(const Prepared& text, size_t at, int least, int most) {
  const Symbol* s = symbol(text, at);
  if (s == nullptr || !s->number || s->ordinal || std::fmod(*s->number, 1) != 0) return {};
  if (*s->number < least || *s->number > most) return {};
  return static_cast<int>(*s->number);
}

std::optional<int> two_digits(const Prepared& text, size_t at) {
  const Symbol* s = symbol(text, at);
  return s != nullptr && s->digits == 2 ? whole(text, at, 0, 59) : std::nullopt;
}

// Applies am or pm behind the clock, if it is there.
void take_meridiem(const Prepared& text, Found<ClockTime>& found) {
  const Symbol* s = symbol(text, found.next);
  if (s == nullptr || found.value.minute > 13 * 60 - 1) return;
  const bool tight_letter = s->is(Role::meridiem_tight) && tight(text, found.next) &&
                            text.symbols[found.next - 1].digits > 0;
  if (!s->is(Role::meridiem) && !tight_letter) return;
  const bool pm = (tight_letter ? s->value(Role::meridiem_tight) : s->value(Role::meridiem)) > 0;
  found.value.minute = found.value.minute % kHalfDay + (pm ? kHalfDay : 0);
  found.value.either_half = found.value.bare = false;
  ++found.next;
}

ClockTime at_hour(int hour, int minute) {
  ClockTime clock;
  clock.minute = hour * 60 + minute;
  clock.either_half = hour >= 1 && hour <= 12;
  return clock;
}

// "20:10", "8:30 p.m.", "8:30:15", "8.30pm". A leading zero says the 24-hour clock.
std::optional<Found<ClockTime>> with_minutes(const Prepared& text, size_t at) {
  const auto hour = whole(text, at, 0, 24);
  const bool colon = is_mark(text, at + 1, ":");
  if (!hour || text.symbols[at].digits == 0 || text.symbols[at].digits > 2) return {};
  if (!colon && !(is_mark(text, at + 1, ".") && tight(text, at + 1) && tight(text, at + 2)))
    return {};
  const auto minute = two_digits(text, at + 2);
  if (!minute || (*hour == 24 && *minute > 0)) return {};
  Found<ClockTime> found{at_hour(*hour, *minute), at + 3};
  found.value.to_the_minute = true;
  found.value.bare = !colon;
  if (text.symbols[at].digits == 2 && *hour < 10) found.value.either_half = false;
  if (colon && is_mark(text, at + 3, ":")) {
    const auto second = two_digits(text, at + 4);
    if (!second) return {};
    found.value.second = *second;
    found.next = at + 5;
  }
  take_meridiem(text, found);
  return found;
}

// "1930", "0715 hrs", "1030": three or four digits without a colon.
std::optional<Found<ClockTime>> military(const Prepared& text, size_t at) {
  const Symbol* s = symbol(text, at);
  if (s == nullptr || s->digits < 3 || s->digits > 4) return {};
  const auto number = whole(text, at, 0, 2400);
  if (!number || *number % 100 > 59) return {};
  Found<ClockTime> found{at_hour(*number / 100, *number % 100), at + 1};
  found.value.to_the_minute = true;
  found.value.bare = true;
  if (s->digits == 4 && *number < 1000) found.value.either_half = false;
  take_meridiem(text, found);
  if (is(text, found.next, Role::oclock)) {
    found.value.bare = found.value.either_half = false;
    ++found.next;
  }
  return found;
}

// Minutes behind an hour word: 十分, 半, 一刻, "30", 零五分.
void take_minutes(const Prepared& text, Found<ClockTime>& found) {
  size_t next = found.next;
  int minute = -1;
  if (is(text, next, Role::half)) minute = 30;
  if (is(text, next, Role::quarter)) minute = 15;
  if (is(text, next, Role::three_quarters)) minute = 45;
  if (minute < 0) {
    const auto number = whole(text, next, 0, 59);
    // 八點2份 is eight o'clock and two portions: without 分 only two digits are minutes.
    const bool marked = is(text, next + 1, Role::minute_mark);
    const bool plain = number && (text.symbols[next].digits == 2 || text.symbols[next].in_han) &&
                       may_end_clock(text, next + 1);
    if (!number || (!marked && !plain)) return;
    if (!marked && text.symbols[next].in_han && *number < 10 && *number != 0 &&
        text.symbols[next].last - text.symbols[next].first < 2)
      return;
    minute = *number;
    if (marked) ++next;
  }
  found.value.minute += minute;
  found.value.to_the_minute = true;
  found.value.bare = false;
  found.next = next + 1;
}

// "9 o'clock", 八點十分, 20時, "15h30".
std::optional<Found<ClockTime>> with_hour_word(const Prepared& text, size_t at) {
  const auto hour = whole(text, at, 0, 24);
  if (!hour || !is(text, at + 1, Role::oclock)) return {};
  Found<ClockTime> found{at_hour(*hour, 0), at + 2};
  if (is(text, at + 1, Role::unit)) {
    // "h" and "hours" are a length of time, unless minutes follow as in 15h30.
    const auto minute = two_digits(text, at + 2);
    if (!minute || !tight(text, at + 1) || !tight(text, at + 2) || *hour < 3) return {};
    found.value.minute += *minute;
    found.value.to_the_minute = true;
    found.next = at + 3;
    return found;
  }
  const bool han = text.tokens[text.symbols[at + 1].first].kind == Token::Kind::han;
  // 一點 is as often "a little".
  found.value.bare = han && *hour == 1;
  if (han) take_minutes(text, found);
  take_meridiem(text, found);
  return found;
}

// The hour a "half past" or "quarter to" refers to.
std::optional<Found<ClockTime>> plain_hour(const Prepared& text, size_t at) {
  if (is(text, at, Role::moment))
    return Found<ClockTime>{{static_cast<int>(text.symbols[at].value(Role::moment))}, at + 1};
  if (auto clock = with_minutes(text, at)) return std::nullopt;
  if (auto clock = with_hour_word(text, at)) return clock;
  const auto hour = whole(text, at, 1, 24);
  if (!hour) return {};
  Found<ClockTime> found{at_hour(*hour, 0), at + 1};
  take_meridiem(text, found);
  return found;
}

// "half past seven", "a quarter to six", "twenty past 8", 差一刻六點.
std::optional<Found<ClockTime>> relative_to_hour(const Prepared& text, size_t at) {
  const bool chinese = is(text, at, Role::to) && !is(text, at, Role::link) &&
                       text.tokens[text.symbols[at].first].kind == Token::Kind::han;
  size_t next = chinese ? at + 1 : at;
  if (is(text, next, Role::article) && is(text, next + 1, Role::quarter)) ++next;
  int minutes = 0;
  bool words = true;
  if (is(text, next, Role::half)) {
    minutes = 30;
  } else if (is(text, next, Role::quarter)) {
    minutes = 15;
  } else if (const auto number = whole(text, next, 1, 29)) {
    minutes = *number;
    words = text.symbols[next].digits == 0 && *number % 5 == 0 && !text.symbols[next].in_han;
    if (is(text, next + 1, Role::unit) && text.symbols[next + 1].value(Role::unit) == 60) {
      words = true;
      ++next;
    }
    // "10 to 11" is a range; "20 past 8" is not.
    if (*number > 12) words = true;
  } else {
    return {};
  }
  ++next;
  // "half seven" is half past seven, where it is a clock at all.
  if (!chinese && minutes == 30 && words && whole(text, next, 1, 12) &&
      !is(text, next + 1, Role::unit)) {
    Found<ClockTime> found{at_hour(*whole(text, next, 1, 12), 30), next + 1};
    found.value.bare = found.value.to_the_minute = true;
    return found;
  }
  int sign = -1;
  if (!chinese) {
    const bool past = is(text, next, Role::past);
    if (!words || (!past && !is(text, next, Role::to))) return {};
    sign = past ? 1 : -1;
    ++next;
  }
  auto hour = plain_hour(text, next);
  if (!hour) return {};
  hour->value.minute = (hour->value.minute + sign * minutes + kDay) % kDay;
  hour->value.to_the_minute = true;
  hour->value.bare = false;
  return hour;
}

// "seven thirty", "ten forty five": both in words.
std::optional<Found<ClockTime>> in_words(const Prepared& text, size_t at) {
  const auto hour = whole(text, at, 1, 12);
  const auto minute = whole(text, at + 1, 10, 59);
  if (!hour || !minute || text.symbols[at].digits > 0 || text.symbols[at + 1].digits > 0) return {};
  if (text.symbols[at].in_han) return {};
  Found<ClockTime> found{at_hour(*hour, *minute), at + 2};
  found.value.to_the_minute = true;
  take_meridiem(text, found);
  found.value.bare = !may_end_clock(text, found.next);
  return found;
}

std::optional<Found<ClockTime>> bare_hour(const Prepared& text, size_t at) {
  const auto hour = whole(text, at, 0, 24);
  if (!hour || text.symbols[at].digits > 2) return {};
  Found<ClockTime> found{at_hour(*hour, 0), at + 1};
  found.value.bare = true;
  if (is_mark(text, found.next, "ish") && tight(text, found.next)) ++found.next;  // "8ish"
  take_meridiem(text, found);
  return found;
}

}  // namespace

bool is_mark(const Prepared& text, size_t at, std::string_view mark) {
  if (at >= text.symbols.size()) return false;
  const Symbol& s = text.symbols[at];
  return s.last == s.first + 1 && text.text(text.tokens[s.first]) == mark;
}

bool may_end_clock(const Prepared& text, size_t next) {
  const Symbol* s = symbol(text, next);
  if (s == nullptr || text.opaque[s->first]) return true;
  const Token& token = text.tokens[s->first];
  if (token.fresh) return true;
  if (s->number || s->is(Role::not_clock) || s->is(Role::measure)) return false;
  // 8個, 8 hours; but 鐘 and 日 never follow a clock either.
  if (s->is(Role::unit) || s->is(Role::measure_word) || s->is(Role::ordinal_mark)) return false;
  if (token.kind == Token::Kind::han) return true;
  if (token.kind == Token::Kind::mark) {
    const std::string_view mark = text.text(token);
    // "9/10", "9:5" and "9.5" are other things; "9 - " and "9." may end a clock.
    const bool glued = next + 1 < text.symbols.size() && tight(text, next) &&
                       tight(text, next + 1) && text.symbols[next + 1].number;
    return !(glued && (mark == "/" || mark == ":" || mark == "." || mark == ",")) && mark != "%" &&
           mark != "$" && mark != "+";
  }
  return s->meanings != nullptr && !s->is(Role::counted) ? true : s->is(Role::clock_follower);
}

std::optional<Found<ClockTime>> parse_clock(const Prepared& text, size_t at) {
  if (is(text, at, Role::moment)) {
    ClockTime clock;
    clock.minute = static_cast<int>(text.symbols[at].value(Role::moment));
    return Found<ClockTime>{clock, at + 1};
  }
  if (auto found = relative_to_hour(text, at)) return found;
  if (at >= text.symbols.size() || !text.symbols[at].number) return {};
  if (auto found = with_minutes(text, at)) return found;
  if (auto found = with_hour_word(text, at)) return found;
  if (auto found = military(text, at)) return found;
  if (auto found = in_words(text, at)) return found;
  return bare_hour(text, at);
}

std::optional<Found<DayPart>> parse_part(const Prepared& text, size_t at) {
  if (!is(text, at, Role::part)) return {};
  const Symbol& s = text.symbols[at];
  return Found<DayPart>{
      {static_cast<int>(s.value(Role::part, 0)), static_cast<int>(s.value(Role::part, 1))}, at + 1};
}

int fit(int minute, const DayPart& part) {
  const int base = minute % kHalfDay;
  if (part.to <= kHalfDay)
    return base == 0 && minute == kHalfDay && part.from >= 360 ? kHalfDay : base;
  int best = base;
  int best_distance = kDay * 2;
  for (const int candidate : {base, base + kHalfDay, base + kDay}) {
    const int distance = candidate < part.from ? part.from - candidate
                         : candidate > part.to ? candidate - part.to
                                               : 0;
    if (distance <= best_distance && (distance < best_distance || candidate > kDay)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace maitred
