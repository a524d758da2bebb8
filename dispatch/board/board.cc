#include "dispatch/board/board.h"

#include <fmt/core.h>

#include "base/metrics.h"
#include "dispatch/board/api.h"
#include "dispatch/board/button_page.h"

namespace maitred {
namespace {

WebResponse plain(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + "\n", {}};
}

// "https://floor.example:8443/x" → "floor.example:8443", as a Host header has it.
std::string host_of(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

}  // namespace

Board::Board(BoardSettings settings, BoardParts parts)
    : settings_(std::move(settings)), parts_(parts) {
  while (settings_.public_url.ends_with('/')) settings_.public_url.pop_back();
}

Board::~Board() {
  stop();
}

Result<void> Board::start() {
  if (!settings_.socket.empty() || settings_.socket_fd) {
    WebSettings web;
    web.unix_path = settings_.socket;
    web.handed_over = settings_.socket_fd;
    local_ = std::make_unique<WebServer>(
        web, [this](const WebRequest& request) { return answer_local(request); });
    TRY(local_->start());
  }
  if (settings_.listen_port >= 0 || settings_.listen_fd) {
    WebSettings web;
    web.host = settings_.listen_host;
    web.port = settings_.listen_port;
    web.handed_over = settings_.listen_fd;
    web.body_max = 4096;  // a button says everything in its link
    public_ = std::make_unique<WebServer>(
        web, [this](const WebRequest& request) { return answer_public(request); });
    TRY(public_->start());
  }
  return {};
}

void Board::stop() {
  if (public_) public_->stop();
  if (local_) local_->stop();
}

int Board::public_port() const {
  return public_ ? public_->port() : 0;
}

std::string Board::public_url() const {
  if (!settings_.public_url.empty()) return settings_.public_url;
  if (!public_) return {};
  const bool six = settings_.listen_host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", six ? "[" : "", settings_.listen_host, six ? "]" : "",
                     public_->port());
}

WebResponse Board::answer_local(const WebRequest& request) {
  if (request.path == "/healthz") {
    const std::string why = unhealthy ? unhealthy() : std::string();
    return plain(why.empty() ? 200 : 503, why.empty() ? "ok" : why);
  }
  if (request.path == "/readyz") {
    const std::vector<std::string> reasons = blocked ? blocked() : std::vector<std::string>();
    json::Writer out;
    out.begin_object().member("ready", reasons.empty()).key("blocked").begin_array();
    for (const std::string& reason : reasons) out.string(reason);
    out.end_array().end_object();
    return {reasons.empty() ? 200 : 503, "application/json", out.take() + "\n", {}};
  }
  if (request.path == "/metrics") {
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics().text(), {}};
  }
  if (request.path == "/api/v1/status" && status_json) {
    return {200, "application/json", status_json() + "\n", {}};
  }
  return Api(parts_, settings_.house_source).answer(request);
}

WebResponse Board::answer_public(const WebRequest& request) {
  constexpr std::string_view kButtons = "/b/";
  // A page of somebody else's must not reach us under its own name (DNS rebinding).
  if (!settings_.public_url.empty() && request.header("host") != host_of(settings_.public_url)) {
    return plain(421, "this is another host");
  }
  if (!request.path.starts_with(kButtons)) return plain(404, "there is nothing here");
  return ButtonPage(parts_).answer(request, request.path.substr(kButtons.size()));
}

}  // namespace maitred
