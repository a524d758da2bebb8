#include "tests/servers/servers.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/clock.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

// What curl prints: the answer's body, then its status on a line of its own.
std::string curl(const std::string& arguments) {
  std::string answer;
  FILE* pipe = popen(("curl -s -w '\\n%{http_code}' " + arguments).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> bytes;
  while (size_t count = fread(bytes.data(), 1, bytes.size(), pipe)) {
    answer.append(bytes.data(), count);
  }
  pclose(pipe);
  return answer;
}

std::string as(const std::string& token) {
  return "-H 'Authorization: Bearer " + token + "' ";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Asks until the answer holds `part` or the time is over; the last answer.
std::string curl_until(const std::string& arguments, const std::string& part, Duration max) {
  std::string answer;
  for (Time last = real_clock().now() + max; real_clock().now() < last;) {
    answer = curl(arguments);
    if (has(answer, part)) break;
    real_clock().sleep_until(real_clock().now() + 200ms, {});
  }
  return answer;
}

}  // namespace

TEST_CASE("what is published to ntfy is read by the phone, which may not write") {
  auto server = NtfyServer::start();
  REQUIRE_MESSAGE(server, server.error().text);
  std::string topic = server->url() + "/store-1";
  CHECK(has(curl(as(server->publish_token()) + "-d 'Table 4: coffee' " + topic), "\n200"));
  CHECK(has(curl(as(server->phone_token()) + topic + "'/json?poll=1&since=all'"), "coffee"));
  CHECK(has(curl(as(server->phone_token()) + "-d no " + topic), "\n403"));
  CHECK(has(curl("-d no " + topic), "\n403"));
}

TEST_CASE("ntfy comes back from an outage with its messages and tokens") {
  auto server = NtfyServer::start();
  REQUIRE_MESSAGE(server, server.error().text);
  std::string topic = server->url() + "/store-1";
  CHECK(has(curl(as(server->publish_token()) + "-d 'before' " + topic), "\n200"));
  server->stop();
  CHECK(has(curl(topic), "\n000"));
  auto again = server->restart();
  REQUIRE_MESSAGE(again, again.error().text);
  CHECK(has(curl(as(server->phone_token()) + topic + "'/json?poll=1&since=all'"), "before"));
}

TEST_CASE("a post that names the brand is among the brand's mentions, also after an outage") {
  auto server = MastodonServer::start();
  if (!server && server.error().fault == Fault::denied) skip_test(server.error().text);
  REQUIRE_MESSAGE(server, server.error().text);
  std::string api = server->url() + "/api/v1/";
  std::string post = "-d 'status=@brand@" + server->host() + " a porterhouse, please' ";
  CHECK(has(curl(as(server->token("alice")) + post + api + "statuses"), "\n200"));
  std::string mentions = as(server->token("brand")) + "'" + api + "notifications?types[]=mention'";
  CHECK(has(curl_until("-g " + mentions, "porterhouse", 60s), "porterhouse"));
  server->stop();
  CHECK(has(curl("-g " + mentions), "\n000"));
  auto again = server->restart();
  REQUIRE_MESSAGE(again, again.error().text);
  CHECK(has(curl("-g " + mentions), "porterhouse"));
}

TEST_CASE("two servers of a kind stand side by side") {
  auto one = NtfyServer::start();
  auto two = NtfyServer::start();
  REQUIRE_MESSAGE(one, one.error().text);
  REQUIRE_MESSAGE(two, two.error().text);
  CHECK(one->url() != two->url());
}
