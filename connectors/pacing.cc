#include "connectors/pacing.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/http_text.h"
#include "base/zone.h"

namespace maitred {
namespace {

using std::chrono::seconds;

constexpr double kEpochMin = 1e9;  // a reset this large is a moment, below it is seconds left

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() || !std::isfinite(value)) return {};
  return value;
}

std::optional<seconds> wait_until_reset(std::string_view reset, Time now) {
  const auto clamp = [](seconds wait) { return std::clamp(wait, seconds(0), kPaceMax); };
  if (reset.find('-') != reset.npos) {
    const auto time = parse_rfc3339(reset);
    if (!time) return {};
    return clamp(std::chrono::ceil<seconds>(*time - now));
  }
  const auto value = number(reset);
  if (!value || *value < 0) return {};
  if (*value < kEpochMin) return clamp(seconds(std::llround(std::ceil(std::min(*value, 1e6)))));
  const Time time{std::chrono::milliseconds(std::llround(std::min(*value, 1e11) * 1000))};
  return clamp(std::chrono::ceil<seconds>(time - now));
}

}  // namespace

std::optional<seconds> rate_limit_wait(const Answer& answer) {
  for (const std::string_view prefix : {"x-ratelimit-", "x-rate-limit-", "ratelimit-"}) {
    const std::string_view reset = answer.header(std::string(prefix) + "reset");
    if (reset.empty()) continue;
    const auto remaining = number(answer.header(std::string(prefix) + "remaining"));
    if (answer.status != 429 && (!remaining || *remaining >= 1)) return {};
    return wait_until_reset(reset, answer.received);
  }
  return {};
}

Result<void> check_status(const Answer& answer) {
  auto wait = parse_retry_after(answer.header("retry-after"), answer.received);
  if (!wait) wait = rate_limit_wait(answer);
  return check_status(answer.status, wait);
}

Time Pacing::after_success(Time now, std::optional<seconds> limit_wait) {
  failures_ = 0;
  return now + std::max(every_, limit_wait.value_or(seconds(0)));
}

Time Pacing::after_failure(Time now, const Error& error) {
  failures_ = std::min(failures_ + 1, 30);
  if (error.retry_after) return now + std::clamp(*error.retry_after, seconds(1), kPaceMax);
  const bool needs_a_person = error.fault == Fault::denied || error.fault == Fault::broken;
  const seconds first = needs_a_person ? kDeniedMin : kBackoffMin;
  const int doublings = std::min(failures_ - 1, 12);
  const Duration wait = std::min<Duration>(first * (1 << doublings), kPaceMax);
  std::uniform_int_distribution<int64_t> jitter(wait.count() / 2, wait.count());
  return now + Duration(jitter(random_));
}

}  // namespace maitred
