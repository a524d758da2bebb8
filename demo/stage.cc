#include "demo/stage.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/digest.h"
#include "base/files.h"
#include "config/fault.h"

namespace maitred::demo {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr Duration kReadyMax = 60s;
constexpr Duration kGoneMax = 10s;  // what SIGTERM is given (I14)
constexpr Duration kLookEvery = 20ms;
constexpr const char* kMark = ".maitred-demo";  // in a directory that is ours to remove

void pause() {
  real_clock().sleep_until(real_clock().now() + kLookEvery, {});
}

tl::unexpected<Error> failed(const char* what) {
  return fail(Fault::broken, std::string(what) + ": " + std::strerror(errno));
}

struct Pipe {
  int ends[2] = {-1, -1};
  bool open() { return pipe2(ends, O_CLOEXEC) == 0; }
  void close_end(int which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
  int release(int which) { return std::exchange(ends[which], -1); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
};

// Starts `words` with these as its standard input, output and error. It gets a process group of its
// own, so that Ctrl-C reaches the demo alone, which then stops it in order.
pid_t start_program(const std::vector<std::string>& words, int in, int out, int err) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  // From here to execvp only calls that are safe after fork.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

// Whether the child is gone; its exit status then, or 128 + the signal.
std::optional<int> ended(pid_t pid, int flags) {
  int status = 0;
  pid_t got;
  do {
    got = waitpid(pid, &status, flags);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return {};
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Stage::Stage(StageSettings settings) : settings_(std::move(settings)) {
  settings_.program = fs::absolute(settings_.program);
  settings_.state = fs::absolute(settings_.state).lexically_normal();
}

Stage::~Stage() {
  stop();
}

Result<void> Stage::prepare() {
  std::error_code failed_with;
  const fs::path& state = settings_.state;
  if (fs::exists(state) && !fs::exists(state / kMark)) {
    return fail(Fault::conflict, state.string() + " is there and was not made by a demo");
  }
  fs::remove_all(state, failed_with);
  fs::create_directories(state, failed_with);
  TRY(replace_file(state / kMark, ""));
  for (const auto& entry : fs::directory_iterator(settings_.example, failed_with)) {
    if (entry.is_regular_file()) fs::copy_file(entry.path(), state / entry.path().filename());
  }
  if (failed_with) return fail(Fault::broken, state.string() + ": " + failed_with.message());
  if (!settings_.kafka.empty()) TRY(move_to_kafka());

  auto loaded = Configuration::load(config_file());
  if (!loaded.faults.empty()) return fail(Fault::malformed, to_text(loaded.faults));
  configuration_ = std::move(loaded.configuration);
  for (const SourceConfig& source : configuration_.sources) {
    fs::create_directories(source.settings.directory, failed_with);
  }
  fs::create_directories(configuration_.state, failed_with);

  // For the commands, and for shell lines as people type them.
  setenv("MAITRED_CONFIG", config_file().c_str(), 1);
  const char* path = getenv("PATH");
  setenv("PATH", (settings_.program.parent_path().string() + ":" + (path ? path : "")).c_str(), 1);

  using Words = std::vector<std::string>;
  for (const Words& words :
       {Words{"topics", "create"},
        Words{"staff", "import", state / "staff.csv", "--shifts", state / "shifts.csv"},
        Words{"crm", "import", state / "customers.csv"}}) {
    TRY_ASSIGN(const Said said, command(words));
    if (said.status != 0) {
      return fail(Fault::broken,
                  fmt::format("maitred {} ended with {}: {}", words[0], said.status, said.out));
    }
  }
  return {};
}

// The example does not say where its log is, so that it is beside the daemon; this copy says it.
// One broker may be all there are.
Result<void> Stage::move_to_kafka() {
  TRY_ASSIGN(const std::string example, read_file(config_file()));
  return replace_file(config_file(), fmt::format(R"({}
[bus]
kind = "kafka"
prefix = "evening-{}"

[bus.kafka]
brokers = ["{}"]
replication = 1
)",
                                                 example, hex(random_bytes(4)), settings_.kafka));
}

Result<void> Stage::start() {
  Pipe out;
  if (!out.open()) return failed("no pipe");
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int err = open(log_file().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  pid_ = start_program({settings_.program, "run", "--config", config_file()}, in, out.ends[1], err);
  close(in);
  close(err);
  if (pid_ < 0) return failed("fork");
  output_ = out.release(0);
  fcntl(output_, F_SETFL, O_NONBLOCK);
  return wait_until_ready();
}

Result<void> Stage::wait_until_ready() {
  Http http("maitred-demo");
  HttpRequest request;
  request.url = "http://localhost/readyz";
  request.unix_socket = configuration_.web.socket;
  request.trusted = request.plain = true;
  const Time last = real_clock().now() + kReadyMax;
  while (real_clock().now() < last) {
    if (!is_running()) return fail(Fault::broken, "the daemon ended; it said:\n" + log_end());
    const auto answer = http.fetch(request, {});
    if (answer && answer->status == 200) return {};
    pause();
  }
  return fail(Fault::broken, "the daemon did not become ready in 60 s; it said:\n" + log_end());
}

bool Stage::is_running() {
  if (pid_ > 0 && ended(pid_, WNOHANG)) pid_ = -1;
  return pid_ > 0;
}

void Stage::stop() {
  if (is_running()) {
    kill(pid_, SIGTERM);
    const Time last = real_clock().now() + kGoneMax;
    while (is_running() && real_clock().now() < last) pause();
    if (is_running()) {
      kill(pid_, SIGKILL);
      ended(std::exchange(pid_, -1), 0);
    }
  }
  if (output_ >= 0) close(std::exchange(output_, -1));
}

Result<void> Stage::drop(const Mention& mention) {
  for (const SourceConfig& source : configuration_.sources) {
    if (source.settings.network != "folder") continue;
    const fs::path file =
        fs::path(source.settings.directory) / fmt::format("{:04}.ndjson", ++dropped_);
    return replace_file(file, to_json(mention) + "\n");
  }
  return fail(Fault::missing, "the example configuration has no source of network folder");
}

std::vector<std::string> Stage::new_lines() {
  char piece[4096];
  for (;;) {
    const ssize_t got = output_ < 0 ? 0 : read(output_, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    half_line_.append(piece, static_cast<size_t>(got));
  }
  std::vector<std::string> lines;
  for (size_t end; (end = half_line_.find('\n')) != std::string::npos;) {
    lines.push_back(half_line_.substr(0, end));
    half_line_.erase(0, end + 1);
  }
  return lines;
}

Result<Said> Stage::command(const std::vector<std::string>& words, std::string_view input) {
  std::vector<std::string> all{settings_.program};
  all.insert(all.end(), words.begin(), words.end());
  return run(all, input);
}

Result<Said> Stage::shell(const std::string& line) {
  return run({"/bin/sh", "-c", line}, {});
}

// Input fits into a pipe, so it is written at once and never waits for the child.
Result<Said> Stage::run(const std::vector<std::string>& words, std::string_view input) {
  Pipe in, out;
  if (!in.open() || !out.open()) return failed("no pipe");
  fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  if (::write(in.ends[1], input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    return failed("the text is too long for a pipe");
  }
  const pid_t pid = start_program(words, in.ends[0], out.ends[1], out.ends[1]);
  if (pid < 0) return failed("fork");
  in.close_end(0);
  in.close_end(1);
  out.close_end(1);
  Said said;
  char piece[4096];
  for (;;) {
    const ssize_t got = read(out.ends[0], piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    said.out.append(piece, static_cast<size_t>(got));
  }
  said.status = ended(pid, 0).value_or(0);
  return said;
}

std::string Stage::log_end() const {
  constexpr size_t kShown = 2000;
  const auto text = read_file(log_file());
  if (!text) return text.error().text;
  return text->size() <= kShown ? *text : text->substr(text->size() - kShown);
}

}  // namespace maitred::demo
