#include "bus/opening.h"

namespace maitred {
namespace {

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

}  // namespace maitred
