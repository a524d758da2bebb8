#include "dispatch/board/api.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/digest.h"
#include "base/text.h"
#include "bus/mention.h"
#include "dispatch/board/board.h"

namespace maitred {
namespace {

constexpr std::string_view kTasks = "/api/v1/tasks";
constexpr const char* kPositionsHeader = "X-Maitred-Positions";
constexpr Duration kPositionsWaitMax{1000};
constexpr int kListDefault = 100;
constexpr int kListMax = 1000;

WebResponse json_answer(int status, std::string body) {
  return {status, "application/json", std::move(body) + "\n", {}};
}

WebResponse refusal(int status, std::string_view text) {
  json::Writer out;
  out.begin_object().member("error", text).end_object();
  return json_answer(status, out.take());
}

int status_of(Fault fault) {
  switch (fault) {
    case Fault::missing:
      return 404;
    case Fault::conflict:
      return 409;
    case Fault::malformed:
      return 400;
    case Fault::denied:
      return 403;
    case Fault::throttled:
    case Fault::transient:
      return 503;
    case Fault::broken:
      return 500;
  }
  return 500;
}

int status_of(DeedAnswer::Kind kind) {
  switch (kind) {
    case DeedAnswer::Kind::done:
      return 200;
    case DeedAnswer::Kind::refused:
      return 409;
    case DeedAnswer::Kind::forbidden:
      return 403;
    case DeedAnswer::Kind::unknown_task:
      return 404;
    case DeedAnswer::Kind::unsettled:
      return 202;
  }
  return 500;
}

std::string request_cause(const WebRequest& request) {
  const std::string given = request.header("idempotency-key");
  return "request:" + (given.empty() ? base64url(random_bytes(12)) : given.substr(0, 128));
}

void write_summary(json::Writer& out, const Task& task, const BoardParts& parts) {
  const std::string title = title_of(task, parts.floor.names, parts.house.now());
  out.begin_object().member("id", task.id);
  out.member("short_id", parts.tasks.short_id(task.id).value_or(task.id));
  out.member("state", word(task.state));
  out.member("store", task.opening.store).member("title", title);
  out.member("why", task.opening.why).member_if("holder", task.holder);
  out.member_if("playbook", task.opening.playbook).member("opened_at", task.opened_at);
  out.member_if("next_step", task.state == TaskState::claimed ? next_step(task) : "");
  if (task.opening.window) out.member_if("due", task.opening.window->due);
  out.end_object();
}

}  // namespace

std::string positions_text(const Positions& positions) {
  std::string text;
  for (const auto& [partition, next] : positions) {
    text += fmt::format("{}{}:{}", text.empty() ? "tasks=" : ",", partition, next);
  }
  return text;
}

Positions positions_from(std::string_view text) {
  Positions positions;
  if (!text.starts_with("tasks=")) return positions;
  text.remove_prefix(6);
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const char* end = text.data() + comma;
    int partition = 0;
    int64_t next = 0;
    const auto first = std::from_chars(text.data(), end, partition);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == ':' &&
        std::from_chars(first.ptr + 1, end, next).ec == std::errc()) {
      positions[partition] = next;
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return positions;
}

WebResponse Api::answer(const WebRequest& request) {
  const std::string_view path = request.path;
  if (path != kTasks && !path.starts_with(std::string(kTasks) + "/")) {
    return refusal(404, "there is nothing here");
  }
  const bool post = request.method == "POST";
  if (!post && request.method != "GET" && request.method != "HEAD") {
    return refusal(405, "GET or POST");
  }
  wait_for_positions(request);
  if (path == kTasks) return post ? open(request) : list(request);
  const std::string rest(path.substr(kTasks.size() + 1));
  const size_t slash = rest.find('/');
  if (slash == std::string::npos && !post) return show(rest);
  if (slash != std::string::npos && post) {
    return perform(request, rest.substr(0, slash), rest.substr(slash + 1));
  }
  return refusal(405, post ? "name what to do: POST /api/v1/tasks/ID/claim" : "POST does that");
}

void Api::wait_for_positions(const WebRequest& request) {
  const Positions wanted = positions_from(request.header("x-maitred-positions"));
  if (!wanted.empty()) {
    parts_.fold.wait_until(Topic::tasks, wanted, kPositionsWaitMax, request.stop);
  }
}

WebResponse Api::with_positions(WebResponse response, const Positions& extra) {
  Positions positions = parts_.fold.positions(Topic::tasks);
  for (const auto& [partition, next] : extra) {
    positions[partition] = std::max(positions[partition], next);
  }
  response.headers.emplace_back(kPositionsHeader, positions_text(positions));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

WebResponse Api::list(const WebRequest& request) {
  const auto given = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  const std::string state_word = given("state");
  const bool all_living = state_word.empty() || state_word == "living";
  const auto state = task_state_from(state_word);
  if (!all_living && state_word != "all" && !state) {
    return refusal(400, "state is living, all, awaiting_approval, open, claimed, done or dropped");
  }
  int max = kListDefault;
  const std::string max_text = given("max");
  std::from_chars(max_text.data(), max_text.data() + max_text.size(), max);
  auto tasks = all_living ? parts_.tasks.living()
                          : parts_.tasks.list(state, given("store"), std::clamp(max, 1, kListMax));
  if (!tasks) return refusal(status_of(tasks.error().fault), tasks.error().text);
  json::Writer out;
  out.begin_object().key("tasks").begin_array();
  for (const Task& task : *tasks) {
    if (!given("store").empty() && task.opening.store != given("store")) continue;
    write_summary(out, task, parts_);
  }
  out.end_array().end_object();
  return with_positions(json_answer(200, out.take()));
}

WebResponse Api::show(const std::string& id) {
  const auto task = parts_.tasks.find_by_prefix(id);
  if (!task) return refusal(status_of(task.error().fault), task.error().text);
  const auto pushes = parts_.pushes.of_task(task->id);
  json::Writer out;
  out.begin_object().key("task");
  write(out, *task);
  out.member("title", title_of(*task, parts_.floor.names, parts_.house.now()));
  out.member_if("next_step", next_step(*task));
  out.key("pushes").begin_array();
  if (pushes) {
    for (const Push& push : *pushes) out.raw(to_json(push));
  }
  out.end_array().end_object();
  return with_positions(json_answer(200, out.take()));
}

// The table that wants its coffee comes in by the same door as every other mention.
WebResponse Api::open(const WebRequest& request) {
  const auto document = json::Document::parse(request.body);
  if (!document) return refusal(400, "the body is not JSON: " + document.error().text);
  const json::View body = document->root();
  const std::string as(body["as"].string());
  const std::string text(body["text"].string());
  const auto roster = parts_.staff.roster();
  if (!roster) return refusal(503, roster.error().text);
  const Person* person = roster->find(as);
  if (!person) return refusal(403, fmt::format("There is no '{}' among the staff.", as));
  if (text.empty()) return refusal(400, "text is empty: say what is wanted");

  Mention mention;
  const std::string given = request.header("idempotency-key");
  mention.id = "house:" + (given.empty() ? hex(random_bytes(12))
                                         : hex(sha256(as + "\n" + given)).substr(0, 24));
  mention.source = house_source_;
  mention.network = "house";
  mention.kind = MentionKind::message;
  mention.text = repair_utf8(text);
  mention.posted_at = parts_.house.now();
  mention.seen_at = mention.posted_at;
  mention.author.id = "house:" + person->id;
  mention.author.handle = person->id;
  limit(mention);
  const std::vector<Record> records{make_record(parts_.names, Topic::mentions, record_key(mention),
                                                cause_of(mention), to_json(mention))};
  const auto published = parts_.bus.publish(parts_.names.name(Topic::mentions), records);
  if (!published) return refusal(503, "not known yet: " + published.error().text);
  json::Writer out;
  out.begin_object().member("mention", mention.id).member("task", task_id_of(mention.id));
  return with_positions(json_answer(201, out.end_object().take()));
}

WebResponse Api::perform(const WebRequest& request, const std::string& id,
                         const std::string& verb) {
  const auto deed_verb = verb_of_deed(verb);
  if (!deed_verb) return refusal(404, fmt::format("nobody can '{}' a task", verb));
  const auto document = json::Document::parse(request.body.empty() ? "{}" : request.body);
  if (!document) return refusal(400, "the body is not JSON: " + document.error().text);
  const json::View body = document->root();
  const auto text = [&](std::string_view name) { return std::string(body[name].string()); };
  Deed deed;
  deed.task = id;
  deed.verb = *deed_verb;
  deed.staff = text("as");
  deed.cause = request_cause(request);
  deed.reason = text("reason");
  deed.step = text("step");
  deed.sum = body["sum"].number();
  deed.to = text("to");
  const DeedAnswer answer = parts_.deeds.perform(deed, request.stop);
  json::Writer out;
  out.begin_object().member("done", answer.kind == DeedAnswer::Kind::done);
  out.member(answer.kind == DeedAnswer::Kind::done ? "text" : "error", answer.text);
  if (answer.task) {
    out.key("task");
    write_summary(out, *answer.task, parts_);
  }
  out.end_object();
  return with_positions(json_answer(status_of(answer.kind), out.take()), answer.positions);
}

}  // namespace maitred
