// The ntfy courier: one JSON publish a push. The task is its sequence id, so that an update
// replaces what the phone shows, and a re-send after an unknown outcome shows once.
#include <fmt/core.h>

#include "base/json.h"
#include "base/text.h"
#include "dispatch/staff/courier.h"

namespace maitred {
namespace {

constexpr size_t kMessageMax = 4095;  // bytes; one more is refused by the server
constexpr size_t kTitleMax = 250;
constexpr size_t kActionsMax = 3;
constexpr Duration kTotalMax{10'000};

class Ntfy : public Courier {
 public:
  Ntfy(CourierSettings settings, Fetcher& fetcher)
      : settings_(std::move(settings)), fetcher_(fetcher) {
    while (settings_.url.ends_with('/')) settings_.url.pop_back();
  }

  Result<void> send(const PushMessage& message, const std::string& topic,
                    std::stop_token stop) override {
    return call("POST", "/", body_of(message, topic), stop);
  }

  Result<void> clear(const std::string& task, const std::string& topic,
                     std::stop_token stop) override {
    return call("PUT", fmt::format("/{}/{}/clear", topic, task), {}, stop);
  }

  // It looks at the token before it looks at what is asked.
  Result<void> check(std::stop_token stop) override { return call("GET", "/v1/health", {}, stop); }

 private:
  static std::string body_of(const PushMessage& message, const std::string& topic) {
    json::Writer out;
    out.begin_object().member("topic", topic).member("sequence_id", message.task);
    out.member("title", truncate_utf8(message.title, kTitleMax));
    // An empty message would be stored as the word "triggered".
    const std::string_view text = message.text.empty() ? message.title : message.text;
    out.member("message", truncate_utf8(text, kMessageMax));
    out.member("priority", message.priority).member_if("click", message.link);
    out.key("tags").begin_array();
    for (const std::string& tag : message.tags) out.string(tag);
    out.end_array();
    out.key("actions").begin_array();
    size_t count = 0;
    for (const PushAction& action : message.actions) {
      if (action.url.empty() || count++ == kActionsMax) continue;
      out.begin_object().member("action", action.verb ? "http" : "view");
      out.member("label", action.label).member("url", action.url);
      if (action.verb) out.member("method", "POST").member("clear", true);
      out.end_object();
    }
    return out.end_array().end_object().take();
  }

  Result<void> call(const char* method, const std::string& path, std::string body,
                    std::stop_token stop) {
    HttpRequest request;
    request.method = method;
    request.url = settings_.url + path;
    request.body = std::move(body);
    request.trusted = true;
    request.plain = settings_.plain;
    request.limits.total = kTotalMax;
    request.limits.redirects_max = 0;
    request.headers.emplace_back("Content-Type", "application/json");
    if (!settings_.token.empty()) {
      request.headers.emplace_back("Authorization", "Bearer " + settings_.token);
    }
    TRY_ASSIGN(const HttpAnswer answer, fetcher_.fetch(request, stop));
    return check_status(answer);
  }

  CourierSettings settings_;
  Fetcher& fetcher_;
};

}  // namespace

std::unique_ptr<Courier> make_ntfy_courier(CourierSettings settings, Fetcher& fetcher) {
  return std::make_unique<Ntfy>(std::move(settings), fetcher);
}

}  // namespace maitred
