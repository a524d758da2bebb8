// What the events of one task amount to: one row a verb, and what lasts.
#include "dispatch/tasks/task.h"

#include <doctest/doctest.h>

#include <functional>

#include "tests/dispatch/staff/evening.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

TaskEvent with(TaskEvent event, const std::function<void(TaskEvent&)>& change) {
  change(event);
  return event;
}

Opening asking() {
  Opening how = opening();
  how.ask = {{"floor_manager", 5min}, {"duty_manager", 10min}};
  return how;
}

struct Line {
  const char* says;
  TaskState from;
  TaskEvent event;
  std::function<bool(const Task&)> holds;
};

// A task that was brought to the state by ordinary events.
Story story_in(TaskState state) {
  Story story;
  const bool asks = state == TaskState::awaiting_approval;
  story.tell(opened(asks ? asking() : opening()), kEvening);
  if (state == TaskState::claimed || state == TaskState::done) {
    story.tell(event(Verb::claimed, "ben"), kEvening + 1min);
  }
  if (state == TaskState::done) story.tell(event(Verb::finished, "ben"), kEvening + 2min);
  if (state == TaskState::dropped) story.tell(event(Verb::dropped), kEvening + 2min);
  return story;
}

}  // namespace

namespace {

// Until somebody has it, and while somebody has it.
std::vector<Line> lines_of_hands() {
  using enum TaskState;
  const Time at = kEvening + 10min;
  return {
      {"approved opens and fixes the sum", awaiting_approval,
       with(event(Verb::approved), [](auto& e) { e.sum = 40; }),
       [](const Task& t) {
         return t.state == open && t.round == 1 && t.approved_sum == 40.0 &&
                t.opening.gesture->sum == 40;
       }},
      {"asked notes the role and until when, by log time", awaiting_approval,
       with(event(Verb::asked), [](auto& e) { e.of = "floor_manager"; }),
       [=](const Task& t) {
         return t.asked_roles == std::vector<std::string>{"floor_manager"} &&
                t.asked_until == at + 5min && t.state == awaiting_approval;
       }},
      {"declined drops", awaiting_approval, event(Verb::declined),
       [](const Task& t) { return t.state == dropped; }},
      {"claimed gives it a holder", open, event(Verb::claimed, "ben"),
       [](const Task& t) { return t.state == claimed && t.holder == "ben" && t.round == 1; }},
      {"refused leaves it open, and that person is asked no more", open, event(Verb::refused),
       [](const Task& t) { return t.state == open && t.refused_by.contains("anna"); }},
      {"passed moves it to a store that may ask everyone anew", open,
       with(event(Verb::passed), [](auto& e) { e.to = "manhattan"; }),
       [](const Task& t) {
         return t.opening.store == "manhattan" && t.refused_by.empty() && t.round == 2 &&
                t.stores_passed == std::vector<std::string>{"hackensack"};
       }},
      {"passed by its holder frees it", claimed,
       with(event(Verb::passed, "ben"), [](auto& e) { e.to = "manhattan"; }),
       [](const Task& t) { return t.state == open && t.holder.empty(); }},
      {"given changes the holder", claimed,
       with(event(Verb::given, "ben"), [](auto& e) { e.to = "anna"; }),
       [=](const Task& t) { return t.holder == "anna" && t.changed_at == at; }},
      {"released begins another round", claimed, event(Verb::released, "ben"),
       [](const Task& t) { return t.state == open && t.holder.empty() && t.round == 2; }},
      {"progressed ticks off a step", claimed,
       with(event(Verb::progressed, "ben"), [](auto& e) { e.step = "cook"; }),
       [](const Task& t) { return next_step(t) == "drive"; }},
  };
}

// What shifts it, what is heard of it, and its end.
std::vector<Line> lines_of_words() {
  using enum TaskState;
  const Window later{{}, kEvening + 5h, kNewYork, "place"};
  return {
      {"moved shifts the window and tells everybody", open,
       with(event(Verb::moved), [=](auto& e) { e.window = later; }),
       [=](const Task& t) { return t.opening.window == later && t.edition == 1; }},
      {"escalated leaves a mark and no more", open,
       with(event(Verb::escalated), [](auto& e) { e.step = "1.1"; }),
       [](const Task& t) { return t.marks.contains("escalated:1.1") && t.state == open; }},
      {"an edit of its own post changes the words", open,
       with(event(Verb::edited),
            [](auto& e) {
              e.mention = opened().mention;
              e.revision = "1772755200000";
              e.text = "make it three";
            }),
       [](const Task& t) {
         return t.opening.post.text == "make it three" && t.revision == "1772755200000" &&
                t.edition == 1;
       }},
      {"its own post deleted is said so", open,
       with(event(Verb::retracted),
            [](auto& e) {
              e.mention = opened().mention;
              e.revision = "0w";
            }),
       [](const Task& t) { return t.retracted && t.revision == "0w" && t.state == open; }},
      {"another post heard is kept beside it", done,
       with(event(Verb::heard), [](auto& e) { e.mention = "mastodon:2", e.revision = "0"; }),
       [](const Task& t) { return t.heard.size() == 1 && t.state == done; }},
      {"identified names the customer", open,
       with(event(Verb::identified), [](auto& e) { e.customer = "c-9"; }),
       [](const Task& t) { return t.opening.customer == "c-9" && t.opening.who == "known"; }},
      {"noted changes nothing but the history", dropped,
       with(event(Verb::noted), [](auto& e) { e.text = "called her"; }),
       [](const Task& t) { return t.state == dropped && t.history.back().text == "called her"; }},
      {"finished is the end", claimed, event(Verb::finished, "ben"),
       [](const Task& t) { return t.state == done; }},
      {"reopened begins again with every step", done, event(Verb::reopened),
       [](const Task& t) {
         return t.state == open && t.round == 2 && t.steps_done.empty() && t.holder.empty();
       }},
  };
}

}  // namespace

TEST_CASE("each verb does to a task what its name says") {
  const Time at = kEvening + 10min;
  std::vector<Line> lines = lines_of_hands();
  for (Line& line : lines_of_words()) lines.push_back(std::move(line));
  for (const Line& line : lines) {
    CAPTURE(line.says);
    Story story = story_in(line.from);
    REQUIRE(story.task.state == line.from);
    story.tell(line.event, at);
    CHECK(line.holds(story.task));
  }
}

TEST_CASE("a mention that joined or was withdrawn is never a task") {
  for (const Verb verb : {Verb::joined, Verb::withdrawn}) {
    Story story;
    TaskEvent first = event(verb);
    first.mention = "mastodon:2";
    first.to = verb == Verb::joined ? "t0000" : "";
    story.tell(first, kEvening);
    CHECK(story.task.state == TaskState::no_task);
    CHECK(story.task.moved_to == first.to);
    CHECK(story.task.opened_at == kEvening);
  }
}

TEST_CASE("a task comes back from its JSON whole") {
  for (const TaskState state : {TaskState::awaiting_approval, TaskState::open, TaskState::claimed,
                                TaskState::done, TaskState::dropped}) {
    Story story = story_in(state);
    TaskEvent heard = event(Verb::heard);
    heard.mention = "mastodon:2";
    story.tell(heard, kEvening + 3min);
    const std::string text = to_json(story.task);
    CAPTURE(text);
    const auto document = json::Document::parse(text);
    REQUIRE(document);
    const auto again = task_from_json(document->root());
    REQUIRE(again);
    CHECK(to_json(*again) == text);
  }
}

TEST_CASE("a long history keeps how it began and what came last") {
  Story story;
  story.tell(opened(), kEvening);
  for (int i = 0; i < 500; ++i) {
    TaskEvent note = event(Verb::noted);
    note.text = std::to_string(i);
    story.tell(note, kEvening + std::chrono::minutes(i));
  }
  CHECK(story.task.history.size() == kHistoryMax);
  CHECK(story.task.history.front().verb == Verb::opened);
  CHECK(story.task.history.back().text == "499");
}
