#include "bus/push.h"

#include <array>

namespace maitred {
namespace {

constexpr std::array kWords{"accepted", "failed", "unknown", "cleared"};

}  // namespace

const char* word(PushState state) {
  return kWords[static_cast<size_t>(state)];
}

std::optional<PushState> push_state_from(std::string_view text) {
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (text == kWords[i]) return static_cast<PushState>(i);
  }
  return {};
}

std::string to_json(const Push& push) {
  json::Writer out;
  out.begin_object().member("task", push.task).member("rev", push.rev);
  out.member("step", push.step).member("person", push.person).member("courier", push.courier);
  out.member("state", word(push.state)).member("attempt", push.attempt);
  if (push.lasting) out.member("lasting", true);
  out.member_if("detail", push.detail).member_if("at", push.at);
  return out.end_object().take();
}

Result<Push> push_from_json(json::View object) {
  Push push;
  const auto text = [&](std::string_view name) { return std::string(object[name].string()); };
  push.task = text("task");
  push.step = text("step");
  push.person = text("person");
  push.courier = text("courier");
  const auto state = push_state_from(object["state"].string());
  if (push.task.empty() || push.step.empty() || push.person.empty() || !state) {
    return fail(Fault::malformed, "not a push: task, step, person and state are required");
  }
  push.state = *state;
  push.rev = object["rev"].integer().value_or(0);
  push.attempt = static_cast<int>(object["attempt"].integer().value_or(1));
  push.lasting = object["lasting"].boolean();
  push.detail = text("detail");
  push.at = object["at"].time();
  return push;
}

}  // namespace maitred
