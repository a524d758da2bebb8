#include "demo/chronicle.h"

#include <algorithm>

#include "daemon/log_lines.h"

namespace maitred::demo {

std::vector<Topic> Chronicle::topics() {
  return {Topic::mentions, Topic::tasks, Topic::verdicts, Topic::pushes};
}

Result<Chronicle> Chronicle::read(Bus& bus, const TopicNames& names) {
  Chronicle chronicle(names);
  TopicPositions all;
  for (const Topic topic : topics()) all[names.name(topic)] = {};
  std::vector<Stored> records;
  TRY(read_all(bus, all, [&](const Stored& record) { records.push_back(record); }));
  // Of one key the log's order stands; the keys are put together as they came about.
  std::stable_sort(records.begin(), records.end(),
                   [](const Stored& a, const Stored& b) { return a.log_time < b.log_time; });
  for (const Stored& record : records) chronicle.take(record);
  return chronicle;
}

std::optional<Chronicle::News> Chronicle::take(const Stored& record) {
  const auto topic = names_.find(record.topic);
  if (!topic || !record.value) return {};
  const auto document = json::Document::parse(*record.value);
  if (!document) return {};
  News news;
  news.topic = *topic;
  if (*topic == Topic::tasks) return take_event(record, document->root());
  if (*topic == Topic::mentions) {
    auto mention = mention_from_json(document->root());
    if (!mention) return {};
    news.mention = mention->id;
    if (!stories_.contains(mention->id)) order_.push_back(mention->id);
    stories_[mention->id].mention = std::move(*mention);
  } else if (*topic == Topic::verdicts) {
    auto verdict = verdict_from_json(document->root());
    if (!verdict) return {};
    news.mention = verdict->mention;
    Story& story = stories_[verdict->mention];
    story.decided_at = record.log_time;
    story.verdict = std::move(*verdict);
  } else if (*topic == Topic::pushes) {
    auto push = push_from_json(document->root());
    if (!push) return {};
    if (push->state == PushState::accepted) tasks_[push->task].told.insert(push->person);
    news.push = std::move(*push);
  }
  return news;
}

std::optional<Chronicle::News> Chronicle::take_event(const Stored& record, json::View value) {
  auto event = task_event_from_json(value);
  if (!event || event->task != record.key) return {};
  TaskStory& story = tasks_[record.key];
  if (accept(story.key, *event, record.log_time)) return {};  // void: it never counts
  advance(story.key, *event, record.log_time);
  apply(story.task, *event, record.log_time);
  News news;
  news.topic = Topic::tasks;
  news.event = std::move(*event);
  return news;
}

const Story* Chronicle::story(const std::string& mention) const {
  const auto found = stories_.find(mention);
  return found == stories_.end() ? nullptr : &found->second;
}

const TaskStory* Chronicle::task(const std::string& id) const {
  const auto found = tasks_.find(id);
  return found == tasks_.end() || found->second.key.rev == 0 ? nullptr : &found->second;
}

const TaskStory* Chronicle::task_of(const Story& story) const {
  return story.verdict && !story.verdict->task.empty() ? task(story.verdict->task) : nullptr;
}

}  // namespace maitred::demo
