// Real servers for tests: ntfy and a server of the Mastodon API (Kafka: kafka_server.h), each
// started on loopback on an address that is free, with its state in a directory of its own under
// build/, and killed when the object goes. The programs come from tests/servers/get-*, which `./dev
// test` runs; nothing here knows how to talk to them.
//
// One object belongs to one thread, and that thread has to live as long as the server: the kernel
// kills the server with the thread that started it, so that a killed test leaves nothing behind.
//
//   auto server = NtfyServer::start();
//   REQUIRE_MESSAGE(server, server.error().text);
//   post(server->url(), server->publish_token());
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace maitred {

// What they have in common: a script of this folder that becomes the server.
class TestServer {
 public:
  TestServer(TestServer&& other) noexcept;
  TestServer& operator=(TestServer&&) = delete;
  ~TestServer();  // kills it, and removes its state

  std::string url() const { return fact("url"); }
  const std::filesystem::path& directory() const { return directory_; }

  // An outage: SIGTERM or SIGKILL, and wait until it is gone. restart() brings it back, with all
  // it knew; after a kill, with what it had written.
  void stop();
  void kill();
  Result<void> restart();

  // SIGSTOP and SIGCONT: it is there, its sockets are open, and it says nothing.
  void freeze();
  void thaw();

 protected:
  TestServer(std::filesystem::path directory, std::vector<std::string> command);
  static std::string script(std::string_view name);  // of tests/servers
  static Result<std::filesystem::path> new_directory(std::string_view name);
  void set_argument(size_t index, std::string word);  // of the script, from the next restart on
  std::string fact(std::string_view name) const;      // of ready.json; empty if it is not there

 private:
  Result<void> wait_until_ready();
  void signal(int number);
  std::string log() const;

  std::filesystem::path directory_;
  std::vector<std::string> command_;
  std::map<std::string, std::string, std::less<>> facts_;
  pid_t pid_ = -1;
};

class NtfyServer : public TestServer {
 public:
  static Result<NtfyServer> start();
  std::string publish_token() const { return fact("publish"); }  // may publish and read
  std::string phone_token() const { return fact("phone"); }      // may only read

 private:
  using TestServer::TestServer;
};

// Its address is its host name: accounts are brand@HOST and alice@HOST, and there is no port.
// denied: this user may not listen on port 80 (a test may answer with skip_test).
class MastodonServer : public TestServer {
 public:
  static Result<MastodonServer> start();
  std::string host() const;                           // "127.44.9.2"
  std::string token(std::string_view account) const;  // "brand" or "alice"

 private:
  using TestServer::TestServer;
};

// Ends this test program as skipped, which ctest takes only from tests that tests/may_skip names.
[[noreturn]] void skip_test(std::string_view reason);

}  // namespace maitred
