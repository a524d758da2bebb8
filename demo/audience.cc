#include "demo/audience.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/zone.h"
#include "daemon/people_tables.h"
#include "demo/told.h"

namespace maitred::demo {
namespace {

constexpr std::string_view kMargin = "       ";  // under the time of day

// Topics are read side by side; within one look they are shown in the order they came about.
bool came_before(const Stored& a, const Stored& b) {
  return a.log_time < b.log_time;
}

}  // namespace

Audience::Audience(Bus& bus, const Configuration& configuration, Terminal& terminal,
                   Explain explain)
    : bus_(bus),
      configuration_(configuration),
      terminal_(terminal),
      explain_(std::move(explain)),
      chronicle_(configuration.topics) {
  std::vector<ConfigFault> faults;
  for (const Person& person : load_people(configuration.file.parent_path() / "staff.csv", faults)) {
    languages_[person.id] = language_of(person);
  }
}

Result<void> Audience::sit_down() {
  TopicPositions from;
  for (const Topic topic : Chronicle::topics()) from[configuration_.topics.name(topic)] = {};
  TRY_ASSIGN(reader_, bus_.follow(from));
  return {};
}

void Audience::heading(const std::string& text, const std::string& heading) {
  headings_[text] = heading;
}

Result<void> Audience::watch(Duration wait) {
  TRY_ASSIGN(Batch batch, reader_->poll(500, wait, {}));
  std::stable_sort(batch.records.begin(), batch.records.end(), came_before);
  for (const Stored& record : batch.records) {
    if (auto news = chronicle_.take(record)) held_.push_back({std::move(*news), record.log_time});
  }
  show_held();
  terminal_.show_prompt();
  return {};
}

void Audience::phone(Phone phone) {
  phones_.push_back(std::move(phone));
}

std::vector<Phone> Audience::rung() {
  return std::exchange(rung_, {});
}

// A post is shown when it comes, its verdict after it, its task's events and pushes after that.
bool Audience::may_show(const Chronicle::News& news) const {
  if (news.topic == Topic::mentions) return true;
  if (news.topic == Topic::verdicts) return shown_posts_.contains(news.mention);
  return shown_tasks_.contains(news.event ? news.event->task : news.push->task);
}

void Audience::show_held() {
  for (bool shown = true; shown;) {
    shown = false;
    for (auto held = held_.begin(); held != held_.end();) {
      if (!may_show(held->news)) {
        ++held;
        continue;
      }
      const Held one = std::move(*held);
      held = held_.erase(held);
      show_news(one.news, one.at);
      shown = true;
    }
  }
  for (auto phone = phones_.begin(); phone != phones_.end();) {
    if (phone->buttons.empty() || task_named(phone->buttons.front().task).empty()) {
      ++phone;
      continue;
    }
    std::string words = phone->title;
    for (const std::string& text : phone->text) words += "\n" + text;
    show(terminal_, *phone, languages_[phone->person], words == last_words_);
    last_words_ = words;
    rung_.push_back(std::move(*phone));
    phone = phones_.erase(phone);
  }
}

void Audience::show_news(const Chronicle::News& news, Time at) {
  if (news.topic == Topic::mentions) last_words_.clear();
  if (news.topic == Topic::mentions) {
    if (shown_posts_.insert(news.mention).second) show_post(*chronicle_.story(news.mention), at);
  } else if (news.topic == Topic::verdicts) {
    show_verdict(*chronicle_.story(news.mention), at);
  } else if (news.event) {
    show_event(*news.event, at);
  } else if (news.push) {
    const std::string text = told(*news.push);
    if (!text.empty()) line_of_task(news.push->task, text, at, Ink::dim);
  }
}

void Audience::show_post(const Story& story, Time at) {
  const Mention& mention = story.mention;
  terminal_.line();
  const auto heading = headings_.find(mention.text);
  terminal_.line(heading == headings_.end() ? "" : heading->second, Ink::bold);
  std::string who = mention.author.handle.empty() ? "somebody" : "@" + mention.author.handle;
  who += mention.network == "house" ? ", of the house" : " on " + mention.network;
  if (mention.rating)
    who += fmt::format(", {:g} of {:g} stars", mention.rating->stars, mention.rating->of);
  terminal_.say(clock(at) + "  ", who + ":", Ink::dim);
  terminal_.say(kMargin, "“" + mention.text + "”", Ink::yellow);
}

void Audience::show_verdict(const Story& story, Time at) {
  const Verdict& verdict = *story.verdict;
  const TaskStory* task = chronicle_.task_of(story);
  if (!verdict.task.empty() && !shown_tasks_.insert(verdict.task).second &&
      verdict.why == Why::opened) {
    return;  // decided once more after a restart: the same task
  }
  const std::string margin = clock(at) + "  ";
  std::string note = verdict.note.empty() ? explain_(story.mention) : verdict.note;
  if (task && verdict.why != Why::joined) {
    terminal_.say(margin,
                  fmt::format("→ {}: task {}, playbook {}, store {}{}", word(verdict.why),
                              short_id(verdict.task), task->task.opening.playbook,
                              task->task.opening.store, due_text(task->task.opening, brand_zone())),
                  Ink::green);
    if (verdict.reading) {
      terminal_.say(std::string(kMargin) + "  ", understood(*verdict.reading, verdict.identity),
                    Ink::dim);
    }
    terminal_.say(std::string(kMargin) + "  ", note, Ink::dim);
    return;
  }
  const bool ignored = verdict.task.empty();
  std::string text = fmt::format("→ {}{}", ignored ? "ignored: " : "", word(verdict.why));
  if (!ignored) text += " task " + short_id(verdict.task);
  if (!note.empty()) text += " (" + note + ")";
  terminal_.say(margin, text, ignored ? Ink::dim : Ink::green);
}

void Audience::show_event(const TaskEvent& event, Time at) {
  const std::string text = told(event);
  if (text.empty()) return;
  const bool by_floor = event.by.kind == "floor";
  line_of_task(event.task, text, at, by_floor ? Ink::yellow : Ink::plain);
}

void Audience::line_of_task(const std::string& task, const std::string& text, Time at, Ink ink) {
  terminal_.say(fmt::format("{}  {}  ", clock(at), short_id(task)), text, ink);
}

void Audience::deed(const Deed& deed, Time now) {
  terminal_.say(clock(now) + "  ", deed.person + " " + deed.how, Ink::cyan);
  terminal_.say(std::string(kMargin) + "  ", "“" + deed.answer + "”",
                deed.done ? Ink::dim : Ink::red);
}

std::string Audience::task_named(const std::string& prefix) const {
  for (const std::string& task : shown_tasks_) {
    if (task.starts_with(prefix)) return task;
  }
  return {};
}

Zone Audience::brand_zone() const {
  const auto zone = Zone::find(configuration_.reading.brand_zone);
  return zone ? *zone : Zone::utc();
}

std::string Audience::clock(Time time) const {
  return clock_text(time, brand_zone(), time);
}

}  // namespace maitred::demo
