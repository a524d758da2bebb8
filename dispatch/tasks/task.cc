#include "dispatch/tasks/task.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>

namespace maitred {
namespace {

using enum TaskState;

// What a line of the history says beside its verb.
std::string line_text(const TaskEvent& event) {
  std::string text;
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    if (!text.empty()) text += " · ";
    text += part;
  };
  if (event.verb == Verb::joined || event.verb == Verb::passed || event.verb == Verb::given) {
    add("to " + event.to);
  }
  if (event.verb == Verb::opened && event.opening) add("at " + event.opening->store);
  add(event.of);
  add(event.step);
  if (event.sum) add(fmt::format("{:g}", *event.sum));
  add(event.customer);
  add(event.promise);
  add(event.text);
  add(event.reason);
  return text;
}

// The first and the last are kept: how it began matters longest.
void remember(Task& task, const TaskEvent& event, Time log_time) {
  task.history.push_back({event.rev, event.verb, event.by, log_time, line_text(event)});
  if (task.history.size() > kHistoryMax) task.history.erase(task.history.begin() + 1);
}

void hear(Task& task, const TaskEvent& event) {
  const auto known = std::find_if(task.heard.begin(), task.heard.end(), [&](const HeardPost& one) {
    return one.mention == event.mention;
  });
  HeardPost& post = known == task.heard.end() ? task.heard.emplace_back() : *known;
  post = {event.mention, event.revision, event.verb == Verb::retracted, event.text};
}

// An edit or a deletion of its own post, or of one that joined.
void hear_again(Task& task, const TaskEvent& event) {
  ++task.edition;
  if (event.mention != task.mention) return hear(task, event);
  task.revision = event.revision;
  task.retracted = event.verb == Verb::retracted;
  if (!task.retracted && !event.text.empty()) task.opening.post.text = event.text;
}

void become_open(Task& task) {
  ++task.round;
  task.holder.clear();
}

void open_task(Task& task, const TaskEvent& event, Time log_time) {
  assert(task.rev == 0);
  task.id = event.task;
  task.mention = event.mention;
  task.revision = event.revision;
  task.moved_to = event.verb == Verb::joined ? event.to : std::string();
  task.opened_at = log_time;
  if (event.opening) task.opening = *event.opening;
}

void ask(Task& task, const TaskEvent& event, Time log_time) {
  const size_t index = task.asked_roles.size();
  task.asked_roles.push_back(event.of);
  const bool listed = index < task.opening.ask.size();
  task.asked_until = listed ? log_time + task.opening.ask[index].within : event.until;
}

void pass(Task& task, const std::string& to) {
  task.stores_passed.push_back(task.opening.store);
  task.opening.store = to;
  task.refused_by.clear();
}

// What the verb does beyond the state it leads to.
void apply_verb(Task& task, const TaskEvent& event, Time log_time) {
  switch (event.verb) {
    case Verb::opened:
    case Verb::joined:
    case Verb::withdrawn:
      return open_task(task, event, log_time);
    case Verb::heard:
      ++task.edition;
      return hear(task, event);
    case Verb::edited:
    case Verb::retracted:
      return hear_again(task, event);
    case Verb::identified:
      task.opening.customer = event.customer;
      task.opening.who = "known";
      return;
    case Verb::asked:
      return ask(task, event, log_time);
    case Verb::approved:
      task.approved_sum = event.sum;
      if (event.sum && task.opening.gesture) task.opening.gesture->sum = *event.sum;
      return;
    case Verb::claimed:
      task.holder = event.by.id;
      return;
    case Verb::refused:
      task.refused_by.insert(event.by.id);
      return;
    case Verb::passed:
      return pass(task, event.to);
    case Verb::given:
      task.holder = event.to;
      return;
    case Verb::progressed:
      task.steps_done.insert(event.step);
      return;
    case Verb::moved:
      ++task.edition;
      task.opening.window = event.window;
      return;
    case Verb::nudged:
    case Verb::escalated:
    case Verb::lapsed:
      task.marks.insert(fmt::format("{}:{}", word(event.verb), event.step));
      return;
    case Verb::reopened:
      task.steps_done.clear();
      task.refused_by.clear();
      return;
    case Verb::declined:
    case Verb::released:
    case Verb::noted:
    case Verb::promised:
    case Verb::kept:
    case Verb::replied:
    case Verb::settled:
    case Verb::finished:
    case Verb::dropped:
      return;
  }
}

void write_strings(json::Writer& out, std::string_view name, const auto& values) {
  if (values.empty()) return;
  out.key(name).begin_array();
  for (const std::string& value : values) out.string(value);
  out.end_array();
}

void write_heard(json::Writer& out, const std::vector<HeardPost>& heard) {
  if (heard.empty()) return;
  out.key("heard").begin_array();
  for (const HeardPost& post : heard) {
    out.begin_object().member("mention", post.mention).member("revision", post.revision);
    if (post.retracted) out.member("retracted", true);
    out.member_if("text", post.text).end_object();
  }
  out.end_array();
}

void write_history(json::Writer& out, const std::vector<TaskLine>& history) {
  out.key("history").begin_array();
  for (const TaskLine& line : history) {
    out.begin_object().member("rev", line.rev).member("verb", word(line.verb));
    out.key("by").begin_object().member("kind", line.by.kind).member_if("id", line.by.id);
    out.end_object().member("at", line.at).member_if("text", line.text).end_object();
  }
  out.end_array();
}

std::vector<std::string> read_strings(json::View array) {
  std::vector<std::string> values;
  for (size_t i = 0; i < array.size(); ++i) values.emplace_back(array.at(i).string());
  return values;
}

std::set<std::string> read_set(json::View array) {
  const std::vector<std::string> values = read_strings(array);
  return {values.begin(), values.end()};
}

std::vector<TaskLine> read_history(json::View array) {
  std::vector<TaskLine> history;
  for (size_t i = 0; i < array.size(); ++i) {
    const json::View line = array.at(i);
    const By by{std::string(line["by"]["kind"].string()), std::string(line["by"]["id"].string())};
    history.push_back({line["rev"].integer().value_or(0),
                       verb_from(line["verb"].string()).value_or(Verb::noted), by,
                       line["at"].time().value_or(Time()), std::string(line["text"].string())});
  }
  return history;
}

}  // namespace

std::string next_step(const Task& task) {
  for (const std::string& step : task.opening.steps) {
    if (!task.steps_done.contains(step)) return step;
  }
  return {};
}

void apply(Task& task, const TaskEvent& event, Time log_time) {
  assert(event.rev == task.rev + 1);
  const TaskState before = task.state;
  const std::string store_before = task.opening.store;
  const std::string holder_before = task.holder;
  const bool awaits = event.opening && !event.opening->ask.empty();
  const auto after = next_state(before, event.verb, awaits);
  assert(after);

  apply_verb(task, event, log_time);
  task.rev = event.rev;
  task.state = *after;
  const bool opens_again = event.verb == Verb::passed || event.verb == Verb::reopened;
  if (*after == open && (before != open || opens_again)) become_open(task);
  if (*after != before || task.holder != holder_before || task.opening.store != store_before) {
    task.changed_at = log_time;
  }
  if (event.rev == 1 || event.by.kind == "staff") task.touched_at = log_time;
  remember(task, event, log_time);
}

void write(json::Writer& out, const Task& task) {
  out.begin_object().member("id", task.id).member("rev", task.rev);
  out.member("state", word(task.state)).member_if("moved_to", task.moved_to);
  out.member_if("mention", task.mention).member_if("revision", task.revision);
  out.member_if("holder", task.holder);
  out.member("round", task.round).member("edition", task.edition);
  if (task.retracted) out.member("retracted", true);
  out.member("opened_at", task.opened_at).member("changed_at", task.changed_at);
  out.member("touched_at", task.touched_at);
  out.key("opening").begin_object();
  write(out, task.opening);
  out.end_object();
  write_strings(out, "refused_by", task.refused_by);
  write_strings(out, "stores_passed", task.stores_passed);
  write_strings(out, "steps_done", task.steps_done);
  write_strings(out, "asked_roles", task.asked_roles);
  out.member_if("asked_until", task.asked_until);
  if (task.approved_sum) out.member("approved_sum", *task.approved_sum);
  write_strings(out, "marks", task.marks);
  write_heard(out, task.heard);
  write_history(out, task.history);
  out.end_object();
}

std::string to_json(const Task& task) {
  json::Writer out;
  write(out, task);
  return out.take();
}

Result<Task> task_from_json(json::View object) {
  Task task;
  const auto text = [&](std::string_view name) { return std::string(object[name].string()); };
  const auto time = [&](std::string_view name) { return object[name].time().value_or(Time()); };
  const auto number = [&](std::string_view name) { return object[name].integer().value_or(0); };
  const auto state = task_state_from(object["state"].string());
  task.id = text("id");
  task.rev = number("rev");
  if (task.id.empty() || task.rev < 1 || !state) {
    return fail(Fault::malformed, "not a task: id, rev and state are required");
  }
  task.state = *state;
  task.moved_to = text("moved_to");
  task.mention = text("mention");
  task.revision = text("revision");
  task.holder = text("holder");
  task.round = static_cast<int>(number("round"));
  task.edition = static_cast<int>(number("edition"));
  task.retracted = object["retracted"].boolean();
  task.opened_at = time("opened_at");
  task.changed_at = time("changed_at");
  task.touched_at = time("touched_at");
  task.opening = opening_from_json(object["opening"]);
  task.refused_by = read_set(object["refused_by"]);
  task.stores_passed = read_strings(object["stores_passed"]);
  task.steps_done = read_set(object["steps_done"]);
  task.asked_roles = read_strings(object["asked_roles"]);
  task.asked_until = object["asked_until"].time();
  task.approved_sum = object["approved_sum"].number();
  task.marks = read_set(object["marks"]);
  const json::View heard = object["heard"];
  for (size_t i = 0; i < heard.size(); ++i) {
    const json::View post = heard.at(i);
    task.heard.push_back({std::string(post["mention"].string()),
                          std::string(post["revision"].string()), post["retracted"].boolean(),
                          std::string(post["text"].string())});
  }
  task.history = read_history(object["history"]);
  return task;
}

}  // namespace maitred
