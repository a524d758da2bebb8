// The web server: what comes in, what goes out, and what happens when there is too much of it.
#include "base/web_server.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "base/http.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

WebResponse echo(const WebRequest& request) {
  std::string text = request.method + " " + request.path +
                     " q=" + (request.query.contains("q") ? request.query.at("q") : "") +
                     " x=" + request.header("x-one") + " " + request.body;
  return {200, "text/plain", std::move(text), {{"X-Two", "2"}}};
}

HttpRequest ask(const WebServer& server, const std::string& path, std::string method = "GET",
                std::string body = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = fmt::format("http://127.0.0.1:{}{}", server.port(), path);
  request.body = std::move(body);
  request.trusted = true;
  request.plain = true;
  request.headers = {{"X-One", "1"}};
  return request;
}

}  // namespace

TEST_CASE("method, path, query, headers and body arrive; status, headers and body go back") {
  WebServer server({}, echo);
  REQUIRE(server.start());
  Http http("test");
  const auto answer = http.fetch(ask(server, "/a%20b?q=%26&z", "POST", "hello"), {});
  REQUIRE(answer);
  CHECK(answer->body == "POST /a b q=& x=1 hello");
  CHECK(answer->header("x-two") == "2");
  CHECK(http.fetch(ask(server, "/", "HEAD"), {})->status == 200);
  CHECK(http.fetch(ask(server, "/again"), {})->status == 200);
}

TEST_CASE("a body over the limit is refused and the next request still answered") {
  WebSettings settings;
  settings.body_max = 100;
  WebServer server(settings, echo);
  REQUIRE(server.start());
  Http http("test");
  CHECK(http.fetch(ask(server, "/", "POST", std::string(100, 'x')), {})->status == 200);
  CHECK(http.fetch(ask(server, "/", "POST", std::string(101, 'x')), {})->status == 413);
  CHECK(http.fetch(ask(server, "/", "POST", std::string(3'000'000, 'x')), {})->status == 413);
  CHECK(http.fetch(ask(server, "/"), {})->status == 200);
}

TEST_CASE("handlers that wait freeze nobody, and stop ends them") {
  std::atomic<int> waiting = 0;
  WebSettings settings;
  settings.workers = 2;
  settings.waiting_max = 1;
  WebServer server(settings, [&](const WebRequest& request) {
    ++waiting;
    real_clock().sleep_until(real_clock().now() + 60s, request.stop);
    return WebResponse{200, "text/plain", "late", {}};
  });
  REQUIRE(server.start());
  Http http("test");
  std::vector<std::jthread> clients;
  std::atomic<int> answered = 0;
  const auto client = [&] {
    if (http.fetch(ask(server, "/"), {})) ++answered;
  };
  for (int i = 1; i <= 2; ++i) {
    clients.emplace_back(client);
    while (waiting < i) real_clock().sleep_until(real_clock().now() + 1ms, {});
  }
  // Both workers are busy: one request waits in line, the others are turned away at once.
  std::atomic<int> refused = 0;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      const auto answer = http.fetch(ask(server, "/"), {});
      if (answer && answer->status == 503) ++refused;
    });
  }
  while (refused < 1) real_clock().sleep_until(real_clock().now() + 1ms, {});
  server.stop();
  clients.clear();
  CHECK(answered == 2);
  CHECK(refused == 2);
}

TEST_CASE("a handler that throws is our mistake and not the client's end") {
  WebServer server({}, [](const WebRequest&) -> WebResponse { throw std::runtime_error("no"); });
  REQUIRE(server.start());
  Http http("test");
  CHECK(http.fetch(ask(server, "/"), {})->status == 500);
}

TEST_CASE("a UNIX socket is for owner and group, survives a crash, and is not taken twice") {
  test::Scratch scratch;
  WebSettings settings;
  settings.unix_path = scratch.path() / "maitred.sock";
  WebServer first(settings, echo);
  REQUIRE(first.start());
  struct stat info {};
  REQUIRE(::stat(settings.unix_path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0660);
  Http http("test");
  HttpRequest request = ask(first, "/healthz");
  request.url = "http://localhost/healthz";
  request.unix_socket = settings.unix_path;
  CHECK(http.fetch(request, {})->body == "GET /healthz q= x=1 ");

  WebServer second(settings, echo);
  const auto taken = second.start();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().fault == Fault::conflict);

  // A hard link keeps the socket file after its server has gone: as after a crash.
  const auto kept = scratch.path() / "kept.sock";
  std::filesystem::create_hard_link(settings.unix_path, kept);
  first.stop();
  std::filesystem::rename(kept, settings.unix_path);
  const auto started = second.start();
  REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  CHECK(http.fetch(request, {})->status == 200);
}

TEST_CASE("an address in use, or none, is said in a sentence") {
  WebServer first({}, echo);
  REQUIRE(first.start());
  WebSettings same;
  same.port = first.port();
  const auto taken = WebServer(same, echo).start();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().fault == Fault::conflict);
  WebSettings named;
  named.host = "not-an-address";
  CHECK(WebServer(named, echo).start().error().fault == Fault::malformed);
}
