#include "connectors/pacing.h"

#include <doctest/doctest.h>

#include "base/http_text.h"
#include "base/zone.h"

using namespace maitred;

namespace {

using std::chrono::seconds;

const Time kNow = *parse_rfc3339("2026-11-22T12:00:00Z");

std::optional<seconds> wait_of(std::vector<std::pair<std::string, std::string>> headers,
                               int status = 200) {
  Answer answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.received = kNow;
  return rate_limit_wait(answer);
}

}  // namespace

TEST_CASE("a reset is read in every dialect, and only when nothing remains") {
  CHECK(wait_of({{"x-ratelimit-remaining", "0"},
                 {"x-ratelimit-reset", "2026-11-22T12:05:00.420311Z"}}) == seconds(301));
  CHECK(wait_of({{"x-rate-limit-remaining", "0"}, {"x-rate-limit-reset", "1795348830"}}) ==
        seconds(30));
  CHECK(wait_of({{"x-ratelimit-remaining", "0.0"}, {"x-ratelimit-reset", "77"}}) == seconds(77));
  CHECK(wait_of({{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1795348801"}}) == seconds(1));
  CHECK_FALSE(wait_of({{"x-ratelimit-remaining", "593.0"}, {"x-ratelimit-reset", "77"}}));
  CHECK_FALSE(wait_of({{"x-ratelimit-reset", "77"}}));
  CHECK(wait_of({{"x-ratelimit-reset", "77"}}, 429) == seconds(77));
  CHECK_FALSE(wait_of({}));
  CHECK_FALSE(wait_of({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "soon"}}));
}

TEST_CASE("nobody makes us wait longer than an hour, nor into the past") {
  CHECK(wait_of({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "2036-01-01T00:00:00Z"}}) ==
        seconds(3600));
  CHECK(wait_of({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "2020-01-01T00:00:00Z"}}) ==
        seconds(0));
  CHECK(wait_of({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1e300"}}) == seconds(3600));
  CHECK(wait_of({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "999999"}}) ==
        seconds(3600));
}

TEST_CASE("Retry-After is seconds or a date") {
  CHECK(parse_retry_after("17", kNow) == seconds(17));
  CHECK(parse_retry_after(" 0 ", kNow) == seconds(0));
  CHECK(parse_retry_after("99999999999999999999", kNow) == seconds(3600));
  CHECK(parse_retry_after("Sun, 22 Nov 2026 12:01:30 GMT", kNow) == seconds(90));
  CHECK(parse_retry_after("Sun, 22 Nov 2026 11:00:00 GMT", kNow) == seconds(0));
  for (const char* bad : {"", "soon", "-5", "1.5", "Sun, 31 Feb 2026 12:00:00 GMT", "GMT"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_retry_after(bad, kNow).has_value());
  }
}

TEST_CASE("the three forms of an HTTP date are one moment") {
  const Time then = *parse_rfc3339("1994-11-06T08:49:37Z");
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == then);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == then);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == then);
  CHECK_FALSE(parse_http_date("Sun, 06 Nov 1994 25:49:37 GMT").has_value());
}

TEST_CASE("URLs are taken apart, and what hides a host is none") {
  const auto url = parse_url("HTTPS://Social.Example:8443/a?b#c");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->host == "social.example");
  CHECK(url->port == 8443);
  CHECK(url->path == "/a?b#c");
  CHECK(parse_url("http://[::1]/")->host == "::1");
  CHECK(parse_url("https://a.example")->path == "/");
  CHECK(host_of("https://a.example:443/x") == "a.example");
  CHECK(host_of("http://[::1]:8080/x") == "[::1]:8080");
  for (const char* bad :
       {"", "a.example", "ftp://a.example", "file:///etc/passwd", "https://",
        "https://user:pw@a.example/", "https://a.example:0/", "https://a.example:99999/",
        "https://a b/", "https://a\\b/", "https://[::1/", "https://:80/"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_url(bad).has_value());
  }
  CHECK(percent_encode("a b/ü&=~") == "a%20b%2F%C3%BC%26%3D~");
}
