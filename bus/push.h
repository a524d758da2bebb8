// A Push: the fact that one person was told one thing by one courier, on `maitred.pushes` (key =
// task). Nobody races for these, so they carry no rev. The floor reads them back to know what is
// still owed; I7 bounds how many there can be.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace maitred {

enum class PushState { accepted, failed, unknown, cleared };
const char* word(PushState state);
std::optional<PushState> push_state_from(std::string_view word);

struct Push {
  std::string task;
  int64_t rev = 0;   // of the task when it was derived
  std::string step;  // what was said: ask:0.0 | claim:1.0 | holder:1.0:cook (round.edition)
  std::string person;
  std::string courier;
  PushState state = PushState::accepted;
  int attempt = 1;
  bool lasting = false;  // failed for good: the same again cannot help
  std::string detail;    // why it failed
  std::optional<Time> at;
};

std::string to_json(const Push& push);
Result<Push> push_from_json(json::View object);

}  // namespace maitred
