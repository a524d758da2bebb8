#include "dispatch/reading/times.h"

#include <algorithm>

#include "dispatch/reading/amount.h"
#include "dispatch/reading/clock.h"
#include "dispatch/reading/day.h"

namespace maitred {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int kHalfDay = 12 * 60;
constexpr int kDay = 24 * 60;
constexpr int kEarliestOtherDay = 8 * 60;  // "Friday at 8" is in the morning,
constexpr int kLatestOtherDay = 20 * 60;   // "Friday at 7" in the evening
constexpr uint32_t kArrivalReach = 10;     // tokens between "land" and its time
constexpr size_t kTimesMax = 32;           // a post with more is a timetable, not a wish

bool is(const Prepared& text, size_t at, Role role) {
  return at < text.symbols.size() && text.symbols[at].is(role);
}

bool is_han_symbol(const Prepared& text, size_t at) {
  return at < text.symbols.size() && text.tokens[text.symbols[at].first].kind == Token::Kind::han;
}

// What was said of one moment: any of its three parts may be missing.
struct Moment {
  std::optional<DaySpan> day;
  std::optional<DayPart> part;
  std::optional<ClockTime> clock;
};

struct Bounds {
  Time from;
  Time to;
  const char* grain;
};

class Reader {
 public:
  Reader(const Prepared& text, const TimeContext& context)
      : text_(text), context_(context), now_(context.zone.to_civil(context.posted_at)) {
    rules_.today = now_.date;
    const std::string& zone = context.zone.name();
    const bool day_first = zone.starts_with("Europe/") || zone.starts_with("Australia/") ||
                           zone.starts_with("Africa/") || zone.starts_with("Pacific/Auckland");
    rules_.order = day_first ? DateOrder::day_first : DateOrder::month_first;
  }

  // The time that begins at the symbol; `next` is the symbol behind it.
  std::optional<FoundTime> read(size_t at, size_t& next) {
    rules_.past = in_past(at);
    Found<TimeFinding> found;
    const bool got = relative(at, found) || range(at, found) || single(at, found);
    if (!got) return std::nullopt;
    next = found.next;
    FoundTime result;
    result.finding = std::move(found.value);
    result.first = text_.symbols[at].first;
    result.last = text_.symbols[next - 1].last;
    result.relative = result.finding.basis == "posted";
    result.past = rules_.past || result.finding.to < context_.posted_at;
    result.finding.spans.push_back(text_.original(result.first, result.last));
    return result;
  }

 private:
  bool in_past(size_t at) const {
    const uint32_t token = text_.symbols[at].first;
    const Stretch sentence = sentence_around(text_, token);
    const auto first =
        std::lower_bound(text_.cues.begin(), text_.cues.end(), sentence.begin,
                         [](const Cue& cue, uint32_t begin) { return cue.first < begin; });
    for (auto cue = first; cue != text_.cues.end() && cue->first < sentence.end; ++cue)
      if (cue->role == Role::past_tense) return true;
    return false;
  }

  // ---- spans from now -------------------------------------------------------------------------

  TimeFinding instant(Time time, const char* grain, const char* edge) const {
    TimeFinding finding;
    finding.from = finding.to = time;
    finding.grain = grain;
    finding.basis = "posted";
    finding.edge = edge;
    return finding;
  }

  // "in two hours", "within 30 min", "two hours from now", 兩小時後, "45 minutes ago", "next 2
  // hours".
  bool relative(size_t at, Found<TimeFinding>& found) const {
    size_t next = at;
    const bool within = is(text_, next, Role::within);
    bool by = within && text_.symbols[next].value(Role::within) > 0;
    bool about = false;
    const Symbol* modifier = nullptr;
    if (within) ++next;
    if (is(text_, next, Role::about)) {
      about = true;
      ++next;
    }
    if (!within && is(text_, next, Role::filler) && is(text_, next + 1, Role::modifier)) ++next;
    if (is(text_, next, Role::modifier) && !is(text_, next, Role::article))
      modifier = &text_.symbols[next++];
    auto amount = parse_amount(text_.symbols, next);
    if (!amount && modifier != nullptr && is(text_, next, Role::unit) &&
        text_.symbols[next].value(Role::unit) <= 3600 && text_.symbols[next].value(Role::unit) > 0)
      amount = Found<Amount>{
          {text_.symbols[next].value(Role::unit), 0, text_.symbols[next].value(Role::unit)},
          next + 1};  // "the next hour"
    if (!amount) return false;
    next = amount->next;
    if (is(text_, next, Role::about_behind)) {
      about = true;
      ++next;
    }
    const Amount& length = amount->value;
    const char* grain = grain_of(length);
    if (is(text_, next, Role::ago) && !within) {
      found = {instant(shift(context_.posted_at, length, -1, context_.zone), grain, ""), next + 1};
      return true;
    }
    if (modifier != nullptr) {
      const int sign = modifier->value(Role::modifier) < 0 ? -1 : 1;
      TimeFinding finding = instant(context_.posted_at, grain, "");
      (sign > 0 ? finding.to : finding.from) =
          shift(context_.posted_at, length, sign, context_.zone);
      found = {finding, next};
      return true;
    }
    const bool later = is(text_, next, Role::later);
    if (later) {
      by = by || text_.symbols[next].value(Role::later) > 0;
      ++next;
      if (is(text_, next, Role::later)) ++next;  // "hour's time"
    }
    if (!within && !later) return false;
    if (!within && rules_.past && !is_han_symbol(text_, next - 1)) return false;  // "an hour later"
    const Time time = shift(context_.posted_at, length, 1, context_.zone);
    found = {instant(time, grain, by ? "by" : about ? "about" : ""), next};
    if (length.unit >= 86400) continue_from_day(time, found);
    return true;
  }

  // "in two days at 9", 兩天後的下午三點: the length names the day and a clock follows.
  void continue_from_day(Time time, Found<TimeFinding>& found) const {
    Moment moment;
    const year_month_day date = context_.zone.to_civil(time).date;
    moment.day = DaySpan{date, year_month_day(sys_days(date) + days(1)), "day", {}, false};
    const auto more = gather(found.next, moment, true);
    if (!moment.part && !moment.clock) return;
    const auto bounds = resolve(moment);
    if (!bounds) return;
    found.value.from = bounds->from;
    found.value.to = bounds->to;
    found.value.grain = bounds->grain;
    found.value.basis = "stated";
    found.next = more;
  }

  // ---- moments --------------------------------------------------------------------------------

  // Adds what follows at `at` to the moment, over fillers; returns the symbol behind it all.
  // `invited`: a bare number is welcome, because something before it asked for a time.
  size_t gather(size_t at, Moment& moment, bool invited) const {
    size_t done = at;
    for (size_t next = at;;) {
      if (!moment.clock) {
        const auto clock = parse_clock(text_, next);
        if (clock && welcome(*clock, next, moment, invited)) {
          moment.clock = clock->value;
          done = next = clock->next;
          continue;
        }
      }
      if (!moment.day) {
        if (auto day = parse_day(text_, next, rules_)) {
          moment.day = day->value;
          if (day->value.part && !moment.part) moment.part = day->value.part;
          done = next = day->next;
          continue;
        }
      }
      if (!moment.part) {
        if (const auto part = parse_part(text_, next)) {
          moment.part = part->value;
          done = next = part->next;
          continue;
        }
      }
      if (done == at && next == at) return at;  // nothing to begin with
      if (next < text_.symbols.size() && next - done < 2 && joins(next)) {
        invited = invited || is(text_, next, Role::at);
        ++next;
        continue;
      }
      return done;
    }
  }

  // A filler inside a moment; not across a line break.
  bool joins(size_t at) const {
    return (is(text_, at, Role::filler) || is(text_, at, Role::at)) &&
           !text_.tokens[text_.symbols[at].first].fresh;
  }

  bool welcome(const Found<ClockTime>& clock, size_t at, const Moment& moment, bool invited) const {
    if (!clock.value.bare) return true;
    if (!may_end_clock(text_, clock.next)) return false;
    const bool after_at = at > 0 && is(text_, at - 1, Role::at);
    // A part of the day behind it, as in "7 in the evening" or "9 tonight".
    size_t next = clock.next;
    for (int i = 0; i < 2 && is(text_, next, Role::filler); ++i) ++next;
    const bool part_behind =
        is(text_, next, Role::part) || (is(text_, next, Role::day) && text_.symbols[at].digits < 3);
    return invited || after_at || part_behind || (moment.part && text_.symbols[at].digits < 4) ||
           (moment.day && moment.day->weekday) || (moment.day && text_.symbols[at].digits > 0);
  }

  // The minute of the day that is meant, where the clock left its half open.
  int choose_half(const Moment& moment) const {
    const ClockTime& clock = *moment.clock;
    if (!clock.either_half) return clock.minute;
    if (moment.part) return fit(clock.minute, *moment.part);
    const int first = clock.minute % kHalfDay;
    if (moment.day) {
      if (moment.day->first == now_.date && !rules_.past) {
        const int now = static_cast<int>(now_.of_day.count());
        return first > now ? first : first + kHalfDay;
      }
      return first >= kEarliestOtherDay && first < kLatestOtherDay ? first : first + kHalfDay;
    }
    return first;
  }

  std::optional<Bounds> resolve(const Moment& moment) const {
    const Zone& zone = context_.zone;
    const auto at = [&](year_month_day date, int minute) {
      return zone.to_time({date, minutes(minute)});
    };
    if (moment.clock) {
      const int minute = choose_half(moment);
      const char* grain = moment.clock->second > 0      ? "second"
                          : moment.clock->to_the_minute ? "minute"
                                                        : "hour";
      const auto exact = [&](Time time) {
        time += std::chrono::seconds(moment.clock->second);
        return Bounds{time, time, grain};
      };
      if (moment.day) {
        year_month_day date = moment.day->first;
        if (moment.day->weekday && !rules_.past && at(date, minute) <= context_.posted_at)
          date = sys_days(date) + days(7);
        return exact(at(date, minute));
      }
      const bool either = moment.clock->either_half && !moment.part;
      return exact(nearest(minute, either));
    }
    if (moment.part) {
      year_month_day date = moment.day ? moment.day->first : now_.date;
      if (moment.day && moment.day->weekday && !rules_.past &&
          at(date, moment.part->to) <= context_.posted_at)
        date = sys_days(date) + days(7);
      if (!moment.day && !rules_.past && at(date, moment.part->to) <= context_.posted_at)
        date = sys_days(date) + days(1);
      return Bounds{at(date, moment.part->from), at(date, moment.part->to), "part"};
    }
    if (moment.day)
      return Bounds{at(moment.day->first, 0), at(moment.day->end, 0), moment.day->grain};
    return std::nullopt;
  }

  // The next moment (the last one, of the past) when a clock shows the minute.
  Time nearest(int minute, bool either_half) const {
    const int step = either_half ? kHalfDay : kDay;
    const Zone& zone = context_.zone;
    const int direction = rules_.past ? -1 : 1;
    const int start = rules_.past ? minute + kDay : minute - kDay;
    for (int i = 0;; ++i) {
      const int at = start + direction * i * step;
      const int day = at >= 0 ? at / kDay : -((-at + kDay - 1) / kDay);
      const Time time = zone.to_time({sys_days(now_.date) + days(day), minutes(at - day * kDay)});
      const bool good = rules_.past ? time <= context_.posted_at : time > context_.posted_at;
      if (good || i > 8) return time;
    }
  }

  TimeFinding finding_of(const Bounds& bounds, const char* edge) const {
    TimeFinding finding;
    finding.from = bounds.from;
    finding.to = bounds.to;
    finding.grain = bounds.grain;
    finding.basis = "stated";
    finding.edge = edge;
    return finding;
  }

  // Words before a moment: "at", "by", "around". Returns the symbol behind them.
  size_t prefix(size_t at, const char*& edge, bool& invited) const {
    size_t next = at;
    for (int i = 0; i < 3; ++i) {
      if (is(text_, next, Role::by) && *edge == 0) {
        edge = "by";
      } else if (is(text_, next, Role::not_before) && *edge == 0) {
        edge = "after";
      } else if (is(text_, next, Role::about)) {
        if (*edge == 0) edge = "about";
      } else if (!is(text_, next, Role::at) && !(i > 0 && is(text_, next, Role::filler))) {
        break;
      }
      // "say", "like" and "near" ask for no time by themselves.
      invited = invited || is(text_, next, Role::at) || is(text_, next, Role::by) ||
                is(text_, next, Role::not_before) || is(text_, next, Role::about);
      ++next;
    }
    return next;
  }

  // Words behind a moment: 之前, 以後, 左右, "or so".
  size_t suffix(size_t at, const char*& edge) const {
    if (is(text_, at, Role::by_behind) && *edge == 0) {
      edge = "by";
    } else if (is(text_, at, Role::not_before_behind) && *edge == 0) {
      edge = "after";
    } else if (is(text_, at, Role::about_behind)) {
      if (*edge == 0) edge = "about";
    } else {
      return at;
    }
    return at + 1;
  }

  bool single(size_t at, Found<TimeFinding>& found) const {
    const char* edge = "";
    bool invited = false;
    const size_t begin = prefix(at, edge, invited);
    if (begin >= text_.symbols.size()) return false;
    Moment moment;
    const size_t next = gather(begin, moment, invited);
    if (next == begin) return false;
    const auto bounds = resolve(moment);
    if (!bounds) return false;
    found.next = suffix(next, edge);
    found.value = finding_of(*bounds, edge);
    return true;
  }

  // ---- ranges ---------------------------------------------------------------------------------

  // "between 7 and 8", "from 6 to 8pm", "7-9pm", 七點到八點, "Friday to Sunday".
  bool range(size_t at, Found<TimeFinding>& found) const {
    size_t begin = at;
    bool opened = false;
    bool invited = false;
    const char* edge = "";
    if (is(text_, begin, Role::open)) {
      opened = true;
      ++begin;
    } else {
      begin = prefix(begin, edge, invited);
    }
    if (begin >= text_.symbols.size()) return false;
    Moment a;
    Moment b;
    size_t link = gather(begin, a, true);
    if (link == begin || !is(text_, link, Role::link) || is(text_, link, Role::stop)) return false;
    const bool choice =
        is_mark(text_, link, "and") || is_mark(text_, link, "or") ||
        (is_han_symbol(text_, link) && !is_mark(text_, link, "到") && !is_mark(text_, link, "至"));
    if (choice && !opened) return false;
    const size_t second = link + 1;
    const size_t next = gather(second, b, true);
    if (next == second) return false;
    // Two bare numbers make no range of times by themselves: "7 to 9 people".
    const bool bare = (!a.clock || a.clock->bare) && (!b.clock || b.clock->bare) && !a.day &&
                      !a.part && !b.day && !b.part;
    if (bare && !opened && !invited) return false;
    if (a.clock && !b.clock && !b.day && !b.part) return false;
    if (!a.clock && b.clock && !a.part && !a.day) return false;
    share_halves(a, b);
    const auto first = resolve(a);
    if (!b.day && a.day) {
      b.day = a.day;
      if (!b.part && b.clock && b.clock->either_half && a.part) b.part = a.part;
    }
    auto last = resolve(b);
    if (!first || !last) return false;
    Time to = last->to;
    if (to <= first->from && b.clock)
      to = first->from + std::chrono::hours(24) * 0 + gap(*first, to);
    if (to <= first->from) return false;
    found.value = finding_of({first->from, to, first->grain}, "");
    found.next = next;
    return true;
  }

  // The half of the day that one end of a range tells the other: "7-9pm", "11-1pm", "6 to 8".
  static void share_halves(Moment& a, Moment& b) {
    if (!a.clock || !b.clock) return;
    if (a.clock->either_half && !b.clock->either_half && !a.part && b.clock->minute <= kDay) {
      const int base = a.clock->minute % kHalfDay;
      const int late = base + kHalfDay;
      a.clock->minute = late < b.clock->minute ? late : base;
      a.clock->either_half = false;
    }
    if (b.clock->either_half && a.part && !b.part) {
      b.clock->minute = fit(b.clock->minute, *a.part);
      b.clock->either_half = false;
    }
    if (b.clock->either_half && !a.clock->either_half && !b.part) {
      int base = b.clock->minute % kHalfDay;
      if (base <= a.clock->minute) base += kHalfDay;
      b.clock->minute = base;
      b.clock->either_half = false;
    }
  }

  // How far behind the beginning of a range an end lies that was read as lying before it.
  static Duration gap(const Bounds& first, Time to) {
    using std::chrono::hours;
    while (to <= first.from) to += hours(12);
    return to - first.from;
  }

  const Prepared& text_;
  const TimeContext& context_;
  Civil now_;
  DayRules rules_;
};

bool ends_sentence(const Prepared& text, uint32_t token) {
  if (text.tokens[token].fresh && token > 0) return true;
  if (token == 0) return false;
  const Token& before = text.tokens[token - 1];
  if (before.kind != Token::Kind::mark) return false;
  const std::string_view mark = text.text(before);
  if (mark == "!" || mark == "?" || mark == ";" || mark == "\u3002") return true;
  return mark == "." && text.tokens[token].spaced;
}

// A time beside a word of arrival is the time of that arrival.
void mark_arrivals(const Prepared& text, std::vector<FoundTime>& times) {
  for (const Cue& cue : text.cues) {
    if (cue.role != Role::arrival) continue;
    const Stretch sentence = sentence_around(text, cue.first);
    FoundTime* nearest = nullptr;
    uint32_t least = kArrivalReach + 1;
    for (FoundTime& time : times) {
      if (time.first < sentence.begin || time.first >= sentence.end) continue;
      const uint32_t distance = time.first >= cue.last   ? time.first - cue.last
                                : cue.first >= time.last ? cue.first - time.last
                                                         : 0;
      if (distance < least) {
        least = distance;
        nearest = &time;
      }
    }
    if (nearest != nullptr && !nearest->past) nearest->finding.basis = "arrival";
  }
}

}  // namespace

Stretch sentence_around(const Prepared& text, uint32_t token) {
  // Bounded, so that a text of one endless sentence stays linear.
  constexpr uint32_t kReach = 64;
  Stretch stretch{token, token + 1};
  while (stretch.begin > 0 && token - stretch.begin < kReach && !ends_sentence(text, stretch.begin))
    --stretch.begin;
  while (stretch.end < text.tokens.size() && stretch.end - token < kReach &&
         !ends_sentence(text, stretch.end))
    ++stretch.end;
  return stretch;
}

std::vector<FoundTime> find_times(const Prepared& text, const TimeContext& context) {
  std::vector<FoundTime> times;
  Reader reader(text, context);
  for (size_t at = 0; at < text.symbols.size() && times.size() < kTimesMax;) {
    size_t next = at + 1;
    if (text.symbols[at].number || text.symbols[at].meanings != nullptr)
      if (auto found = reader.read(at, next)) times.push_back(std::move(*found));
    at = next;
  }
  mark_arrivals(text, times);
  return times;
}

}  // namespace maitred
