// Wiring: the daemon's top-level objects, made from a Configuration and put together. The purpose
// of `maitred run` is to make a Daemon and run it; the commands beside it open the bus and the
// house clock here, the same way. Nothing is decided in this file.
//
// open_bus and open_house_clock may be called from any thread; a Daemon belongs to main.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "bus/bus.h"
#include "daemon/command_line.h"
#include "daemon/configuration.h"

namespace maitred {

enum class ProcessRole { listen, dispatch, floor, board };
std::set<ProcessRole> all_roles();
// "listen,dispatch": malformed names the roles there are.
Result<std::set<ProcessRole>> roles_from(std::string_view text);

// House time of this state directory. With [clock] start, the moment it began is kept in
// `clock.start` beside the log, so that daemon and commands agree, also after a restart.
Result<std::unique_ptr<Clock>> open_house_clock(const Configuration& configuration);

// `as_daemon`: may join groups; conflict: another daemon is running here. On a Kafka a daemon waits
// for its brokers. For a command they have to answer within seconds: transient if none does, denied
// or broken for what a person has to mend.
Result<std::unique_ptr<Bus>> open_bus(const Configuration& configuration, bool as_daemon,
                                      Clock& house);

// While it lives, nothing is logged: a command says what is wrong once, as its answer.
struct Hush {
  Hush();
  ~Hush();
  Hush(const Hush&) = delete;
  Hush& operator=(const Hush&) = delete;
};

// On a Kafka, a right, a password, a topic (denied) or a count (broken) is mended in the
// configuration: 78. Else as the fault alone says.
int exit_code_of(const Configuration& configuration, Fault fault);

// Loads --config and runs `body` with it: the shape of most commands. Every fault of the file is
// printed and makes 78; an error of `body` is reported with the code that fits it.
int with_configuration(const Args& args,
                       const std::function<Result<void>(const Configuration&)>& body);

class Daemon {
 public:
  // conflict: a second daemon. Other faults name what could not be opened.
  static Result<std::unique_ptr<Daemon>> make(const Configuration& configuration,
                                              std::set<ProcessRole> roles);
  ~Daemon();  // stops

  Result<void> start();                // all threads of the roles
  void each_second();                  // main calls it: retention, health
  void stop();                         // in order; returns when all threads have ended
  std::optional<Error> fatal() const;  // why it must not go on (exit 78): `node`, partitions
  std::string public_url() const;      // of the buttons, with the real port; empty = none
  std::vector<std::string> blocked();  // what keeps it from being ready, each in a few words

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace maitred
