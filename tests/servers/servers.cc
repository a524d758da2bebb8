#include "tests/servers/servers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/clock.h"
#include "base/files.h"

namespace maitred {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr Duration kReadyMax = 60s;
constexpr Duration kGoneMax = 10s;
constexpr Duration kLookEvery = 20ms;

// Binds and lets go again; the port that was bound, -1 with errno if that cannot be.
int try_to_bind(in_addr_t host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
               getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  int error = errno;
  close(fd);
  errno = error;
  return bound ? ntohs(address.sin_port) : -1;
}

// The child's side of start: from here to execv only calls that are safe after fork.
[[noreturn]] void become(const std::vector<char*>& command, const char* log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a frozen one hears no other
  if (getppid() != parent) _exit(1);
  int in = open("/dev/null", O_RDONLY);
  int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(in, 0);
  dup2(out, 1);
  dup2(out, 2);
  execv(command[0], command.data());
  _exit(127);
}

// ready.json is written by our own scripts: one "name": "value" a line.
std::map<std::string, std::string, std::less<>> read_facts(const fs::path& path) {
  std::map<std::string, std::string, std::less<>> facts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> parts;
    std::istringstream words(line);
    for (std::string part; std::getline(words, part, '"');) parts.push_back(part);
    if (parts.size() >= 4) facts[parts[1]] = parts[3];
  }
  return facts;
}

void pause() {
  real_clock().sleep_until(real_clock().now() + kLookEvery, {});
}

}  // namespace

TestServer::TestServer(fs::path directory, std::vector<std::string> command)
    : directory_(std::move(directory)), command_(std::move(command)) {}

TestServer::TestServer(TestServer&& other) noexcept
    : directory_(std::move(other.directory_)),
      command_(std::move(other.command_)),
      facts_(std::move(other.facts_)),
      pid_(std::exchange(other.pid_, -1)) {
  other.directory_.clear();
}

TestServer::~TestServer() {
  kill();
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
}

std::string TestServer::script(std::string_view name) {
  return fs::path(MAITRED_SOURCE_DIR) / "tests" / "servers" / name;
}

// A directory nobody has had before: the state of one server.
Result<fs::path> TestServer::new_directory(std::string_view name) {
  fs::path parent = fs::path(MAITRED_SOURCE_DIR) / "build" / "servers" / "state";
  std::error_code failed;
  fs::create_directories(parent, failed);
  std::string path = parent / (std::string(name) + "-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return fail(Fault::broken, "no directory " + path + ": " + std::strerror(errno));
  }
  return fs::path(path);
}

void TestServer::set_argument(size_t index, std::string word) {
  command_.at(1 + index) = std::move(word);
}

std::string TestServer::fact(std::string_view name) const {
  auto found = facts_.find(name);
  return found == facts_.end() ? std::string() : found->second;
}

std::string TestServer::log() const {
  return read_file(directory_ / "log").value_or("");
}

Result<void> TestServer::restart() {
  stop();
  std::error_code ignored;
  fs::remove(directory_ / "ready.json", ignored);
  std::vector<char*> command;
  for (std::string& word : command_) command.push_back(word.data());
  command.push_back(nullptr);
  std::string log_path = directory_ / "log";
  pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(command, log_path.c_str(), parent);
  if (pid_ < 0) return fail(Fault::broken, std::string("fork: ") + std::strerror(errno));
  return wait_until_ready();
}

Result<void> TestServer::wait_until_ready() {
  for (Time last = real_clock().now() + kReadyMax; real_clock().now() < last; pause()) {
    if (fs::exists(directory_ / "ready.json")) {
      facts_ = read_facts(directory_ / "ready.json");
      return {};
    }
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return fail(Fault::broken, command_[0] + " ended: " + log());
    }
  }
  stop();
  return fail(Fault::transient, command_[0] + " was not ready in time: " + log());
}

void TestServer::stop() {
  if (pid_ < 0) return;
  thaw();
  signal(SIGTERM);
  for (Time last = real_clock().now() + kGoneMax; waitpid(pid_, nullptr, WNOHANG) == 0; pause()) {
    if (real_clock().now() >= last) signal(SIGKILL);
  }
  pid_ = -1;
}

void TestServer::kill() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void TestServer::freeze() {
  signal(SIGSTOP);
}

void TestServer::thaw() {
  signal(SIGCONT);
}

void TestServer::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

Result<NtfyServer> NtfyServer::start() {
  int port = try_to_bind(INADDR_LOOPBACK, 0);
  if (port < 0) return fail(Fault::broken, "no free port on 127.0.0.1");
  TRY_ASSIGN(fs::path directory, new_directory("ntfy"));
  NtfyServer server(directory, {script("ntfy"), std::to_string(port), directory});
  TRY(server.restart());
  return server;
}

Result<MastodonServer> MastodonServer::start() {
  // 127.A.B.2 with A and B from our pid: tests that run at once do not meet.
  auto pid = static_cast<in_addr_t>(getpid());
  in_addr_t host = (127u << 24) | ((1 + pid / 256 % 254) << 16) | (pid % 256 << 8) | 2;
  while (try_to_bind(host, 80) < 0) {
    if (errno == EACCES) return fail(Fault::denied, "port 80 is for root alone on this machine");
    if (++host % 256 == 255) return fail(Fault::broken, "port 80 is taken on all of 127.x.x.*");
  }
  in_addr address{htonl(host)};
  TRY_ASSIGN(fs::path directory, new_directory("mastodon"));
  MastodonServer server(directory, {script("mastodon"), directory, inet_ntoa(address)});
  TRY(server.restart());
  return server;
}

std::string MastodonServer::host() const {
  return url().substr(std::strlen("http://"));
}

std::string MastodonServer::token(std::string_view account) const {
  return fact(account);
}

void skip_test(std::string_view reason) {
  std::printf("SKIP: %.*s\n", static_cast<int>(reason.size()), reason.data());
  std::fflush(nullptr);
  std::_Exit(77);
}

}  // namespace maitred
