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

// DESIGN §3, line for line.
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

void write_strings(json::Writer& out, std::string_view name,
                   const std::vector<std::string>& values) {
  if (values.empty()) return;
  out.key(name).begin_array();
  for (const std::string& value : values) out.string(value);
  out.end_array();
}

void write_ladder(json::Writer& out, std::string_view name, const std::vector<LadderStep>& ladder) {
  if (ladder.empty()) return;
  out.key(name).begin_array();
  for (const LadderStep& step : ladder) {
    out.begin_object()
        .member("role", step.role)
        .member("within_s", int64_t{step.within.count()})
        .end_object();
  }
  out.end_array();
}

std::vector<LadderStep> read_ladder(json::View array) {
  std::vector<LadderStep> ladder;
  for (size_t i = 0; i < array.size(); ++i) {
    const json::View step = array.at(i);
    ladder.push_back({std::string(step["role"].string()),
                      std::chrono::seconds(step["within_s"].integer().value_or(0))});
  }
  return ladder;
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

void write(json::Writer& out, const Opening& opening) {
  out.member("why", opening.why);
  out.key("post").begin_object();
  out.member_if("url", opening.post.url).member("text", opening.post.text);
  out.key("author").begin_object();
  out.member_if("id", opening.post.author_id)
      .member_if("handle", opening.post.author_handle)
      .end_object();
  out.member_if("language", opening.post.language)
      .member_if("posted_at", opening.post.posted_at)
      .end_object();
  out.member_if("customer", opening.customer)
      .member("who", opening.who)
      .member("playbook", opening.playbook);
  out.member_if("intent", opening.intent);
  if (opening.gesture) {
    out.key("gesture")
        .begin_object()
        .member("what", opening.gesture->what)
        .member("sum", opening.gesture->sum);
    out.member_if("currency", opening.gesture->currency).end_object();
  }
  out.key("wants").begin_array();
  for (const Want& want : opening.wants) {
    out.begin_object()
        .member("item", want.item)
        .member("count", want.count)
        .member_if("size", want.size)
        .end_object();
  }
  out.end_array();
  out.member_if("place", opening.place);
  if (opening.window) write(out.key("window"), *opening.window);
  out.member("store", opening.store);
  write_strings(out, "steps", opening.steps);
  write_ladder(out, "ladder", opening.ladder);
  write_ladder(out, "ask", opening.ask);
}

Opening opening_from_json(json::View object) {
  Opening opening;
  const auto text = [&](json::View from, std::string_view name) {
    return std::string(from[name].string());
  };
  opening.why = text(object, "why");
  const json::View post = object["post"];
  opening.post = {text(post, "url"),          text(post, "text"),
                  text(post["author"], "id"), text(post["author"], "handle"),
                  text(post, "language"),     post["posted_at"].time()};
  opening.customer = text(object, "customer");
  opening.who = text(object, "who");
  opening.playbook = text(object, "playbook");
  opening.intent = text(object, "intent");
  if (const json::View gesture = object["gesture"]; gesture.is_object()) {
    opening.gesture = Gesture{text(gesture, "what"), gesture["sum"].number().value_or(0),
                              text(gesture, "currency")};
  }
  const json::View wants = object["wants"];
  for (size_t i = 0; i < wants.size(); ++i) {
    const json::View want = wants.at(i);
    opening.wants.push_back({text(want, "item"),
                             static_cast<int>(want["count"].integer().value_or(1)),
                             text(want, "size")});
  }
  opening.place = text(object, "place");
  opening.window = window_from_json(object["window"]);
  opening.store = text(object, "store");
  const json::View steps = object["steps"];
  for (size_t i = 0; i < steps.size(); ++i) opening.steps.emplace_back(steps.at(i).string());
  opening.ladder = read_ladder(object["ladder"]);
  opening.ask = read_ladder(object["ask"]);
  return opening;
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
