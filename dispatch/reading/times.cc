#include "dispatch/reading/times.h"

#include <algorithm>

#include "dispatch/reading/clock.h"
#include "dispatch/reading/day.h"

namespace maitred {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr double kDaySeconds = 86400;
constexpr int kHalfDay = 12 * 60;
constexpr uint32_t kArrivalReach = 10;  // tokens between "land" and its time
constexpr DayPart kDinner{17 * 60, 23 * 60};
constexpr DayPart kBreakfast{5 * 60, 12 * 60};
constexpr size_t kTimesMax = 32;  // a post with more is a timetable, not a wish

bool is(const Prepared& text, size_t at, Role role) {
  return at < text.symbols.size() && text.symbols[at].is(role);
}

bool is_han_symbol(const Prepared& text, size_t at) {
  return at < text.symbols.size() && text.tokens[text.symbols[at].first].kind == Token::Kind::han;
}

class Reader {
 public:
  Reader(const Prepared& text, const TimeContext& context)
      : text_(text), context_(context), now_(context.zone.to_civil(context.posted_at)) {
    rules_.today = now_.date;
    mark_sentences(Role::past_tense, past_);
    mark_sentences(Role::evening_meal, evening_);
    mark_sentences(Role::morning_meal, morning_);
    const std::string& zone = context.zone.name();
    const bool day_first = zone.starts_with("Europe/") || zone.starts_with("Australia/") ||
                           zone.starts_with("Africa/") || zone.starts_with("Pacific/Auckland");
    rules_.order = day_first ? DateOrder::day_first : DateOrder::month_first;
  }

  // The time that begins at the symbol; `next` is the symbol behind it.
  std::optional<FoundTime> read(size_t at, size_t& next) {
    rules_.past = past_[text_.symbols[at].first] != 0;
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
  // A day lends itself to clocks later in its sentence: "Tomorrow I fly in, landing at 8:30".
  void lend(const DaySpan& day, const std::optional<DayPart>& part, size_t at) {
    if (std::string_view(day.grain) != "day" || sys_days(day.end) - sys_days(day.first) > days(1))
      return;
    lent_day_ = day;
    lent_part_ = part;
    lent_until_ = sentence_around(text_, text_.symbols[at].first).end;
  }

  void borrow(Moment& moment, size_t at) const {
    if (!moment.clock || moment.day || moment.part || !lent_day_) return;
    if (text_.symbols[at].first >= lent_until_) return;
    moment.day = lent_day_;
    if (moment.clock->either_half) moment.part = lent_part_;
  }

  // Marks the sentences that have a word of the role: those that tell of the past, of dinner.
  void mark_sentences(Role role, std::vector<uint8_t>& marks) const {
    marks.assign(text_.tokens.size(), 0);
    for (const Cue& cue : text_.cues) {
      if (cue.role != role || marks[cue.first] != 0) continue;
      const Stretch sentence = sentence_around(text_, cue.first);
      std::fill(marks.begin() + sentence.begin, marks.begin() + sentence.end, uint8_t{1});
    }
  }

  // A clock that left its half open leans on the meal its sentence is about.
  void lean(Moment& moment, size_t at) const {
    if (!moment.clock || !moment.clock->either_half || moment.part) return;
    const uint32_t token = text_.symbols[at].first;
    if (evening_[token]) {
      moment.part = kDinner;
    } else if (morning_[token]) {
      moment.part = kBreakfast;
    }
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

  // "in two hours", "45 minutes ago", "the next 2 hours".
  bool relative(size_t at, Found<TimeFinding>& found) const {
    const auto offset = parse_offset(text_, at, rules_.past);
    if (!offset) return false;
    const Amount& length = offset->value.length;
    const Time far = shift(context_.posted_at, length, offset->value.sign, context_.zone);
    found = {instant(far, grain_of(length), offset->value.edge), offset->next};
    if (offset->value.whole) {
      found.value.from = std::min(context_.posted_at, far);
      found.value.to = std::max(context_.posted_at, far);
      return true;
    }
    if (length.unit >= kDaySeconds && offset->value.sign > 0) continue_from_day(far, found);
    widen(length, found.value);
    return true;
  }

  // "In three days" is some time of that day, not this minute of it.
  void widen(const Amount& length, TimeFinding& finding) const {
    if (length.unit < kDaySeconds || finding.basis == "stated") return;
    const year_month_day date = context_.zone.to_civil(finding.from).date;
    finding.from = context_.zone.to_time({date, minutes(0)});
    finding.to = context_.zone.to_time({sys_days(date) + days(1), minutes(0)});
  }

  // "in two days at 9", 兩天後的下午三點: the length names the day and a clock follows.
  void continue_from_day(Time time, Found<TimeFinding>& found) const {
    Moment moment;
    const year_month_day date = context_.zone.to_civil(time).date;
    moment.day = DaySpan{date, year_month_day(sys_days(date) + days(1)), "day", {}, false};
    size_t next = found.next;
    while (next < text_.symbols.size() && next - found.next < 2 && joins(next)) ++next;
    const auto more = gather(next, moment, true);
    if (!moment.part && !moment.clock) return;
    const auto bounds = resolve(moment, context_.posted_at, context_.zone, rules_.past);
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
      // "Friday the 6th" and "Sunday, Feb 10" name one day twice: the date says which.
      if (!moment.day || moment.day->weekday) {
        auto day = parse_day(text_, next, rules_);
        if (day && moment.day && day->value.weekday) day.reset();
        if (day) {
          moment.day = day->value;
          moment.day_last = moment.clock.has_value();
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
        invited = invited || is(text_, next, Role::at) || is(text_, next, Role::about);
        moment.about = moment.about || is(text_, next, Role::about);
        ++next;
        continue;
      }
      return done;
    }
  }

  // A filler inside a moment; not across a line break.
  bool joins(size_t at) const {
    return (is(text_, at, Role::filler) || is(text_, at, Role::at) || is(text_, at, Role::about)) &&
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
    const bool small = clock.value.minute <= kHalfDay + 59;  // "Friday 23" is rather a date
    return invited || after_at || part_behind || (moment.part && text_.symbols[at].digits < 4) ||
           (moment.day && (small || clock.value.to_the_minute));
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

  // "Made my night" names no time; "in the evening" and "for lunch" do.
  bool by_the_way(const Moment& moment, size_t begin, bool invited) const {
    const bool part_alone = moment.part && !moment.day && !moment.clock;
    return part_alone && !invited && !is_han_symbol(text_, begin) &&
           !(begin > 0 && is(text_, begin - 1, Role::filler));
  }

  bool single(size_t at, Found<TimeFinding>& found) {
    const char* edge = "";
    bool invited = false;
    const size_t begin = prefix(at, edge, invited);
    if (begin >= text_.symbols.size()) return false;
    Moment moment;
    const size_t next = gather(begin, moment, invited);
    if (next == begin || by_the_way(moment, begin, invited)) return false;
    borrow(moment, begin);
    lean(moment, begin);
    const auto bounds = resolve(moment, context_.posted_at, context_.zone, rules_.past);
    if (!bounds) return false;
    found.next = suffix(next, edge);
    if (moment.about && *edge == 0) edge = "about";
    if (moment.day) lend(*moment.day, moment.clock ? std::nullopt : moment.part, begin);
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
    // "between 6 and 8pm tomorrow": the day behind it all is that of both ends.
    if (!a.day && a.clock && b.day && b.day_last) {
      a.day = b.day;
      if (!a.part) a.part = b.part;
    }
    borrow(a, begin);
    if (!b.clock || b.clock->either_half) lean(a, begin);
    share_halves(a, b);
    const auto first = resolve(a, context_.posted_at, context_.zone, rules_.past);
    if (!b.day && a.day) {
      b.day = a.day;
      if (!b.part && b.clock && b.clock->either_half && a.part) b.part = a.part;
    }
    auto last = resolve(b, context_.posted_at, context_.zone, rules_.past);
    if (!first || !last) return false;
    Time to = last->to;
    while (to <= first->from && b.clock) to += std::chrono::hours(12);
    if (to <= first->from) return false;
    found.value = finding_of({first->from, to, first->grain}, "");
    found.next = next;
    return true;
  }

  const Prepared& text_;
  const TimeContext& context_;
  Civil now_;
  DayRules rules_;
  std::vector<uint8_t> past_;  // by token, as the next two
  std::vector<uint8_t> evening_;
  std::vector<uint8_t> morning_;
  std::optional<DaySpan> lent_day_;
  std::optional<DayPart> lent_part_;
  uint32_t lent_until_ = 0;  // the token behind the sentence the day was said in
};

// A time beside a word of arrival is the time of that arrival.
void mark_arrivals(const Prepared& text, std::vector<FoundTime>& times) {
  for (const Cue& cue : text.cues) {
    if (cue.role != Role::arrival && cue.role != Role::lands_at) continue;
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
