#include "dispatch/reading/day.h"

#include <cmath>

namespace maitred {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using std::chrono::years;

const Symbol* symbol(const Prepared& text, size_t at) {
  return at < text.symbols.size() ? &text.symbols[at] : nullptr;
}

bool is(const Prepared& text, size_t at, Role role) {
  const Symbol* s = symbol(text, at);
  return s != nullptr && s->is(role);
}

std::optional<int> whole(const Prepared& text, size_t at, int least, int most) {
  const Symbol* s = symbol(text, at);
  if (s == nullptr || !s->number || std::fmod(*s->number, 1) != 0) return {};
  if (*s->number < least || *s->number > most) return {};
  return static_cast<int>(*s->number);
}

DaySpan one_day(year_month_day date) {
  return {date, year_month_day(sys_days(date) + days(1)), "day", {}, false};
}

DaySpan span_of(sys_days first, sys_days end, const char* grain) {
  return {year_month_day(first), year_month_day(end), grain, {}, false};
}

// The Monday of a day's week.
sys_days week_of(sys_days day) {
  return day - (std::chrono::weekday(day) - std::chrono::Monday);
}

year_month_day make_date(int year, int month, int day) {
  return std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
         std::chrono::day(static_cast<unsigned>(day));
}

// The date nearest ahead (or behind) that has this month and day. A date a few days gone is more
// likely that than one of next year only where the sentence tells of the past.
std::optional<DaySpan> in_some_year(int month, int day, const DayRules& rules) {
  const int this_year = static_cast<int>(rules.today.year());
  for (int step = 0; step <= 4; ++step) {  // to the next leap year
    const year_month_day date = make_date(this_year + (rules.past ? -step : step), month, day);
    if (!date.ok()) continue;
    const bool ahead = sys_days(date) >= sys_days(rules.today);
    if (rules.past ? !ahead || date == rules.today : ahead) return one_day(date);
  }
  return {};
}

std::optional<DaySpan> in_year(int year, int month, int day) {
  if (year < 100) year += year < 70 ? 2000 : 1900;
  const year_month_day date = make_date(year, month, day);
  if (!date.ok() || year < 1900 || year > 2200) return {};
  return one_day(date);
}

// ---- by the calendar's names ------------------------------------------------------------------

std::optional<Found<DaySpan>> named_day(const Prepared& text, size_t at, const DayRules& rules) {
  const Symbol* s = symbol(text, at);
  if (s == nullptr || !s->is(Role::day)) return {};
  const Meaning& meaning = *s->as(Role::day);
  const auto offset = days(static_cast<int>(s->value(Role::day, 0)));
  Found<DaySpan> found{one_day(year_month_day(sys_days(rules.today) + offset)), at + 1};
  if (meaning.values.size() >= 3)
    found.value.part =
        DayPart{static_cast<int>(meaning.values[1]), static_cast<int>(meaning.values[2])};
  return found;
}

std::optional<unsigned> weekday_at(const Prepared& text, size_t at) {
  const Symbol* s = symbol(text, at);
  if (s == nullptr) return {};
  if (s->is(Role::weekday)) return static_cast<unsigned>(s->value(Role::weekday));
  if (!s->is(Role::weekday_weak)) return {};
  // "sat" and "sun" are days beside "on", a part of the day, a comma or a number.
  const bool beside = (at > 0 && (is(text, at - 1, Role::at) || is(text, at - 1, Role::modifier) ||
                                  is(text, at - 1, Role::by) || is(text, at - 1, Role::link))) ||
                      is(text, at + 1, Role::part) || is_mark(text, at + 1, ",") ||
                      is(text, at + 1, Role::at) ||
                      (symbol(text, at + 1) != nullptr && text.symbols[at + 1].number);
  if (!beside) return {};
  return static_cast<unsigned>(s->value(Role::weekday_weak));
}

// A modifier and the week it means: "next week", 下個禮拜; its Monday.
std::optional<Found<sys_days>> some_week(const Prepared& text, size_t at, const DayRules& rules) {
  if (!is(text, at, Role::modifier)) return {};
  const bool week =
      is(text, at + 1, Role::week_of) ||
      (is(text, at + 1, Role::unit) && text.symbols[at + 1].value(Role::unit) == 7 * 86400.0);
  if (!week) return {};
  const int offset = static_cast<int>(text.symbols[at].value(Role::modifier));
  return Found<sys_days>{week_of(sys_days(rules.today)) + days(7 * offset), at + 2};
}

size_t skip_fillers(const Prepared& text, size_t at) {
  while (is(text, at, Role::filler) || is(text, at, Role::to)) {
    if (is(text, at, Role::to) && !is(text, at, Role::filler)) break;
    ++at;
  }
  return at;
}

// "Friday", "next Friday", 下週三, "Friday of next week", "next week Friday".
std::optional<Found<DaySpan>> by_weekday(const Prepared& text, size_t at, const DayRules& rules) {
  const sys_days today = rules.today;
  const sys_days monday = week_of(today);
  const auto in_week = [](sys_days of, unsigned iso) {
    return one_day(year_month_day(of + days(iso - 1)));
  };
  if (const auto week = some_week(text, at, rules)) {
    const size_t next = skip_fillers(text, week->next);
    if (const auto iso = weekday_at(text, next))
      return Found<DaySpan>{in_week(week->value, *iso), next + 1};
  }
  if (is(text, at, Role::modifier)) {
    const auto iso = weekday_at(text, at + 1);
    if (!iso) return {};
    const int offset = static_cast<int>(text.symbols[at].value(Role::modifier));
    const bool han = text.tokens[text.symbols[at].first].kind == Token::Kind::han;
    DaySpan day = in_week(monday + days(7 * offset), *iso);
    if (offset == 0 && !han && sys_days(day.first) < today && !rules.past)
      day = in_week(monday + days(7), *iso);
    // "last Friday" is the one just gone, also if it was this week's.
    if (offset == -1 && !han && sys_days(day.first) + days(7) < today) day = in_week(monday, *iso);
    return Found<DaySpan>{day, at + 2};
  }
  const auto iso = weekday_at(text, at);
  if (!iso) return {};
  const size_t behind = skip_fillers(text, at + 1);
  if (const auto week = some_week(text, behind, rules))
    return Found<DaySpan>{in_week(week->value, *iso), week->next};
  DaySpan day = in_week(monday, *iso);
  if (rules.past) {
    if (sys_days(day.first) > today) day = in_week(monday - days(7), *iso);
  } else if (sys_days(day.first) < today) {
    day = in_week(monday + days(7), *iso);
  }
  day.weekday = true;
  return Found<DaySpan>{day, at + 1};
}

// "this weekend", 週末; "next week", "this month", 下個月.
std::optional<Found<DaySpan>> by_period(const Prepared& text, size_t at, const DayRules& rules) {
  const sys_days today = rules.today;
  int offset = 0;
  size_t next = at;
  const bool modified = is(text, at, Role::modifier);
  if (modified) {
    offset = static_cast<int>(text.symbols[at].value(Role::modifier));
    ++next;
  }
  if (is(text, next, Role::weekend)) {
    const sys_days saturday = week_of(today) + days(7 * offset + 5);
    return Found<DaySpan>{span_of(saturday, saturday + days(2), "day"), next + 1};
  }
  if (!modified) return {};
  if (const auto week = some_week(text, at, rules))
    return Found<DaySpan>{span_of(week->value, week->value + days(7), "week"), week->next};
  if (!is(text, next, Role::unit)) return {};
  const double in_months = text.symbols[next].value(Role::unit, 1);
  if (in_months == 1) {
    // 下個月三號
    if (const auto day = whole(text, next + 1, 1, 31); day && is(text, next + 2, Role::day_mark)) {
      const auto month = rules.today.year() / rules.today.month() + months(offset);
      const year_month_day date = month / std::chrono::day(static_cast<unsigned>(*day));
      if (date.ok()) return Found<DaySpan>{one_day(date), next + 3};
    }
    const auto first = rules.today.year() / rules.today.month() / 1 + months(offset);
    return Found<DaySpan>{span_of(sys_days(first), sys_days(first + months(1)), "month"), next + 1};
  }
  if (in_months == 12) {
    const auto first = (rules.today.year() + years(offset)) / std::chrono::January / 1;
    return Found<DaySpan>{span_of(sys_days(first), sys_days(first + years(1)), "year"), next + 1};
  }
  return {};
}

// ---- by numbers -------------------------------------------------------------------------------

// A year behind a date: ", 2026", "2026". Returns 0 where there is none.
int year_behind(const Prepared& text, size_t& next) {
  size_t at = next;
  if (is_mark(text, at, ",")) ++at;
  const auto year = whole(text, at, 1900, 2200);
  if (!year || text.symbols[at].digits != 4) return 0;
  next = at + 1;
  return *year;
}

std::optional<Found<DaySpan>> dated(const Prepared& text, int month, int day, size_t next,
                                    const DayRules& rules) {
  if (const int year = year_behind(text, next)) {
    if (const auto found = in_year(year, month, day)) return Found<DaySpan>{*found, next};
    return {};
  }
  if (const auto found = in_some_year(month, day, rules)) return Found<DaySpan>{*found, next};
  return {};
}

// "March 5", "March the 5th, 2026", "5 March", "the 5th of March".
std::optional<Found<DaySpan>> with_month_name(const Prepared& text, size_t at,
                                              const DayRules& rules) {
  if (is(text, at, Role::month)) {
    const int month = static_cast<int>(text.symbols[at].value(Role::month));
    size_t next = at + 1;
    if (is_mark(text, next, "the")) ++next;
    const auto day = whole(text, next, 1, 31);
    if (!day || is_mark(text, next + 1, ":")) return {};
    return dated(text, month, *day, next + 1, rules);
  }
  const auto day = whole(text, at, 1, 31);
  if (!day) return {};
  size_t next = at + 1;
  if (is_mark(text, next, "of") || is_mark(text, next, "-") || is_mark(text, next, "/")) ++next;
  if (!is(text, next, Role::month)) return {};
  const int month = static_cast<int>(text.symbols[next].value(Role::month));
  // "2 may …" is rather a verb.
  if (month == 5 && next == at + 1 && !text.symbols[at].ordinal &&
      text.text(text.tokens[text.symbols[next].first]) == "may" && !may_end_clock(text, next + 1))
    return {};
  ++next;
  if (is_mark(text, next, "-") || is_mark(text, next, "/")) {
    size_t behind = next + 1;
    if (year_behind(text, behind)) return dated(text, month, *day, next + 1, rules);
  }
  return dated(text, month, *day, next, rules);
}

// 2026年3月5日, 三月五號, 3月5.
std::optional<Found<DaySpan>> with_month_mark(const Prepared& text, size_t at,
                                              const DayRules& rules) {
  int year = 0;
  size_t next = at;
  if (const auto number = whole(text, at, 1900, 2200);
      number && is(text, at + 1, Role::year_mark)) {
    year = *number;
    next = at + 2;
    if (is_mark(text, next, ",")) ++next;
  }
  const auto month = whole(text, next, 1, 12);
  if (!month || !is(text, next + 1, Role::month_mark)) return {};
  const auto day = whole(text, next + 2, 1, 31);
  if (!day) return {};
  next += 3;
  if (is(text, next, Role::day_mark)) ++next;
  const auto found = year != 0 ? in_year(year, *month, *day) : in_some_year(*month, *day, rules);
  if (!found) return {};
  return Found<DaySpan>{*found, next};
}

// 2026-03-05, 3/5, 3/5/2026, 5.3.2026.
std::optional<Found<DaySpan>> in_digits(const Prepared& text, size_t at, const DayRules& rules) {
  const auto part = [&](size_t i) -> std::optional<int> {
    const Symbol* s = symbol(text, i);
    return s != nullptr && s->digits > 0 && !s->ordinal ? whole(text, i, 0, 9999) : std::nullopt;
  };
  const auto joined = [&](size_t i, std::string_view mark) {
    return is_mark(text, i, mark) && i + 1 < text.symbols.size() &&
           !text.tokens[text.symbols[i].first].spaced &&
           !text.tokens[text.symbols[i + 1].first].spaced;
  };
  const auto a = part(at);
  if (!a) return {};
  for (const std::string_view mark : {"/", "-", "."}) {
    if (!joined(at + 1, mark)) continue;
    const auto b = part(at + 2);
    if (!b) return {};
    std::optional<int> c;
    if (joined(at + 3, mark)) c = part(at + 4);
    if (c && text.symbols[at].digits == 4) {
      const auto found = in_year(*a, *b, *c);
      return found ? std::optional(Found<DaySpan>{*found, at + 5}) : std::nullopt;
    }
    bool month_first = rules.order == DateOrder::month_first && mark != ".";
    if (*a > 12) month_first = false;
    if (*b > 12) month_first = true;
    const int month = month_first ? *a : *b;
    const int day = month_first ? *b : *a;
    if (month < 1 || month > 12 || day < 1 || day > 31) return {};
    if (c) {
      const auto found = in_year(*c, month, day);
      return found ? std::optional(Found<DaySpan>{*found, at + 5}) : std::nullopt;
    }
    // Two numbers alone: 7-9 is a range, 5.30 a clock, 4/5 and 9/10 are marks for the kitchen.
    if (mark != "/" || *b == 0) return {};
    const bool after_on = at > 0 && (is(text, at - 1, Role::at) || is(text, at - 1, Role::by) ||
                                     is(text, at - 1, Role::weekday));
    if (!after_on && (*b == 5 || *b == 10 || *a == 1) && *a <= *b) return {};
    if (!may_end_clock(text, at + 3)) return {};
    const auto found = in_some_year(month, day, rules);
    return found ? std::optional(Found<DaySpan>{*found, at + 3}) : std::nullopt;
  }
  return {};
}

// "the 24th", 24號: the next day of that number.
std::optional<Found<DaySpan>> day_of_month(const Prepared& text, size_t at, const DayRules& rules) {
  const auto day = whole(text, at, 1, 31);
  if (!day) return {};
  size_t next = at + 1;
  if (text.symbols[at].ordinal) {
    const bool after_the =
        at > 0 && (is(text, at - 1, Role::filler) || is(text, at - 1, Role::by) ||
                   is(text, at - 1, Role::weekday));
    if (!after_the || text.symbols[at].in_han || !may_end_clock(text, next)) return {};
  } else if (is(text, next, Role::day_mark)) {
    // 5日 is the fifth; 5日後 and 5日內 are a length of time, 3號店 is a shop.
    ++next;
    if (is(text, next, Role::counted) || is(text, next, Role::not_clock) ||
        is(text, next, Role::later) || is(text, next, Role::ago))
      return {};
  } else {
    return {};
  }
  for (int step = 0; step <= 2; ++step) {
    const auto month = rules.today.year() / rules.today.month() + months(rules.past ? -step : step);
    const year_month_day date =
        month.year() / month.month() / std::chrono::day(static_cast<unsigned>(*day));
    if (!date.ok()) continue;
    if (rules.past ? sys_days(date) <= sys_days(rules.today)
                   : sys_days(date) >= sys_days(rules.today))
      return Found<DaySpan>{one_day(date), next};
  }
  return {};
}

std::optional<Found<DaySpan>> by_holiday(const Prepared& text, size_t at, const DayRules& rules) {
  if (!is(text, at, Role::holiday)) return {};
  const Symbol& s = text.symbols[at];
  const auto found = in_some_year(static_cast<int>(s.value(Role::holiday, 0)),
                                  static_cast<int>(s.value(Role::holiday, 1)), rules);
  if (!found) return {};
  return Found<DaySpan>{*found, at + 1};
}

}  // namespace

std::optional<Found<DaySpan>> parse_day(const Prepared& text, size_t at, const DayRules& rules) {
  for (const auto parse : {named_day, by_weekday, by_period, with_month_name, with_month_mark,
                           in_digits, day_of_month, by_holiday})
    if (auto found = parse(text, at, rules)) return found;
  return {};
}

}  // namespace maitred
