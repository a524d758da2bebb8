// The words of HTTP, pure: URLs taken apart, percent-encoding, dates, what a status means. It is
// beside http.h and not in it because connectors need these words and must not reach the network.
//
// All functions are pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace maitred {

struct Url {
  std::string scheme;  // "https", lower case
  std::string host;    // lower case, without brackets
  uint16_t port = 0;   // the scheme's own where none is written
  std::string path;    // from the first '/', with query and fragment; "/" where empty
};

// http and https alone, no user name or password. Nothing where it is anything else.
std::optional<Url> parse_url(std::string_view text);

// "social.example", or "127.0.0.2:8080" where the port is not the scheme's own; empty: not a URL.
std::string host_of(std::string_view url);

// Everything but letters, digits and -._~ as %XX (RFC 3986).
std::string percent_encode(std::string_view bytes);

// The three forms of RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT" and the two old ones.
std::optional<Time> parse_http_date(std::string_view text);

// How long a Retry-After asks to wait: seconds, or a date seen from `now`. At most one hour (a
// peer's slip must not silence a source for a day), at least zero.
inline constexpr std::chrono::seconds kRetryAfterMax{3600};
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now);

// 2xx and 304 are fine. 401 403 → denied; 404 410 → missing; 429, and 503 with Retry-After →
// throttled; 408 425 5xx → transient; what else says no → malformed: the request itself is wrong.
Result<void> check_status(int status, std::optional<std::chrono::seconds> retry_after);

}  // namespace maitred
