#include "base/zone.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/core.h>

#include <array>

namespace maitred {
namespace {

const date::time_zone& zone_of(const void* zone) {
  return *static_cast<const date::time_zone*>(zone);
}

// Reads exactly `count` digits at `at`; advances past them.
std::optional<int> digits(std::string_view text, size_t& at, size_t count) {
  if (at + count > text.size()) return {};
  int value = 0;
  for (size_t i = 0; i < count; ++i, ++at) {
    if (text[at] < '0' || text[at] > '9') return {};
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool take(std::string_view text, size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

// Fraction digits after the point, as milliseconds; further digits are dropped.
int fraction_ms(std::string_view text, size_t& at) {
  int ms = 0;
  int scale = 100;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
    ms += (text[at] - '0') * scale;
  }
  return ms;
}

// "Z", "+08:00", "-0530": what to subtract from local time.
std::optional<std::chrono::minutes> offset(std::string_view text, size_t& at) {
  if (take(text, at, "Zz")) return std::chrono::minutes(0);
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return {};
  const int sign = text[at++] == '-' ? -1 : 1;
  const auto hours = digits(text, at, 2);
  take(text, at, ":");
  const auto minutes = digits(text, at, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day ymd(day);
  const auto ms = (time - day).count();
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(ymd.year()), unsigned(ymd.month()),
                  unsigned(ymd.day()), ms / 3600000, ms / 60000 % 60, ms / 1000 % 60);
  if (ms % 1000 != 0) text += fmt::format(".{:03}", ms % 1000);
  return text + "Z";
}

Result<Time> parse_rfc3339(std::string_view text) {
  const auto bad = [&] {
    return fail(Fault::malformed, fmt::format("not an RFC 3339 time: '{}'", text.substr(0, 64)));
  };
  size_t at = 0;
  const auto year = digits(text, at, 4);
  if (!year || !take(text, at, "-")) return bad();
  const auto month = digits(text, at, 2);
  if (!month || !take(text, at, "-")) return bad();
  const auto day = digits(text, at, 2);
  if (!day || !take(text, at, "Tt ")) return bad();
  const auto hour = digits(text, at, 2);
  if (!hour || !take(text, at, ":")) return bad();
  const auto minute = digits(text, at, 2);
  if (!minute || !take(text, at, ":")) return bad();
  const auto second = digits(text, at, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return bad();
  int ms = 0;
  if (take(text, at, ".,")) {
    const size_t begin = at;
    ms = fraction_ms(text, at);
    if (at == begin) return bad();
  }
  const auto shift = offset(text, at);
  if (!shift || at != text.size() || *year < 1900) return bad();
  const std::chrono::year_month_day ymd{std::chrono::year(*year),
                                        std::chrono::month(unsigned(*month)),
                                        std::chrono::day(unsigned(*day))};
  if (!ymd.ok()) return bad();
  return Time(std::chrono::sys_days(ymd)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) + Duration(ms) - *shift;
}

Result<Zone> Zone::find(std::string_view name) {
  try {
    return Zone(date::locate_zone(std::string(name)));
  } catch (const std::exception&) {
    return fail(Fault::malformed,
                fmt::format("no such time zone: '{}' (IANA names, like Asia/Taipei)", name));
  }
}

Zone Zone::utc() {
  static const date::time_zone* zone = date::locate_zone("Etc/UTC");
  return Zone(zone);
}

const std::string& Zone::name() const {
  return zone_of(zone_).name();
}

Civil Zone::to_civil(Time time) const {
  const auto local = zone_of(zone_).to_local(time).time_since_epoch();
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return {std::chrono::year_month_day(std::chrono::sys_days(day)),
          std::chrono::floor<std::chrono::minutes>(local - day)};
}

Time Zone::to_time(const Civil& civil) const {
  const auto since = std::chrono::sys_days(civil.date).time_since_epoch() + civil.of_day;
  const date::local_time<Duration> local{std::chrono::duration_cast<Duration>(since)};
  const auto info = zone_of(zone_).get_info(local);
  // `first` is the only offset, the one before a gap, or the earlier of an ambiguous hour.
  return Time(local.time_since_epoch()) - info.first.offset;
}

std::string clock_text(Time time, const Zone& zone, Time now) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
  const Civil civil = zone.to_civil(time);
  std::string text =
      fmt::format("{:02}:{:02}", civil.of_day.count() / 60, civil.of_day.count() % 60);
  if (civil.date == zone.to_civil(now).date) return text;
  const std::chrono::weekday day{std::chrono::sys_days(civil.date)};
  return fmt::format("{} {}", kDays[day.c_encoding()], text);
}

}  // namespace maitred
