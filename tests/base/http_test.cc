#include "base/http.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

using namespace maitred;

namespace {

// A TCP server on loopback that answers each path with bytes as they stand, however wrong. It
// remembers what it was asked.
class HostileServer {
 public:
  HostileServer() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener_, 16) == 0);
    REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HostileServer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  // After the bytes: close (default), reset, keep silent, or repeat the last piece for ever.
  enum class Then { closes, resets, hangs, repeats };
  void answer(const std::string& path, std::string bytes, Then then = Then::closes,
              std::string piece = {}) {
    answers_[path] = {std::move(bytes), then, std::move(piece)};
  }
  std::vector<std::string> asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  struct Reply {
    std::string bytes;
    Then then = Then::closes;
    std::string piece;
  };

  void serve() {
    while (!stopping_) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      talk(peer);
      close(peer);
    }
  }

  void talk(int peer) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = recv(peer, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      request.append(buffer, static_cast<size_t>(got));
    }
    {
      const std::scoped_lock lock(mutex_);
      asked_.push_back(request);
    }
    const size_t begin = request.find(' ') + 1;
    const Reply& reply = answers_[request.substr(begin, request.find(' ', begin) - begin)];
    bool open = send_all(peer, reply.bytes);
    while (open && reply.then == Then::repeats && !stopping_) open = send_all(peer, reply.piece);
    if (reply.then == Then::resets) {
      const linger now{1, 0};
      setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    if (reply.then == Then::hangs) recv(peer, buffer, sizeof buffer, 0);  // until they give up
  }

  static bool send_all(int peer, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::map<std::string, Reply> answers_;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

using Then = HostileServer::Then;

std::string ok(const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "\r\n" + body;
}

std::string redirect(const std::string& to, int status = 302) {
  return "HTTP/1.1 " + std::to_string(status) + " Go\r\nLocation: " + to +
         "\r\nContent-Length: 0\r\n\r\n";
}

// "inflated", as gzip makes it.
const std::string kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\xcc\x4b\xcb\x49\x2c\x49\x4d\x01\x00\x03\x4f\x57"
    "\x71\x08\x00\x00\x00",
    28);

// A gzip of `count` × 258 zeros in 13 bits each: a literal, then "the last byte, 258 times" again
// and again, in deflate's fixed codes. It has no trailer: nobody is to read that far.
std::string gzip_bomb(size_t count) {
  std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  uint32_t held = 0;
  int bits = 0;
  const auto put = [&](uint32_t code, int length) {  // codes go in with their highest bit first
    for (int i = length - 1; i >= 0; --i) {
      held |= ((code >> i) & 1U) << bits;
      if (++bits < 8) continue;
      out += static_cast<char>(held);
      held = 0;
      bits = 0;
    }
  };
  put(0b110, 3);       // the last block, of fixed codes (01, its lowest bit first)
  put(0b00110000, 8);  // the byte 0
  for (size_t i = 0; i < count; ++i) put(0b1100010100000, 13);
  return out;
}

HttpRequest trusted(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.trusted = true;
  request.plain = true;
  request.limits.total = Duration(5000);
  return request;
}

struct Door {
  HostileServer server;
  Http http{"maitred/test"};
  Result<HttpAnswer> get(const std::string& path) {
    return http.fetch(trusted(server.url(path)), {});
  }
};

Fault fault_of(const Result<HttpAnswer>& answer) {
  REQUIRE_FALSE(answer.has_value());
  return answer.error().fault;
}

}  // namespace

TEST_CASE("an answer comes with its status, headers in lower case and inflated body") {
  Door door;
  door.server.answer("/a", ok("hello", "X-Colour:  red \r\n"));
  door.server.answer("/z", ok(kGzip, "Content-Encoding: gzip\r\n"));
  door.server.answer("/404", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
  const auto answer = door.get("/a");
  REQUIRE_MESSAGE(answer, answer.error().text);
  CHECK(answer->status == 200);
  CHECK(answer->body == "hello");
  CHECK(answer->header("x-colour") == "red");
  CHECK(door.server.asked().at(0).find("User-Agent: maitred/test\r\n") != std::string::npos);
  CHECK(door.get("/z")->body == "inflated");
  CHECK(door.get("/404")->status == 404);
  CHECK(check_status(*door.get("/404")).error().fault == Fault::missing);
}

TEST_CASE("method, headers and body arrive as given") {
  Door door;
  door.server.answer("/post", ok(""));
  HttpRequest request = trusted(door.server.url("/post"));
  request.method = "PUT";
  request.headers = {{"Authorization", "Bearer x"}, {"Content-Type", "text/plain"}};
  request.body = std::string("a\0b", 3);
  CHECK(door.http.fetch(request, {}).has_value());
  const std::string asked = door.server.asked().at(0);
  CHECK(asked.starts_with("PUT /post HTTP/1.1\r\n"));
  CHECK(asked.find("Authorization: Bearer x\r\n") != std::string::npos);
  CHECK(asked.find("Content-Length: 3\r\n") != std::string::npos);
  request.headers = {{"X-A", "b\r\nX-Injected: c"}};
  CHECK(fault_of(door.http.fetch(request, {})) == Fault::malformed);
}

TEST_CASE("what a server does wrong ends in a fault and never in trouble") {
  Door door;
  const std::string large(2 << 20, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\n";
  door.server.answer("/declared", ok(large));
  door.server.answer("/endless", head + "\r\n", Then::repeats, large);
  door.server.answer("/bomb", ok(gzip_bomb(200'000), "Content-Encoding: gzip\r\n"));
  door.server.answer("/headers", head, Then::repeats, "X-Another: one\r\n");
  door.server.answer("/line", head + "X: ", Then::repeats, std::string(4096, 'y'));
  door.server.answer("/short", head + "Content-Length: 100\r\n\r\nonly this");
  door.server.answer("/nothing", "");
  door.server.answer("/reset", head + "Content-Length: 100\r\n\r\nonly", Then::resets);
  door.server.answer("/noise", "SSH-2.0-OpenSSH\r\n");
  door.server.answer("/not-gzip", ok("not gzip at all", "Content-Encoding: gzip\r\n"));
  const std::pair<const char*, Fault> rows[] = {
      {"/declared", Fault::malformed}, {"/endless", Fault::malformed},
      {"/bomb", Fault::malformed},     {"/headers", Fault::malformed},
      {"/short", Fault::transient},    {"/nothing", Fault::transient},
      {"/reset", Fault::transient},    {"/noise", Fault::malformed},
      {"/not-gzip", Fault::malformed},
  };
  for (const auto& [path, fault] : rows) {
    CAPTURE(path);
    HttpRequest request = trusted(door.server.url(path));
    request.limits.body_max = 1 << 20;
    const auto answer = door.http.fetch(request, {});
    if (!answer) CAPTURE(answer.error().text);
    CHECK(fault_of(answer) == fault);
    const bool too_large = answer.error().text == "the answer is too large";
    CHECK(too_large == (std::string_view("/declared /endless /bomb /headers").find(path) !=
                        std::string_view::npos));
  }
  CHECK_FALSE(door.get("/line").has_value());
  CHECK(fault_of(door.http.fetch(trusted("http://127.0.0.1:1/"), {})) == Fault::transient);
}

TEST_CASE("a server that drips or hangs is left when the time is up") {
  Door door;
  door.server.answer("/hang", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", Then::hangs);
  HttpRequest request = trusted(door.server.url("/hang"));
  request.limits.total = Duration(300);
  int ticks = 0;
  request.tick = [&] { ++ticks; };
  CHECK(fault_of(door.http.fetch(request, {})) == Fault::transient);
  CHECK(ticks > 0);
}

TEST_CASE("who asks to stop gets its thread back though the server says nothing") {
  Door door;
  door.server.answer("/hang", "", Then::hangs);
  std::stop_source stop;
  HttpRequest request = trusted(door.server.url("/hang"));
  request.limits.total = Duration(60'000);
  request.tick = [&, ticks = 0]() mutable {
    if (++ticks == 2) stop.request_stop();
  };
  CHECK(fault_of(door.http.fetch(request, stop.get_token())) == Fault::transient);
}

TEST_CASE("redirects are followed three times, on the same server with credentials") {
  Door door;
  door.server.answer("/1", redirect("/2"));
  door.server.answer("/2", redirect(door.server.url("/3"), 301));
  door.server.answer("/3", redirect("4", 308));
  door.server.answer("/4", ok("here"));
  door.server.answer("/0", redirect("/1"));
  door.server.answer("/loop", redirect("/loop"));
  HttpRequest request = trusted(door.server.url("/1"));
  request.headers = {{"Authorization", "Bearer x"}};
  const auto answer = door.http.fetch(request, {});
  REQUIRE_MESSAGE(answer, answer.error().text);
  CHECK(answer->body == "here");
  CHECK(answer->url == door.server.url("/4"));
  for (const std::string& asked : door.server.asked()) {
    CHECK(asked.find("Authorization: Bearer x") != std::string::npos);
  }
  CHECK(fault_of(door.get("/0")) == Fault::malformed);
  CHECK(fault_of(door.get("/loop")) == Fault::malformed);
}

TEST_CASE("a redirect to another host is not trusted: the guard stands before it") {
  Door door;
  HostileServer other;
  other.answer("/secret", ok("inside"));
  int n = 0;
  for (const std::string& target :
       {std::string("http://169.254.169.254/latest/meta-data"), other.url("/secret"),
        std::string("http://localhost:1/"), std::string("http://0x7f000001:1/"),
        std::string("http://2130706433:1/"), std::string("http://[::ffff:127.0.0.1]:1/"),
        std::string("http://[::1]:1/")}) {
    CAPTURE(target);
    const std::string path = "/to" + std::to_string(n++);
    door.server.answer(path, redirect(target));
    const auto answer = door.get(path);
    CHECK(fault_of(answer) == Fault::denied);
  }
  CHECK(other.asked().empty());
  for (const char* target :
       {"file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/"}) {
    CAPTURE(target);
    door.server.answer("/scheme", redirect(target));
    CHECK(fault_of(door.get("/scheme")) == Fault::malformed);
  }
}

TEST_CASE("a URL nobody configured goes through the guard, and http only where it is allowed") {
  Door door;
  door.server.answer("/a", ok("hello"));
  HttpRequest request = trusted(door.server.url("/a"));
  CHECK(door.http.fetch(request, {}).has_value());  // a kept connection must not help the next
  request.trusted = false;
  CHECK(fault_of(door.http.fetch(request, {})) == Fault::denied);
  request.trusted = true;
  request.plain = false;
  CHECK(fault_of(door.http.fetch(request, {})) == Fault::denied);
  request.url = "https://user:pw@127.0.0.1/";
  CHECK(fault_of(door.http.fetch(request, {})) == Fault::malformed);
  CHECK(door.server.asked().size() == 1);
}

TEST_CASE("a status says what is to be done") {
  struct Row {
    int status;
    const char* retry_after;
    std::optional<Fault> fault;
    int seconds;
  };
  const Row rows[] = {
      {200, "", {}, -1},
      {204, "", {}, -1},
      {304, "", {}, -1},
      {400, "", Fault::malformed, -1},
      {401, "", Fault::denied, -1},
      {403, "", Fault::denied, -1},
      {404, "", Fault::missing, -1},
      {408, "", Fault::transient, -1},
      {410, "", Fault::missing, -1},
      {429, "17", Fault::throttled, 17},
      {429, "", Fault::throttled, -1},
      {500, "5", Fault::transient, -1},
      {503, "30", Fault::throttled, 30},
      {503, "", Fault::transient, -1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    HttpAnswer answer;
    answer.status = row.status;
    answer.headers = {{"retry-after", row.retry_after}};
    const auto checked = check_status(answer);
    CHECK(checked.has_value() == !row.fault);
    if (checked) continue;
    CHECK(checked.error().fault == row.fault);
    const auto wait = checked.error().retry_after;
    CHECK((wait ? wait->count() : -1) == row.seconds);
  }
}
