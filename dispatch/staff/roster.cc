#include "dispatch/staff/roster.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/zone.h"

namespace maitred {
namespace {

using std::chrono::minutes;

constexpr minutes kDay{24 * 60};
constexpr std::array kDays{"su", "mo", "tu", "we", "th", "fr", "sa"};  // as std::chrono::weekday

std::optional<minutes> clock_of(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  int hour = 0;
  int minute = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), text.data() + colon, hour).ec != std::errc() ||
      std::from_chars(text.data() + colon + 1, end, minute).ec != std::errc()) {
    return {};
  }
  return minutes(hour * 60 + minute);
}

std::optional<unsigned> day_of(std::string_view text) {
  if (text.size() < 2) return {};
  const std::string two{static_cast<char>(text[0] | 0x20), static_cast<char>(text[1] | 0x20)};
  for (unsigned i = 0; i < kDays.size(); ++i) {
    if (two == kDays[i]) return i;
  }
  return {};
}

// "Mo-Fr", "Sa,Su", "Fr-Mo"; empty = every day.
bool names_day(std::string_view days, unsigned day) {
  if (days.empty()) return true;
  while (!days.empty()) {
    const size_t comma = days.find_first_of(",; ");
    const std::string_view part = days.substr(0, comma);
    days = comma == std::string_view::npos ? std::string_view() : days.substr(comma + 1);
    const size_t dash = part.find('-');
    const auto first = day_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_of(part.substr(dash + 1));
    if (first && last && (day + 7 - *first) % 7 <= (*last + 7 - *first) % 7) return true;
  }
  return false;
}

Zone zone_or_utc(const std::string& name) {
  const auto zone = Zone::find(name);
  return zone ? *zone : Zone::utc();
}

// Inside [from, to) of a day that counts; past midnight the day before counts.
bool is_inside(const Civil& civil, minutes from, minutes to, std::string_view days) {
  const unsigned today = std::chrono::weekday(std::chrono::sys_days(civil.date)).c_encoding();
  const unsigned yesterday = (today + 6) % 7;
  if (to <= from) to += kDay;
  if (names_day(days, today) && civil.of_day >= from && civil.of_day < to) return true;
  return names_day(days, yesterday) && civil.of_day + kDay >= from && civil.of_day + kDay < to;
}

bool is_quiet(const Person& person, const std::string& store_zone, Time now) {
  const size_t dash = person.quiet.find('-');
  if (dash == std::string::npos) return false;
  const std::string_view quiet = person.quiet;
  const auto from = clock_of(quiet.substr(0, dash));
  const auto to = clock_of(quiet.substr(dash + 1));
  return from && to && is_inside(zone_or_utc(store_zone).to_civil(now), *from, *to, "");
}

}  // namespace

const Person* Roster::find(std::string_view id) const {
  for (const Person& person : people) {
    if (person.id == id) return &person;
  }
  return nullptr;
}

bool Roster::is_on_duty(const Person& person, const std::string& store_zone, Time now) const {
  if (is_quiet(person, store_zone, now)) return false;
  bool ruled = false;
  for (const Shift& shift : shifts) {
    if (shift.staff != person.id) continue;
    ruled = true;
    if (is_in_shift(shift, now)) return true;
  }
  return !ruled;
}

bool is_in_shift(const Shift& shift, Time now) {
  const auto from = clock_of(shift.from);
  const auto to = clock_of(shift.to);
  const Civil civil = zone_or_utc(shift.zone).to_civil(now);
  return is_inside(civil, from.value_or(minutes(0)), to.value_or(kDay), shift.days);
}

}  // namespace maitred
