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

class Calendar {
 public:
  Calendar(Time posted_at, const Zone& zone, bool past)
      : posted_at_(posted_at), zone_(zone), now_(zone.to_civil(posted_at)), past_(past) {}

  std::optional<Bounds> resolve(const Moment& moment) const {
    const Zone& zone = zone_;
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
        if (moment.day->weekday && !past_ && at(date, minute) <= posted_at_)
          date = sys_days(date) + days(7);
        return exact(at(date, minute));
      }
      const bool either = moment.clock->either_half && !moment.part;
      return exact(nearest(minute, either));
    }
    if (moment.part) {
      year_month_day date = moment.day ? moment.day->first : now_.date;
      if (moment.day && moment.day->weekday && !past_ && at(date, moment.part->to) <= posted_at_)
        date = sys_days(date) + days(7);
      if (!moment.day && !past_ && at(date, moment.part->to) <= posted_at_)
        date = sys_days(date) + days(1);
      return Bounds{at(date, moment.part->from), at(date, moment.part->to), "part"};
    }
    if (moment.day)
      return Bounds{at(moment.day->first, 0), at(moment.day->end, 0), moment.day->grain};
    return std::nullopt;
  }

 private:
  // The minute of the day that is meant, where the clock left its half open.
  int choose_half(const Moment& moment) const {
    const ClockTime& clock = *moment.clock;
    if (!clock.either_half) return clock.minute;
    if (moment.part) return fit(clock.minute, *moment.part);
    const int first = clock.minute % kHalfDay;
    if (moment.day) {
      if (moment.day->first == now_.date && !past_) {
        const int now = static_cast<int>(now_.of_day.count());
        return first > now ? first : first + kHalfDay;
      }
      return first >= kEarliestOtherDay && first < kLatestOtherDay ? first : first + kHalfDay;
    }
    return first;
  }

  // The next moment (the last one, of the past) when a clock shows the minute.
  Time nearest(int minute, bool either_half) const {
    const int step = either_half ? kHalfDay : kDay;
    const Zone& zone = zone_;
    const int direction = past_ ? -1 : 1;
    const int start = past_ ? minute + kDay : minute - kDay;
    for (int i = 0;; ++i) {
      const int at = start + direction * i * step;
      const int day = at >= 0 ? at / kDay : -((-at + kDay - 1) / kDay);
      const Time time = zone.to_time({sys_days(now_.date) + days(day), minutes(at - day * kDay)});
      const bool good = past_ ? time <= posted_at_ : time > posted_at_;
      if (good || i > 8) return time;
    }
  }

  Time posted_at_;
  const Zone& zone_;
  Civil now_;
  bool past_;
};

}  // namespace

std::optional<Bounds> resolve(const Moment& moment, Time posted_at, const Zone& zone, bool past) {
  return Calendar(posted_at, zone, past).resolve(moment);
}

void share_halves(Moment& a, Moment& b) {
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

}  // namespace maitred
