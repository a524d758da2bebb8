// The stage: a directory with this run's own copy of the example configuration, and the real daemon
// in it, started, fed and stopped as an operator would. It talks to the daemon by its files, its
// socket and its commands only. The daemon is ended by its process id, and by the kernel should the
// demo itself be killed.
//
// One thread, and that thread has to live as long as the daemon.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "base/result.h"
#include "bus/mention.h"
#include "daemon/configuration.h"

namespace maitred::demo {

struct StageSettings {
  std::filesystem::path program;  // maitred
  std::filesystem::path example;  // config/demo
  std::filesystem::path state;    // build/demo-state: made anew each time
  std::string kafka = {};         // "host:9092": the log is there, on topics of this evening's own
};

// What a command of maitred said.
struct Said {
  int status = 0;
  std::string out;  // both its outputs
};

class Stage {
 public:
  explicit Stage(StageSettings settings);
  ~Stage();  // stops
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Result<void> prepare();  // the directory, the configuration, the topics, the people
  Result<void> start();    // the daemon; returns when it says it is ready
  void stop();             // SIGTERM, and SIGKILL ten seconds later
  bool is_running();

  Result<void> drop(const Mention& mention);  // into the folder that the daemon watches
  std::vector<std::string> new_lines();       // of its standard output, whole ones
  // maitred WORDS…, with this run's configuration.
  Result<Said> command(const std::vector<std::string>& words, std::string_view input = {});
  Result<Said> shell(const std::string& line);  // the same, as a person types it

  const Configuration& configuration() const { return configuration_; }
  std::filesystem::path config_file() const { return settings_.state / "maitred.toml"; }
  std::filesystem::path log_file() const { return settings_.state / "daemon.log"; }
  std::filesystem::path programs() const { return settings_.program.parent_path(); }
  std::string log_end() const;  // the last lines the daemon logged

 private:
  Result<void> move_to_kafka();
  Result<Said> run(const std::vector<std::string>& words, std::string_view input);
  Result<void> wait_until_ready();

  StageSettings settings_;
  Configuration configuration_;
  pid_t pid_ = -1;
  int output_ = -1;  // our end of the daemon's standard output
  std::string half_line_;
  int dropped_ = 0;
};

}  // namespace maitred::demo
