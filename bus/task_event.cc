#include "bus/task_event.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace maitred {
namespace {

using enum TaskState;

constexpr std::array kStateWords{"none", "no_task", "awaiting_approval", "open", "claimed",
                                 "done", "dropped"};

constexpr std::array kVerbWords{
    "opened",   "joined",     "withdrawn", "heard",   "edited",    "retracted", "identified",
    "asked",    "approved",   "declined",  "claimed", "refused",   "passed",    "given",
    "released", "progressed", "moved",     "nudged",  "escalated", "lapsed",    "noted",
    "promised", "kept",       "replied",   "settled", "finished",  "dropped",   "reopened"};

const std::vector<TaskState> kNew{none};
const std::vector<TaskState> kAwaiting{awaiting_approval};
const std::vector<TaskState> kOpen{open};
const std::vector<TaskState> kClaimed{claimed};
const std::vector<TaskState> kOpenClaimed{open, claimed};
const std::vector<TaskState> kLiving{awaiting_approval, open, claimed};
const std::vector<TaskState> kClosed{done, dropped};
const std::vector<TaskState> kAny{awaiting_approval, open, claimed, done, dropped};

// The life of a task, a line a verb; tests/bus/accept_test.cc writes it out a second time.
const std::vector<VerbRule>& table() {
  static const std::vector<VerbRule> rules{
      {Verb::opened, kNew, open},  // awaiting_approval where the opening asks
      {Verb::joined, kNew, no_task},
      {Verb::withdrawn, kNew, no_task},
      {Verb::heard, kAny, {}},
      {Verb::edited, kAny, {}},
      {Verb::retracted, kAny, {}},
      {Verb::identified, kLiving, {}},
      {Verb::asked, kAwaiting, {}},
      {Verb::approved, kAwaiting, open},
      {Verb::declined, kAwaiting, dropped},
      {Verb::claimed, kOpen, claimed},
      {Verb::refused, kOpen, {}},
      {Verb::passed, kOpenClaimed, open},
      {Verb::given, kClaimed, {}},
      {Verb::released, kClaimed, open},
      {Verb::progressed, kClaimed, {}},
      {Verb::moved, kLiving, {}},
      {Verb::nudged, kLiving, {}},
      {Verb::escalated, kLiving, {}},
      {Verb::lapsed, kLiving, {}},
      {Verb::noted, kAny, {}},
      {Verb::promised, kAny, {}},
      {Verb::kept, kAny, {}},
      {Verb::replied, kAny, {}},
      {Verb::settled, kAny, {}},
      {Verb::finished, kClaimed, done},
      {Verb::dropped, kLiving, dropped},
      {Verb::reopened, kClosed, open},
  };
  return rules;
}

template <typename E, size_t N>
std::optional<E> find_word(const std::array<const char*, N>& words, std::string_view text) {
  for (size_t i = 0; i < N; ++i) {
    if (text == words[i]) return static_cast<E>(i);
  }
  return {};
}

}  // namespace

const char* word(TaskState state) {
  return kStateWords[static_cast<size_t>(state)];
}
std::optional<TaskState> task_state_from(std::string_view text) {
  return find_word<TaskState>(kStateWords, text);
}
bool is_living(TaskState state) {
  return state == awaiting_approval || state == open || state == claimed;
}

const char* word(Verb verb) {
  return kVerbWords[static_cast<size_t>(verb)];
}
std::optional<Verb> verb_from(std::string_view text) {
  return find_word<Verb>(kVerbWords, text);
}

std::span<const VerbRule> verb_table() {
  return table();
}

std::optional<TaskState> next_state(TaskState from, Verb verb, bool awaits) {
  const VerbRule& rule = table()[static_cast<size_t>(verb)];
  if (std::find(rule.from.begin(), rule.from.end(), from) == rule.from.end()) return {};
  if (verb == Verb::opened && awaits) return awaiting_approval;
  return rule.to.value_or(from);
}

std::string to_json(const TaskEvent& event) {
  json::Writer out;
  out.begin_object().member("v", event.v).member("task", event.task).member("rev", event.rev);
  out.member("cause", event.cause).member("verb", word(event.verb));
  out.key("by")
      .begin_object()
      .member("kind", event.by.kind)
      .member_if("id", event.by.id)
      .end_object();
  out.member("at", event.at);
  out.member_if("mention", event.mention)
      .member_if("revision", event.revision)
      .member_if("to", event.to);
  out.member_if("reason", event.reason).member_if("step", event.step).member_if("text", event.text);
  out.member_if("customer", event.verb == Verb::opened ? std::string_view() : event.customer);
  out.member_if("how", event.how).member_if("of", event.of).member_if("until", event.until);
  out.member_if("promise", event.promise);
  if (event.sum) out.member("sum", *event.sum);
  if (event.window && event.verb != Verb::opened) write(out.key("window"), *event.window);
  if (event.opening) write(out, *event.opening);
  return out.end_object().take();
}

Result<TaskEvent> task_event_from_json(json::View object) {
  TaskEvent event;
  const auto v = object["v"].integer();
  if (!object.is_object() || !v || *v < 1)
    return fail(Fault::malformed, "not a task event: no version `v`");
  if (*v > kTaskEventVersion) {
    return fail(Fault::broken,
                fmt::format("task event version {} is newer than this maitred reads ({}): "
                            "install the newer maitred on this host",
                            *v, kTaskEventVersion));
  }
  const auto rev = object["rev"].integer();
  const auto verb = verb_from(object["verb"].string());
  const auto text = [&](std::string_view name) { return std::string(object[name].string()); };
  event.v = static_cast<int>(*v);
  event.task = text("task");
  event.cause = text("cause");
  if (event.task.empty() || event.cause.empty() || !rev || *rev < 1 || !object["at"].time()) {
    return fail(Fault::malformed, "not a task event: task, rev, cause and at are required");
  }
  if (!verb)
    return fail(Fault::missing,
                fmt::format("unknown verb '{}'", object["verb"].string().substr(0, 32)));
  event.rev = *rev;
  event.verb = *verb;
  event.by = {std::string(object["by"]["kind"].string()), std::string(object["by"]["id"].string())};
  event.at = *object["at"].time();
  event.mention = text("mention");
  event.revision = text("revision");
  event.to = text("to");
  event.reason = text("reason");
  event.step = text("step");
  event.text = text("text");
  event.how = text("how");
  event.of = text("of");
  event.until = object["until"].time();
  event.promise = text("promise");
  event.sum = object["sum"].number();
  if (*verb == Verb::opened) {
    event.opening = opening_from_json(object);
  } else {
    event.customer = text("customer");
    event.window = window_from_json(object["window"]);
  }
  return event;
}

}  // namespace maitred
