// The evening: one run of the demo from curtain to summary. A single loop feeds the stage what the
// script says, lets the audience see, lets the scripted staff act (`--once`) or a person type, and
// at the end has the referee judge what the log says.
//
// One thread. `interrupted` may be set by a signal handler: the loop then ends at once.
#pragma once

#include <csignal>
#include <memory>

#include "bus/bus.h"
#include "demo/audience.h"
#include "demo/referee.h"
#include "demo/script.h"
#include "demo/staff.h"
#include "demo/stage.h"
#include "demo/terminal.h"

namespace maitred::demo {

extern volatile std::sig_atomic_t interrupted;

struct EveningSettings {
  bool once = false;      // scripted staff, and judged by expected.toml
  bool may_type = false;  // somebody sits at standard input
};

class Evening {
 public:
  Evening(EveningSettings settings, Script script, Stage& stage, Terminal& terminal)
      : settings_(settings), script_(std::move(script)), stage_(stage), terminal_(terminal) {}

  Result<void> play();    // from the curtain until nothing is left to happen
  Result<bool> finish();  // stops the daemon, shows the summary; true = all as expected

 private:
  void welcome();
  Result<void> step();
  Result<void> post_what_is_due();
  Result<void> post(const Post& post);
  void invite();
  Result<void> typed();  // what was typed since the last look
  Result<void> obey(const std::string& line);
  bool all_posted() const { return posted_ == script_.posts.size(); }
  bool all_told() const;  // every post has its verdict, and every task a phone
  bool is_over();
  std::string explain(const Mention& mention);
  std::string post_of(const std::string& task) const;
  void summary(const Chronicle& chronicle);

  EveningSettings settings_;
  Script script_;
  Stage& stage_;
  Terminal& terminal_;
  std::unique_ptr<Clock> house_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Audience> audience_;
  std::unique_ptr<Staff> staff_;
  PhoneReader phones_;
  size_t posted_ = 0;
  int guests_ = 0;  // who typed
  std::string half_line_;
  bool invited_ = false;
  bool typing_ended_ = false;
  Time curtain_;  // house time
};

}  // namespace maitred::demo
