#include "daemon/local_api.h"

#include <fmt/core.h>

#include "base/digest.h"
#include "base/http.h"
#include "daemon/version.h"

namespace maitred {
namespace {

constexpr Duration kAnswerMax{15'000};  // an append may wait ten seconds for the log

}  // namespace

Result<LocalReply> ask_daemon(const std::string& socket, const std::string& method,
                              const std::string& path, std::string body) {
  HttpRequest request;
  request.method = method;
  request.url = "http://localhost" + path;
  request.unix_socket = socket;
  request.trusted = true;
  request.plain = true;
  request.limits.total = kAnswerMax;
  request.body = std::move(body);
  if (method == "POST") {
    request.headers = {{"Content-Type", "application/json"},
                       {"Idempotency-Key", hex(random_bytes(12))}};
  }
  Http http(fmt::format("maitred/{}", kVersion));
  auto answer = http.fetch(request, {});
  if (!answer) {
    return fail(Fault::transient,
                fmt::format("the daemon does not answer on {} ({}): start it with `maitred run`, "
                            "or name its socket with --socket",
                            socket, answer.error().text));
  }
  auto document = json::Document::parse(answer->body);
  if (!document) {
    return fail(Fault::transient, fmt::format("what answers on {} is no maitred", socket));
  }
  return LocalReply{answer->status, std::move(answer->body), std::move(*document)};
}

}  // namespace maitred
