#include "base/http_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace maitred {
namespace {

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return {};
  return value;
}

uint16_t port_of(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// Words of a date, split at spaces, commas and dashes: all three forms become the same list.
std::array<std::string_view, 8> words_of(std::string_view text, size_t& count) {
  std::array<std::string_view, 8> words;
  count = 0;
  while (!text.empty() && count < words.size()) {
    const size_t begin = text.find_first_not_of(" ,-");
    if (begin == text.npos) break;
    text.remove_prefix(begin);
    const size_t end = std::min(text.find_first_of(" ,-"), text.size());
    words[count++] = text.substr(0, end);
    text.remove_prefix(end);
  }
  return words;
}

std::optional<unsigned> month_of(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto at = std::find(kMonths.begin(), kMonths.end(), name);
  if (at == kMonths.end()) return {};
  return static_cast<unsigned>(at - kMonths.begin()) + 1;
}

// "08:49:37" as seconds of the day.
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return {};
  const auto h = number(text.substr(0, 2)), m = number(text.substr(3, 2)),
             s = number(text.substr(6, 2));
  if (!h || !m || !s || *h < 0 || *m < 0 || *s < 0 || *h > 23 || *m > 59 || *s > 60) return {};
  return std::chrono::hours(*h) + std::chrono::minutes(*m) + std::chrono::seconds(*s);
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == text.npos) return {};
  Url url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return {};
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '\\') return {};
  }
  text.remove_prefix(colon + 3);
  const size_t slash = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, slash);
  url.path = text.substr(slash);
  if (!url.path.starts_with('/')) url.path.insert(0, 1, '/');
  if (authority.find('@') != authority.npos) return {};
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == authority.npos) return {};
    url.host = lower(authority.substr(1, close - 1));
    port = authority.substr(close + 1);
    if (!port.empty() && port[0] != ':') return {};
  } else {
    const size_t at = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, at));
    port = authority.substr(at);
  }
  if (url.host.empty()) return {};
  url.port = port_of(url.scheme);
  if (port.size() > 1) {
    const auto value = number(port.substr(1));
    if (!value || *value < 1 || *value > 65535) return {};
    url.port = static_cast<uint16_t>(*value);
  }
  return url;
}

std::string host_of(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return {};
  std::string host = url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]";
  if (url->port == port_of(url->scheme)) return host;
  return host + ":" + std::to_string(url->port);
}

std::string percent_encode(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::optional<Time> parse_http_date(std::string_view text) {
  size_t count = 0;
  const auto word = words_of(text, count);
  std::string_view day, month, year, clock;
  if (count == 6 && word[5] == "GMT") {
    // "Sun, 06 Nov 1994 08:49:37 GMT" or "Sunday, 06-Nov-94 08:49:37 GMT".
    day = word[1], month = word[2], year = word[3], clock = word[4];
  } else if (count == 5) {
    // "Sun Nov  6 08:49:37 1994".
    month = word[1], day = word[2], clock = word[3], year = word[4];
  } else {
    return {};
  }
  const auto m = month_of(month);
  const auto d = number(day);
  auto y = number(year);
  const auto seconds = time_of_day(clock);
  if (!m || !d || *d < 1 || !y || *y < 0 || !seconds) return {};
  if (year.size() == 2) *y += *y < 70 ? 2000 : 1900;
  const std::chrono::year_month_day date{std::chrono::year(*y), std::chrono::month(*m),
                                         std::chrono::day(static_cast<unsigned>(*d))};
  if (!date.ok() || *y > 9999) return {};
  return Time(std::chrono::sys_days(date)) + *seconds;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now) {
  using std::chrono::seconds;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return {};
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    const auto value = text.size() > 6 ? std::nullopt : number(text);
    return std::min(seconds(value.value_or(999999)), kRetryAfterMax);
  }
  const auto date = parse_http_date(text);
  if (!date) return {};
  return std::clamp(std::chrono::ceil<seconds>(*date - now), seconds(0), kRetryAfterMax);
}

Result<void> check_status(int status, std::optional<std::chrono::seconds> retry_after) {
  if ((status >= 200 && status < 300) || status == 304) return {};
  Error error{Fault::malformed, "the answer is status " + std::to_string(status), {}};
  if (status == 429 || (status == 503 && retry_after)) {
    error.fault = Fault::throttled;
    error.retry_after = retry_after;
  } else if (status == 401 || status == 403) {
    error.fault = Fault::denied;
  } else if (status == 404 || status == 410) {
    error.fault = Fault::missing;
  } else if (status >= 500 || status == 408 || status == 425) {
    error.fault = Fault::transient;
  }
  return tl::unexpected(std::move(error));
}

}  // namespace maitred
