#include "dispatch/decision/hours.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace maitred {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::month_day;
using std::chrono::sys_days;

constexpr std::array kDays{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr days kLookAhead{7};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads the text from the left; every take_… either takes all of its thing or nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() {
    skip_spaces();
    return text_.empty();
  }
  bool take(std::string_view word) {
    skip_spaces();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  // A name out of a table; longer spellings ("Monday", "December") are not the syntax.
  template <size_t N>
  std::optional<unsigned> take_name(const std::array<const char*, N>& names) {
    skip_spaces();
    for (unsigned i = 0; i < N; ++i) {
      const std::string_view name = names[i];
      if (!text_.starts_with(name)) continue;
      const char next = text_.size() > name.size() ? text_[name.size()] : ' ';
      if (next >= 'a' && next <= 'z') continue;
      text_.remove_prefix(name.size());
      return i;
    }
    return {};
  }
  std::optional<unsigned> take_number(size_t digits_min, size_t digits_max) {
    skip_spaces();
    size_t count = 0;
    while (count < text_.size() && is_digit(text_[count])) ++count;
    if (count < digits_min || count > digits_max) return {};
    unsigned value = 0;
    for (size_t i = 0; i < count; ++i) value = value * 10 + static_cast<unsigned>(text_[i] - '0');
    text_.remove_prefix(count);
    return value;
  }
  std::optional<minutes> take_clock() {
    const std::string_view before = text_;
    const auto hour = take_number(1, 2);
    if (hour && take(":")) {
      const auto minute = take_number(2, 2);
      if (minute && *hour <= 48 && *minute < 60) return minutes(*hour * 60 + *minute);
    }
    text_ = before;
    return {};
  }
  // A day of the month: a number that is not the hour of a time.
  std::optional<unsigned> take_day() {
    const std::string_view before = text_;
    const auto day = take_number(1, 2);
    if (day && !text_.starts_with(':')) return day;
    text_ = before;
    return {};
  }
  char peek() {
    skip_spaces();
    return text_.empty() ? '\0' : text_[0];
  }
  std::string_view rest() const { return text_; }
  void rewind(std::string_view to) { text_ = to; }

 private:
  void skip_spaces() {
    while (!text_.empty() && text_[0] == ' ') text_.remove_prefix(1);
  }
  std::string_view text_;
};

Error unreadable(const Scanner& scan, std::string_view wanted) {
  return {
      Fault::malformed, fmt::format("{} expected at '{}'", wanted, scan.rest().substr(0, 20)), {}};
}

month_day last_of(unsigned month) {
  constexpr std::array kLengths{31u, 29u, 31u, 30u, 31u, 30u, 31u, 31u, 30u, 31u, 30u, 31u};
  return std::chrono::month(month) / std::chrono::day(kLengths[month - 1]);
}

// "Dec 25", "Dec 24-26", "May 01-Aug 31", "Jun-Aug", "2026 Dec 31"; several by ','.
Result<bool> take_dates(Scanner& scan, Hours::Rule& rule) {
  bool any = false;
  while (true) {
    const std::string_view before = scan.rest();
    Hours::Rule::Dates dates;
    if (const auto year = scan.take_number(4, 4)) {
      dates.year = std::chrono::year(static_cast<int>(*year));
    }
    const auto month = scan.take_name(kMonths);
    if (!month) {
      scan.rewind(before);
      return any;
    }
    const auto day = scan.take_day();
    dates.from = std::chrono::month(*month + 1) / std::chrono::day(day.value_or(1));
    dates.to = day ? dates.from : last_of(*month + 1);
    if (scan.take("-")) {
      const auto month_to = scan.take_name(kMonths);
      const auto day_to = scan.take_day();
      if (!month_to && !day_to) return tl::unexpected(unreadable(scan, "a month or a day"));
      const unsigned last = month_to.value_or(*month) + 1;
      dates.to = day_to ? std::chrono::month(last) / std::chrono::day(*day_to) : last_of(last);
    }
    if (!dates.from.ok() || !dates.to.ok()) return tl::unexpected(unreadable(scan, "a real date"));
    rule.dates.push_back(dates);
    any = true;
    if (!scan.take(",")) return any;
  }
}

// "Mo-Fr", "Sa,Su", "Fr-Mo", "PH", and mixtures by ','.
Result<bool> take_days(Scanner& scan, Hours::Rule& rule) {
  bool any = false;
  while (true) {
    if (scan.take("PH")) {
      rule.holidays = true;
    } else if (const auto from = scan.take_name(kDays)) {
      unsigned to = *from;
      if (scan.take("-")) {
        const auto last = scan.take_name(kDays);
        if (!last) return tl::unexpected(unreadable(scan, "a day (Mo Tu We Th Fr Sa Su)"));
        to = *last;
      }
      for (unsigned day = *from;; day = (day + 1) % 7) {
        rule.days |= 1u << day;
        if (day == to) break;
      }
    } else {
      if (any) return tl::unexpected(unreadable(scan, "a day (Mo Tu We Th Fr Sa Su)"));
      return false;
    }
    any = true;
    if (!scan.take(",")) return true;
  }
}

// "17:00-22:00,23:00-01:00", "off", "closed", "24/7". False: none stands here.
Result<bool> take_spans(Scanner& scan, Hours::Rule& rule) {
  if (scan.take("off") || scan.take("closed")) return true;
  if (scan.take("24/7")) {
    rule.spans.emplace_back(minutes(0), days(1));
    return true;
  }
  while (true) {
    const auto from = scan.take_clock();
    if (!from) return tl::unexpected(unreadable(scan, "a time like 17:00-22:00, or off,"));
    if (!scan.take("-")) return tl::unexpected(unreadable(scan, "'-' and a closing time"));
    auto to = scan.take_clock();
    if (!to) return tl::unexpected(unreadable(scan, "a closing time like 22:00"));
    if (*to <= *from) *to += days(1);
    rule.spans.emplace_back(*from, *to);
    // A comma before a digit goes on with times, before a letter with another rule.
    const std::string_view before = scan.rest();
    if (!scan.take(",")) return true;
    if (!is_digit(scan.peek())) {
      scan.rewind(before);
      return true;
    }
  }
}

Result<Hours::Rule> take_rule(Scanner& scan) {
  Hours::Rule rule;
  TRY_ASSIGN(const bool dated, take_dates(scan, rule));
  if (dated) scan.take(":");
  TRY_ASSIGN(const bool on_days, take_days(scan, rule));
  if (on_days) scan.take(":");
  // Days alone, or dates alone, mean open all day.
  const char next = scan.peek();
  if ((dated || on_days) && (next == '\0' || next == ';')) {
    rule.spans.emplace_back(minutes(0), days(1));
    return rule;
  }
  TRY(take_spans(scan, rule));
  return rule;
}

bool matches(const Hours::Rule& rule, sys_days date) {
  const std::chrono::year_month_day ymd(date);
  const std::chrono::weekday weekday(date);
  if (rule.days != 0) {
    if ((rule.days & (1u << (weekday.iso_encoding() - 1))) == 0) return false;
  } else if (rule.holidays) {
    return false;
  }
  if (rule.dates.empty()) return true;
  const month_day on = ymd.month() / ymd.day();
  return std::any_of(rule.dates.begin(), rule.dates.end(), [&](const auto& dates) {
    if (dates.year && *dates.year != ymd.year()) return false;
    return dates.from <= dates.to ? on >= dates.from && on <= dates.to
                                  : on >= dates.from || on <= dates.to;
  });
}

}  // namespace

Result<Hours> Hours::parse(std::string_view text) {
  Hours hours;
  Scanner scan(text);
  bool adds = false;
  while (!scan.done()) {
    TRY_ASSIGN(Rule rule, take_rule(scan));
    rule.adds = adds;
    hours.rules_.push_back(std::move(rule));
    adds = scan.take(",");
    if (!adds && !scan.take(";") && !scan.done()) {
      return tl::unexpected(unreadable(scan, "';' or the end"));
    }
  }
  return hours;
}

std::vector<OpenSpan> Hours::open_spans(Time from, Time to, const Zone& zone) const {
  std::vector<OpenSpan> spans;
  // A span may begin up to two days before `from` ("17:00-48:00" and the clock change).
  const sys_days first = sys_days(zone.to_civil(from).date) - days(2);
  const sys_days last = sys_days(zone.to_civil(to).date);
  for (sys_days date = first; date <= last; date += days(1)) {
    std::vector<std::pair<minutes, minutes>> open;
    for (const Rule& rule : rules_) {
      if (!matches(rule, date)) continue;
      if (!rule.adds) open.clear();
      open.insert(open.end(), rule.spans.begin(), rule.spans.end());
    }
    for (const auto& [begin, end] : open) {
      spans.push_back({zone.to_time({date, begin}), zone.to_time({date, end})});
    }
  }
  std::sort(spans.begin(), spans.end(),
            [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<OpenSpan> merged;
  for (const OpenSpan& span : spans) {
    if (!merged.empty() && span.from <= merged.back().to) {
      merged.back().to = std::max(merged.back().to, span.to);
    } else {
      merged.push_back(span);
    }
  }
  std::erase_if(merged, [&](const auto& span) { return span.to <= from || span.from >= to; });
  return merged;
}

bool Hours::is_open(Time time, const Zone& zone) const {
  return !open_spans(time, time + Duration(1), zone).empty();
}

std::optional<Time> Hours::open_until(Time time, const Zone& zone) const {
  const auto spans = open_spans(time, time + kLookAhead, zone);
  if (spans.empty() || spans[0].from > time) return {};
  return std::min<Time>(spans[0].to, time + kLookAhead);
}

}  // namespace maitred
