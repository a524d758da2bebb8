#include "base/http.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/address_guard.h"
#include "base/http_text.h"

namespace maitred {
namespace {

constexpr int kTickMs = 500;           // between two ticks while waiting
constexpr size_t kIdleHandlesMax = 8;  // of each kind, kept with their connections

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool is_safe_header(std::string_view name, std::string_view value) {
  constexpr std::string_view kLineEnds("\r\n\0", 3);
  return !name.empty() && name.find_first_of(": \t") == name.npos &&
         name.find_first_of(kLineEnds) == name.npos && value.find_first_of(kLineEnds) == value.npos;
}

// The same server, or the same one by TLS: our credentials and our trust go along.
bool is_same_server(const Url& from, const Url& to) {
  if (from.host != to.host) return false;
  if (from.scheme == to.scheme) return from.port == to.port;
  return from.scheme == "http" && from.port == 80 && to.scheme == "https" && to.port == 443;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where a Location points to, seen from `base`. Empty: nowhere we can go.
std::string resolve(const std::string& base, std::string_view location) {
  std::string target;
  CURLU* url = curl_url();
  char* whole = nullptr;
  if (url != nullptr && curl_url_set(url, CURLUPART_URL, base.c_str(), 0) == CURLUE_OK &&
      curl_url_set(url, CURLUPART_URL, std::string(location).c_str(), 0) == CURLUE_OK &&
      curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK) {
    target = whole;
  }
  curl_free(whole);
  curl_url_cleanup(url);
  return target;
}

// What one transfer has gathered, and why we ended it if we did.
struct Transfer {
  const HttpLimits* limits = nullptr;
  HttpAnswer answer;
  size_t header_bytes = 0;
  bool too_large = false;
  bool refused_address = false;
};

size_t on_body(char* bytes, size_t, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.answer.body.size() + count > transfer.limits->body_max) {
    transfer.too_large = true;
    return 0;
  }
  transfer.answer.body.append(bytes, count);
  return count;
}

size_t on_header(char* bytes, size_t, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.header_bytes += count;
  if (transfer.header_bytes > transfer.limits->headers_max) {
    transfer.too_large = true;
    return 0;
  }
  const std::string_view line(bytes, count);
  if (line.starts_with("HTTP/")) {  // after a 1xx, the headers begin anew
    transfer.answer.headers.clear();
    return count;
  }
  const size_t colon = line.find(':');
  if (colon != line.npos) {
    transfer.answer.headers.emplace_back(lower(trimmed(line.substr(0, colon))),
                                         trimmed(line.substr(colon + 1)));
  }
  return count;
}

// Called with every address before it is connected to, after name resolution.
curl_socket_t open_guarded(void* context, curlsocktype, curl_sockaddr* address) {
  if (!is_public_address(address->addr)) {
    static_cast<Transfer*>(context)->refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// curl's own words have no times or addresses in them, so that a repeated failure reads the same.
Error error_of(CURLcode code, const Transfer& transfer) {
  if (transfer.too_large) return {Fault::malformed, "the answer is too large", {}};
  if (transfer.refused_address) return {Fault::denied, "the address is not a public one", {}};
  Fault fault = Fault::transient;
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_LOGIN_DENIED:
      fault = Fault::malformed;
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
      fault = Fault::denied;
      break;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
      fault = Fault::broken;
      break;
    default:
      break;
  }
  return {fault, lower(curl_easy_strerror(code)), {}};
}

}  // namespace

// One easy handle in a multi of its own: the multi keeps the connections and can be woken.
class Http::Handle {
 public:
  Handle() : multi_(curl_multi_init()), easy_(curl_easy_init()) {}
  ~Handle() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  bool is_whole() const { return multi_ != nullptr && easy_ != nullptr; }

  Result<HttpAnswer> perform(const HttpRequest& request, const std::string& user_agent,
                             bool trusted, Duration left, std::stop_token stop) {
    Transfer transfer;
    transfer.limits = &request.limits;
    curl_easy_reset(easy_);
    set_limits(request, left);
    set_request(request, user_agent);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, &transfer);
    if (!trusted) {
      curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, open_guarded);
      curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, &transfer);
    }
    curl_slist* headers = nullptr;
    for (const auto& [name, value] : request.headers) {
      const std::string line = fmt::format("{}: {}", name, value);
      headers = curl_slist_append(headers, line.c_str());
    }
    headers = curl_slist_append(headers, "Expect:");  // no 100-continue: one round trip less
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers);
    const auto code = run(request, stop);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (!code) return fail(Fault::transient, "stopped");
    if (*code != CURLE_OK) return tl::unexpected(error_of(*code, transfer));
    transfer.answer.status = static_cast<int>(status);
    transfer.answer.url = request.url;
    return std::move(transfer.answer);
  }

 private:
  void set_limits(const HttpRequest& request, Duration left) {
    const Duration connect = std::min(request.limits.connect, left);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);  // a name being resolved holds nobody up
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, request.plain ? "http,https" : "https");
    curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, request.plain ? "http,https" : "https");
    curl_easy_setopt(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy_, CURLOPT_HTTP09_ALLOWED, 0L);
  }

  void set_request(const HttpRequest& request, const std::string& user_agent) {
    curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
    if (!request.unix_socket.empty()) {
      curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
    }
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, user_agent.c_str());
    curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "");
    if (request.method == "HEAD") {
      curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
      curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  // Nothing: stopped.
  std::optional<CURLcode> run(const HttpRequest& request, std::stop_token stop) {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_); });
    curl_multi_add_handle(multi_, easy_);
    std::optional<CURLcode> code;
    int running = 1;
    while (running > 0 && !stop.stop_requested()) {
      if (request.tick) request.tick();
      if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
      if (running > 0) curl_multi_poll(multi_, nullptr, 0, kTickMs, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) code = message->data.result;
    }
    if (!code && !stop.stop_requested()) code = CURLE_FAILED_INIT;
    curl_multi_remove_handle(multi_, easy_);
    return code;
  }

  CURLM* multi_;
  CURL* easy_;
};

// Idle handles. A connection that is used again is not asked for its address anew, so trusted and
// untrusted handles never change places.
struct Http::Pool {
  std::string user_agent;
  std::mutex mutex;
  std::vector<std::unique_ptr<Handle>> idle[2];

  std::unique_ptr<Handle> take(bool trusted) {
    const std::scoped_lock lock(mutex);
    auto& handles = idle[trusted ? 1 : 0];
    if (handles.empty()) return std::make_unique<Handle>();
    auto handle = std::move(handles.back());
    handles.pop_back();
    return handle;
  }
  void give_back(bool trusted, std::unique_ptr<Handle> handle) {
    const std::scoped_lock lock(mutex);
    auto& handles = idle[trusted ? 1 : 0];
    if (handles.size() < kIdleHandlesMax) handles.push_back(std::move(handle));
  }
};

Http::Http(std::string user_agent) : pool_(std::make_unique<Pool>()) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)initialised;
  pool_->user_agent = std::move(user_agent);
}

Http::~Http() = default;

Result<HttpAnswer> Http::fetch_once(const HttpRequest& request, bool trusted, Duration left,
                                    std::stop_token stop) {
  auto handle = pool_->take(trusted);
  if (!handle->is_whole()) return fail(Fault::broken, "curl cannot start");
  auto answer = handle->perform(request, pool_->user_agent, trusted, left, stop);
  pool_->give_back(trusted, std::move(handle));
  return answer;
}

Result<HttpAnswer> Http::fetch(const HttpRequest& first, std::stop_token stop) {
  const auto home = parse_url(first.url);
  if (!home) return fail(Fault::malformed, "this is no URL we can ask");
  for (const auto& [name, value] : first.headers) {
    if (!is_safe_header(name, value))
      return fail(Fault::malformed, "a header has a line end in it");
  }
  const Time end = real_clock().now() + first.limits.total;
  HttpRequest request = first;
  bool trusted = first.trusted;
  for (int redirects = 0;; ++redirects) {
    const auto url = parse_url(request.url);
    if (!url) return fail(Fault::malformed, "a redirect leads to what is no URL we can ask");
    if (url->scheme == "http" && !first.plain) return fail(Fault::denied, "http:// is not allowed");
    const Duration left = end - real_clock().now();
    if (left.count() <= 0) return fail(Fault::transient, "timeout was reached");
    TRY_ASSIGN(HttpAnswer answer, fetch_once(request, trusted, left, stop));
    const std::string_view location = answer.header("location");
    if (!is_redirect(answer.status) || location.empty()) return answer;
    if (redirects >= first.limits.redirects_max) {
      return fail(Fault::malformed, "it redirects too often");
    }
    const bool keeps_body = answer.status == 307 || answer.status == 308;
    if (!keeps_body && request.method != "GET" && request.method != "HEAD") request.method = "GET";
    if (!keeps_body) request.body.clear();
    request.url = resolve(request.url, location);
    const auto target = parse_url(request.url);
    if (!target) return fail(Fault::malformed, "a redirect leads to what is no URL we can ask");
    if (is_same_server(*home, *target)) {
      request.headers = first.headers;
      trusted = first.trusted;
      continue;
    }
    if (!request.body.empty())
      return fail(Fault::denied, "a redirect would send our body elsewhere");
    std::erase_if(request.headers, [](const auto& header) {
      const std::string name = lower(header.first);
      return name != "accept" && name != "accept-language";
    });
    trusted = false;
  }
}

std::string_view HttpAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [header_name, value] : headers) {
    if (header_name == lower_case_name) return value;
  }
  return {};
}

Result<void> check_status(const HttpAnswer& answer) {
  return check_status(answer.status,
                      parse_retry_after(answer.header("retry-after"), real_clock().now()));
}

}  // namespace maitred
