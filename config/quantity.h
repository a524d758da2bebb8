// Quantities as people write them in a configuration: how long, how much.
//
// Pure and thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace maitred {

struct Money {
  double sum = 0;
  std::string currency;  // ISO 4217
};

// "20s", "5m", "24h", "90d", "2w"; also "1h30m". Nothing for anything else.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
std::optional<Money> parse_money(std::string_view text);  // "60 USD", "12.50 EUR"

}  // namespace maitred
