#include "config/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace maitred {

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr int64_t kSecondsMax = int64_t{100} * 366 * 86400;
  int64_t total = 0;
  size_t at = 0;
  while (at < text.size()) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), count);
    if (error != std::errc() || count < 0 || count > kSecondsMax) return {};
    at = static_cast<size_t>(end - text.data());
    if (at >= text.size()) return {};
    switch (text[at++]) {
      case 's':
        break;
      case 'm':
        count *= 60;
        break;
      case 'h':
        count *= 3600;
        break;
      case 'd':
        count *= 86400;
        break;
      case 'w':
        count *= 7 * 86400;
        break;
      default:
        return {};
    }
    total += count;
    if (total > kSecondsMax) return {};
  }
  if (text.empty()) return {};
  return std::chrono::seconds(total);
}

std::optional<Money> parse_money(std::string_view text) {
  Money money;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), money.sum);
  if (error != std::errc() || !std::isfinite(money.sum) || money.sum < 0) return {};
  std::string_view rest = text.substr(static_cast<size_t>(end - text.data()));
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (rest.size() != 3 || !std::all_of(rest.begin(), rest.end(), is_capital)) return {};
  money.currency = rest;
  return money;
}

}  // namespace maitred
