#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "config/nearest.h"
#include "daemon/configuration_parts.h"

namespace maitred {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// A list of words out of a closed set, as the values they stand for.
template <typename T>
std::vector<T> words_of(Section& section, std::string_view key,
                        const std::function<std::optional<T>(std::string_view)>& from,
                        std::string_view known) {
  std::vector<T> values;
  for (const std::string& text : section.texts(key)) {
    if (const auto value = from(text)) {
      values.push_back(*value);
    } else {
      section.fault(key, fmt::format("'{}' is not known", text), fmt::format("one of: {}", known));
    }
  }
  return values;
}

std::optional<MentionKind> kind_from(std::string_view text) {
  for (const MentionKind kind : {MentionKind::post, MentionKind::reply, MentionKind::review,
                                 MentionKind::message, MentionKind::mail, MentionKind::comment}) {
    if (text == word(kind)) return kind;
  }
  return {};
}

Presence read_presence(Section& when, std::string_view key) {
  Presence presence;
  if (when.kind(key) == KeyKind::flag) {
    presence.wanted = when.flag(key);
  } else {
    presence.any_of = when.texts(key);
  }
  return presence;
}

void known_items(Section& section, std::string_view key, const std::vector<std::string>& items,
                 const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const Item& item : catalogue.items) names.push_back(item.id);
  for (const std::string& id : items) {
    if (catalogue.find(id)) continue;
    const auto meant = nearest(id, names);
    section.fault(key, fmt::format("no item '{}' in the catalogue", id),
                  meant ? fmt::format("did you mean {}?", *meant) : std::string());
  }
}

When read_when(Section section, const Catalogue& catalogue) {
  When when;
  when.intent =
      words_of<Intent>(section, "intent", intent_from, "request complaint praise question other");
  when.item = read_presence(section, "item");
  known_items(section, "item", when.item.any_of, catalogue);
  when.place = read_presence(section, "place");
  when.who = words_of<Who>(section, "who", who_from, "known likely unknown");
  when.tier = section.texts("tier");
  when.network = section.texts("network");
  when.kind =
      words_of<MentionKind>(section, "kind", kind_from, "post reply review message mail comment");
  when.language = section.texts("language");
  when.rating_max = section.number("rating_max");
  if (when.rating_max && (*when.rating_max < 0 || *when.rating_max > 5)) {
    section.fault("rating_max", "stars go from 0 to 5");
  }
  when.urgency = section.texts("urgency");
  for (const std::string& level : when.urgency) {
    if (level != "low" && level != "normal" && level != "high") {
      section.fault("urgency", fmt::format("'{}' is not known", level), "one of: low normal high");
    }
  }
  when.about = section.texts("about");
  if (!when.about.empty()) {
    auto phrases = std::make_shared<Phrases>();
    for (uint32_t i = 0; i < when.about.size(); ++i) phrases->add(when.about[i], i);
    phrases->build();
    when.phrases = std::move(phrases);
  }
  return when;
}

std::optional<GestureRule> read_gesture(Section section) {
  GestureRule gesture;
  gesture.what = section ? section.required_text("what") : section.text("what");
  if (section.text("sum") == "item price") {
    gesture.item_price = true;
  } else {
    gesture.sum = section.money("sum");
  }
  gesture.free_upto = section.money("free_upto");
  const std::string at_most = section.text("at_most");
  gesture.at_most = parse_at_most(at_most);
  if (!at_most.empty() && !gesture.at_most) {
    section.fault("at_most", fmt::format("'{}' is not how often", at_most), "write \"1 in 90d\"");
  }
  if (!section) return {};
  return gesture;
}

std::vector<LadderStep> read_steps(std::vector<Section> sections) {
  std::vector<LadderStep> steps;
  for (Section& section : sections) {
    LadderStep step;
    step.role = section.required_text("role");
    step.within = section.duration("within", minutes(5));
    if (step.within.count() == 0) section.fault("within", "0 leaves nobody any time");
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<Example> read_examples(std::vector<Section> sections) {
  std::vector<Example> examples;
  for (Section& section : sections) {
    Example example;
    example.text = section.required_text("text");
    example.why = section.required_text("why");
    if (!example.why.empty() && !why_from(example.why)) {
      section.fault("why", fmt::format("'{}' is no why", example.why), "write e.g. \"opened\"");
    }
    example.store = section.text("store");
    example.network = section.text("network");
    if (const auto stars = section.number("stars")) example.rating = Rating{*stars, 5};
    example.posted_at = section.time("posted_at");
    example.customer = section.text("customer");
    example.line = section.line();
    examples.push_back(std::move(example));
  }
  return examples;
}

void check_playbook(Section& section, const Playbook& playbook, const Rules& rules) {
  if (rules.playbook(playbook.name)) {
    section.fault("name", fmt::format("'{}' is there twice", playbook.name));
  }
  const bool word = playbook.store == "nearest capable" || playbook.store == "own";
  if (!word && !rules.stores.find(playbook.store)) {
    section.fault("store", fmt::format("no store '{}'", playbook.store),
                  "write \"nearest capable\", \"own\" or an id of stores.csv");
  }
  if (playbook.gesture && playbook.gesture->free_upto && playbook.ask.empty()) {
    section.fault("ask", "missing, so nobody can grant more than free_upto",
                  "write ask = [{ role = \"floor_manager\", within = \"5m\" }]");
  }
  for (const Example& example : playbook.example) {
    const bool desk = example.store == playbook.desk;
    if (!example.store.empty() && !desk && !rules.stores.find(example.store)) {
      section.fault("example", fmt::format("no store '{}'", example.store));
    }
  }
}

}  // namespace

void read_playbooks(Section root, Rules& rules) {
  constexpr int64_t kOpenMax = 1'000'000;
  for (Section& section : root.array("playbook")) {
    Playbook playbook;
    playbook.name = section.required_text("name");
    playbook.when = read_when(section.table("when"), rules.catalogue);
    playbook.gesture = read_gesture(section.table("gesture"));
    playbook.ask = read_steps(section.array("ask"));
    playbook.store = section.text("store", "nearest capable");
    playbook.desk = section.text("desk");
    playbook.steps = section.texts("steps");
    playbook.ladder = read_steps(section.array("ladder"));
    playbook.open_max = static_cast<int>(section.integer("open_max", 0, 0, kOpenMax));
    playbook.reopens = section.choice("after_close", {"note", "reopen"}, "note") == "reopen";
    playbook.stale_after = section.duration("stale_after", hours(24));
    playbook.within = section.duration("within");
    playbook.reply = section.text("reply");
    playbook.example = read_examples(section.array("example"));
    playbook.line = section.line();
    check_playbook(section, playbook, rules);
    rules.playbooks.push_back(std::move(playbook));
  }
}

}  // namespace maitred
