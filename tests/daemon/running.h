// `maitred run` as a process of its own, as an operator has it: started, looked at from outside,
// and stopped. Killed when the object goes.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/clock.h"
#include "tests/daemon/kafka_kitchen.h"

namespace maitred::test {

class Running {
 public:
  Running(const Kitchen& kitchen, const std::string& name);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  int ended_within(Duration limit);    // its exit code; -1 if it is still there by then
  int stopped_within(Duration limit);  // the same, asked to end
  std::string log() const;
  int lines(std::string_view with = "") const;
  Duration cpu() const;

 private:
  std::string log_;
  pid_t pid_ = -1;
};

Time now();  // real time
void wait(Duration time);

}  // namespace maitred::test
