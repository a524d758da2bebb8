// A small house for tests that run maitred's commands against a real Kafka: its files in a scratch
// directory, a configuration for each bus or user, and a daemon made as `maitred run` makes it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/wiring.h"
#include "tests/bus/scratch.h"

namespace maitred::test {

struct Spoken {
  int code = -1;
  std::string text;  // standard output and standard error, as they came
  bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};
Spoken shell(const std::string& line);

class Kitchen {
 public:
  Kitchen();
  // Writes NAME.toml; `bus` is its [bus] and what stands below. Each has its own state and node.
  void configure(const std::string& name, const std::string& bus);
  std::string file(const std::string& name) const { return (home() / name).string(); }
  const std::filesystem::path& home() const { return scratch_.path(); }
  // `maitred WORDS --config NAME.toml`
  Spoken run(const std::string& name, const std::string& words) const;
  Configuration load(const std::string& name) const;
  std::unique_ptr<Daemon> start(const std::string& name, std::set<ProcessRole> roles) const;
  // A post of its guest, as a file in the folder that all configurations listen to.
  void post(const std::string& id, const std::string& text) const;

 private:
  Scratch scratch_;
};

// Nothing stands in its way, within half a minute; else what does.
std::string blocked(Daemon& daemon);

}  // namespace maitred::test
