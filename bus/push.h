// A Push: the fact that one person was told one thing by one courier, on `maitred.pushes` (key =
// task). Nobody races for these, so they carry no rev. The floor reads them back to know what is
// still owed; I7 bounds how many there can be.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace maitred {

enum class PushState { accepted, failed, unknown, cleared };
const char* word(PushState state);

struct Push {
  std::string task;
  int64_t rev = 0;   // of the task when it was derived
  std::string step;  // what was said: ask | claim | holder:<step> | lost | …; with its number
  std::string person;
  std::string courier;
  PushState state = PushState::accepted;
  int attempt = 1;
  std::string detail;  // why it failed
  std::optional<Time> at;
};

std::string to_json(const Push& push);
Result<Push> push_from_json(json::View object);

}  // namespace maitred
