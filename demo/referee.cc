#include "demo/referee.h"

#include <fmt/core.h>

#include "base/zone.h"
#include "config/document.h"

namespace maitred::demo {
namespace {

// Gathers what differs about one post.
class Hearing {
 public:
  Hearing(const std::string& name, std::vector<std::string>& findings)
      : name_(name), findings_(findings) {}

  void finding(const std::string& text) { findings_.push_back(name_ + ": " + text); }

  void same(const char* what, const std::string& expected, const std::string& found) {
    if (expected.empty() || expected == found) return;
    finding(
        fmt::format("expected {} {}, found {}", what, expected, found.empty() ? "none" : found));
  }

  void within(const char* what, std::optional<Time> from, std::optional<Time> to,
              std::optional<Time> found) {
    if (!from && !to) return;
    if (!found) return finding(fmt::format("expected {}, found none", what));
    if (from && *found < *from) {
      finding(fmt::format("expected {} not before {}, found {}", what, to_rfc3339(*from),
                          to_rfc3339(*found)));
    }
    if (to && *found > *to) {
      finding(
          fmt::format("expected {} by {}, found {}", what, to_rfc3339(*to), to_rfc3339(*found)));
    }
  }

 private:
  const std::string& name_;
  std::vector<std::string>& findings_;
};

void judge_task(const Expected& expected, const TaskStory& story, Hearing& hearing) {
  const Task& task = story.task;
  hearing.same("store", expected.store, task.opening.store);
  hearing.same("playbook", expected.playbook, task.opening.playbook);
  hearing.same("state", expected.state, word(task.state));
  for (const std::string& person : expected.told) {
    if (!story.told.contains(person)) {
      hearing.finding("expected a push to " + person + ", found none");
    }
  }
  const auto& window = task.opening.window;
  hearing.within("due", expected.due_from, expected.due_to, window ? window->due : std::nullopt);
  hearing.within("its end", expected.earliest, expected.latest, task.changed_at);
}

void judge_one(const Expected& expected, const Chronicle& chronicle, Hearing& hearing) {
  std::vector<const Story*> found;
  for (const std::string& id : chronicle.order()) {
    const Story* story = chronicle.story(id);
    if (story->mention.text.find(expected.text) != std::string::npos) found.push_back(story);
  }
  if (found.size() != 1) {
    return hearing.finding(
        fmt::format("expected 1 post that says \"{}\", found {}", expected.text, found.size()));
  }
  const Story& story = *found.front();
  hearing.same("why", expected.why, story.verdict ? word(story.verdict->why) : "no verdict");
  const TaskStory* task = chronicle.task_of(story);
  if (expected.task != (task != nullptr)) {
    return hearing.finding(fmt::format("expected {}, found {}",
                                       expected.task ? "a task" : "no task",
                                       task ? "task " + task->task.id : "none"));
  }
  if (task) return judge_task(expected, *task, hearing);
  hearing.within("its verdict", expected.earliest, expected.latest,
                 story.verdict ? std::optional(story.decided_at) : std::nullopt);
}

}  // namespace

Result<std::vector<Expected>> load_expected(const std::filesystem::path& path) {
  Document document = Document::load(path);
  std::vector<Expected> all;
  for (Section& section : document.root().array("post")) {
    Expected expected;
    expected.name = section.required_text("name");
    expected.text = section.required_text("text");
    expected.why = section.required_text("why");
    expected.task = section.flag("task");
    expected.store = section.text("store");
    expected.playbook = section.text("playbook");
    expected.state = section.text("state");
    expected.told = section.texts("told");
    expected.due_from = section.time("due_from");
    expected.due_to = section.time("due_to");
    expected.earliest = section.time("earliest");
    expected.latest = section.time("latest");
    all.push_back(std::move(expected));
  }
  if (const auto faults = document.faults(); !faults.empty()) {
    return fail(Fault::malformed, to_text(faults));
  }
  if (all.empty()) return fail(Fault::malformed, path.string() + " expects nothing");
  return all;
}

std::vector<std::string> judge(const std::vector<Expected>& expected, const Chronicle& chronicle) {
  std::vector<std::string> findings;
  for (const Expected& one : expected) {
    Hearing hearing(one.name, findings);
    judge_one(one, chronicle, hearing);
  }
  return findings;
}

}  // namespace maitred::demo
