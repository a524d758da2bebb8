// The HTTP door, on libcurl: one request, one answer, within limits. What is trusted is what an
// operator wrote into the config; every other host (a redirect, a URL out of a post) is reached
// through the address guard, with a handle of its own and without our credentials.
//
//  · sizes are counted after inflation; time is limited to connect, and in all
//  · http and https alone, http only where `plain` says so, TLS always verified, no proxy
//  · redirects are followed here, at most `redirects_max`: to another host without credentials
//  · whoever asks `stop` gets its thread back at once
//
// An answer with any status is an answer: check_status() turns it into a fault. Faults of fetch:
// transient (no connection, time-out, cut short), malformed (too large, not HTTP, a bad URL),
// denied (an address that is not public, a certificate that is not theirs).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace maitred {

struct HttpLimits {
  size_t body_max = 8 << 20;
  size_t headers_max = 64 << 10;
  Duration connect{5000};
  Duration total{30000};
  int redirects_max = 3;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  HttpLimits limits;
  bool trusted = false;             // the URL's host was written in the config
  bool plain = false;               // http:// is allowed
  std::string unix_socket = {};     // connect to this path instead of the URL's host
  std::function<void()> tick = {};  // called at least once a second while waiting
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string url;  // where it came from, after redirects
  std::string_view header(std::string_view lower_case_name) const;  // first, or empty
};

// base/http_text's reading of the status; a Retry-After that is a date is seen from now.
Result<void> check_status(const HttpAnswer& answer);

// What asks: abstract, so that a test can answer.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  virtual Result<HttpAnswer> fetch(const HttpRequest& request, std::stop_token stop) = 0;
};

// The real one. Thread-safe; connections are kept and used again.
class Http : public Fetcher {
 public:
  explicit Http(std::string user_agent);  // "maitred/0.1.0"
  ~Http() override;
  Result<HttpAnswer> fetch(const HttpRequest& request, std::stop_token stop) override;

 private:
  class Handle;
  struct Pool;
  Result<HttpAnswer> fetch_once(const HttpRequest& request, bool trusted, Duration left,
                                std::stop_token stop);
  std::unique_ptr<Pool> pool_;
};

}  // namespace maitred
