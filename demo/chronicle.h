// The chronicle: what the log says became of each mention, read back record by record. The audience
// keeps one to show things in order, the referee makes a new one of the whole log to judge it, so
// neither has to trust what the demo itself did. Whether an event counts is bus/accept's word.
//
// One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bus/accept.h"
#include "bus/bus.h"
#include "bus/mention.h"
#include "bus/push.h"
#include "bus/topics.h"
#include "bus/verdict.h"
#include "dispatch/tasks/task.h"

namespace maitred::demo {

struct Story {
  Mention mention;
  std::optional<Verdict> verdict;
  Time decided_at;  // log time of the verdict that counts
};

struct TaskStory {
  KeyState key;
  Task task;
  std::set<std::string> told;  // people some courier has reached
};

class Chronicle {
 public:
  explicit Chronicle(TopicNames names) : names_(std::move(names)) {}

  static std::vector<Topic> topics();
  // All that is on the log now.
  static Result<Chronicle> read(Bus& bus, const TopicNames& names);

  // What the record is, if it is one that counts.
  struct News {
    Topic topic = Topic::mentions;
    std::string mention;             // mentions, verdicts
    std::optional<TaskEvent> event;  // tasks, applied ones
    std::optional<Push> push;
  };
  std::optional<News> take(const Stored& record);

  const std::vector<std::string>& order() const { return order_; }  // mention ids as they came
  const Story* story(const std::string& mention) const;
  const TaskStory* task(const std::string& id) const;
  // Its own task or, where it joined, the one it joined; null = none.
  const TaskStory* task_of(const Story& story) const;

 private:
  std::optional<News> take_event(const Stored& record, json::View value);

  TopicNames names_;
  std::vector<std::string> order_;
  std::map<std::string, Story> stories_;
  std::map<std::string, TaskStory> tasks_;
};

}  // namespace maitred::demo
