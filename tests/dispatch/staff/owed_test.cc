// A fake evening: what is owed minute by minute, and to whom.
#include "dispatch/staff/owed.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/dispatch/staff/evening.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

// Plays the floor: fires what is due, records what is pushed, and writes it down.
struct Evening {
  Story story;
  std::vector<Push> pushes;
  Roster roster{people(), {}};
  FloorSettings floor = settings();
  std::string unpushed;
  bool refuses_pushes = false;

  explicit Evening(Opening how = opening()) { story.tell(opened(std::move(how)), kEvening); }

  void tell(Verb verb, const std::string& who, Time at, const std::string& step = {}) {
    TaskEvent next = event(verb, who);
    next.step = step;
    story.tell(next, at);
  }

  // What happens at this moment: "claim:1.0 anna · …", until nothing more is owed.
  std::string at(Time now) {
    std::string said;
    const auto say = [&](const std::string& words) { said += (said.empty() ? "" : ", ") + words; };
    for (int rounds = 0; rounds < 20; ++rounds) {
      const Owed owes = owed(story.task, pushes, roster, floor, now);
      unpushed = owes.unpushed;
      if (owes.timers.empty() && owes.pushes.empty()) return said;
      for (const TimerDue& timer : owes.timers) {
        say(std::string(word(timer.event.verb)) +
            (timer.event.of.empty() ? "" : " " + timer.event.of) +
            (timer.event.to.empty() ? "" : " " + timer.event.to) +
            (timer.event.step.empty() ? "" : " " + timer.event.step));
        causes.push_back(timer.cause);
        story.tell(timer.event, now);
      }
      for (const PushDue& push : owes.pushes) {
        say((push.clear ? "clear " : push.step + " ") + push.person);
        record(push, now);
      }
    }
    FAIL("the evening never comes to rest");
    return said;
  }

  void record(const PushDue& due, Time now) {
    Push push;
    push.task = due.task;
    push.step = due.step;
    push.person = due.person;
    push.courier = due.courier;
    push.attempt = due.attempt;
    push.state = due.clear        ? PushState::cleared
                 : refuses_pushes ? PushState::failed
                                  : PushState::accepted;
    push.at = now;
    // As the push book does: the last of each (step, person, courier).
    std::erase_if(pushes, [&](const Push& one) {
      return one.step == push.step && one.person == push.person && one.courier == push.courier;
    });
    pushes.push_back(push);
  }

  std::vector<std::string> causes;
};

}  // namespace

TEST_CASE("an open task is pushed once to everyone of the ladder's role, then up the ladder") {
  Evening evening;
  CHECK(evening.at(kEvening) == "claim:1.0 anna, claim:1.0 ben");
  CHECK(evening.at(kEvening) == "");
  CHECK(evening.at(kEvening + 4min) == "");
  CHECK(evening.at(kEvening + 5min) == "escalated 1.1, claim:1.0 carla");
  CHECK(evening.at(kEvening + 10min) == "escalated 1.all");
  CHECK(evening.at(kEvening + 184min) == "");
  CHECK(evening.at(kEvening + 185min) == "dropped, clear anna, clear ben, clear carla");
  CHECK(evening.story.task.state == TaskState::dropped);
  CHECK(evening.at(kEvening + 300min) == "");
}

TEST_CASE("a claim clears the others and leads the holder from step to step") {
  Evening evening;
  evening.at(kEvening);
  evening.tell(Verb::claimed, "ben", kEvening + 1min);
  CHECK(evening.at(kEvening + 1min) == "holder:1.0:cook ben, clear anna");
  evening.tell(Verb::progressed, "ben", kEvening + 2min, "cook");
  CHECK(evening.at(kEvening + 2min) == "holder:1.0:drive ben");
  evening.tell(Verb::progressed, "anna", kEvening + 3min, "drive");
  CHECK(evening.at(kEvening + 3min) == "holder:1.0:done ben");
  evening.tell(Verb::finished, "ben", kEvening + 4min);
  CHECK(evening.at(kEvening + 4min) == "clear ben");
  CHECK(evening.at(kEvening + 24h) == "");
}

TEST_CASE("a claim without a word is released and offered again") {
  Evening evening;
  evening.at(kEvening);
  evening.tell(Verb::claimed, "ben", kEvening + 1min);
  evening.at(kEvening + 1min);
  CHECK(evening.at(kEvening + 20min) == "");
  CHECK(evening.at(kEvening + 21min) == "released, claim:2.0 anna, claim:2.0 ben");
  CHECK(evening.causes.back() == "due:t9m3rfqahe4r0qvd9:released.1:2026-03-05T23:51:00Z");
}

TEST_CASE("a word in time keeps the claim, and so does a task that is only to be closed") {
  Evening evening;
  evening.tell(Verb::claimed, "ben", kEvening);
  evening.tell(Verb::progressed, "ben", kEvening + 15min, "cook");
  CHECK(evening.at(kEvening + 30min) == "holder:1.0:drive ben");
  evening.tell(Verb::progressed, "ben", kEvening + 31min, "drive");
  CHECK(evening.at(kEvening + 90min) == "holder:1.0:done ben");
}

TEST_CASE("a claim long before its time need not chatter") {
  Opening how = opening();
  how.window->due = kEvening + 10h;
  Evening evening(how);
  evening.tell(Verb::claimed, "ben", kEvening);
  CHECK(evening.at(kEvening + 3h) == "holder:1.0:cook ben");
  CHECK(evening.at(kEvening + 6h) == "released, claim:2.0 anna, claim:2.0 ben");
}

TEST_CASE("who refuses is asked no more; when all have, the next store is asked") {
  Evening evening;
  evening.at(kEvening);
  evening.tell(Verb::refused, "anna", kEvening + 1min);
  CHECK(evening.at(kEvening + 1min) == "clear anna");
  evening.tell(Verb::refused, "ben", kEvening + 2min);
  CHECK(evening.at(kEvening + 2min) == "escalated 1.1, claim:1.0 carla, clear ben");
  evening.tell(Verb::refused, "carla", kEvening + 3min);
  SUBCASE("where there is one") {
    evening.floor.next_store = [](const Task&) { return "manhattan"; };
    CHECK(evening.at(kEvening + 3min) == "passed manhattan, claim:2.0 dora, clear carla");
  }
  SUBCASE("where there is none, everyone is told that nobody wants it") {
    CHECK(evening.at(kEvening + 3min) == "escalated 1.all, clear carla");
    CHECK(evening.unpushed == "nobody on duty can be reached");
  }
}

TEST_CASE("approval is asked of one role after another; the last answer may still come late") {
  Opening how = opening();
  how.ask = {{"floor_manager", 5min}, {"duty_manager", 5min}};
  Evening evening(how);
  evening.roster.people.push_back(person("otto", "Otto", "duty_manager", ""));
  CHECK(evening.at(kEvening) == "asked floor_manager, ask:0.0 carla");
  CHECK(evening.at(kEvening + 5min) == "asked duty_manager, ask:0.0 otto");
  CHECK(evening.at(kEvening + 10min) == "lapsed unanswered");
  SUBCASE("approved: the work begins") {
    evening.tell(Verb::approved, "otto", kEvening + 20min);
    CHECK(evening.at(kEvening + 20min) == "claim:1.0 anna, claim:1.0 ben, clear carla, clear otto");
  }
  SUBCASE("never: it is dropped when its time is over") {
    CHECK(evening.at(kEvening + 184min) == "");
    CHECK(evening.at(kEvening + 185min) == "dropped, clear carla, clear otto");
  }
}

TEST_CASE("a role with nobody on duty is not waited for, and nobody at all is said") {
  Opening how = opening();
  how.ask = {{"sommelier", 5min}, {"floor_manager", 5min}};
  Evening evening(how);
  CHECK(evening.at(kEvening) == "asked sommelier, asked floor_manager, ask:0.0 carla");
  Evening empty;
  empty.roster.people.clear();
  CHECK(empty.at(kEvening) == "escalated 1.1, escalated 1.all");
  CHECK(empty.unpushed == "nobody on duty can be reached");
  empty.roster.people = people();  // the shift begins
  CHECK(empty.at(kEvening + 1h) == "claim:1.0 anna, claim:1.0 ben, claim:1.0 carla");
  CHECK(empty.unpushed == "");
}

TEST_CASE("a push that fails is tried again, ever more rarely, and not for ever") {
  Evening evening;
  evening.refuses_pushes = true;
  evening.roster.people = {person("anna", "Anna", "crew", "hackensack")};
  evening.story.task.opening.ladder = {{"crew", 60min}};
  std::vector<std::string> tried;
  for (auto second = 0s; second <= 10min; second += 1s) {
    const std::string said = evening.at(kEvening + second);
    if (said.starts_with("claim")) tried.push_back(std::to_string(second.count()));
  }
  CHECK(tried == std::vector<std::string>{"0", "5", "15", "35", "75"});
  CHECK(evening.unpushed == "nobody on duty can be reached");
  CHECK(evening.story.task.marks.contains("escalated:1.all"));
}

TEST_CASE("what staff were told is told anew when it changes") {
  Evening evening;
  evening.at(kEvening);
  TaskEvent heard = event(Verb::heard, "");
  heard.by = {"dispatch", {}};
  heard.mention = "mastodon:2";
  evening.story.tell(heard, kEvening + 1min);
  CHECK(evening.at(kEvening + 1min) == "claim:1.1 anna, claim:1.1 ben");
}

TEST_CASE("whoever goes off duty is not cleared, and whoever comes is told") {
  Evening evening;
  evening.roster.shifts = {{"1", "anna", "", "17:00", "18:35", kNewYork},
                           {"2", "ben", "", "18:33", "23:00", kNewYork}};
  CHECK(evening.at(kEvening) == "claim:1.0 anna");
  CHECK(evening.at(kEvening + 3min) == "claim:1.0 ben");
  CHECK(evening.at(kEvening + 6min) == "escalated 1.1, claim:1.0 carla");
}

TEST_CASE("a courier that is not configured reaches nobody") {
  Evening evening;
  evening.floor.couriers = {"other"};
  evening.at(kEvening);
  CHECK(evening.unpushed == "nobody on duty can be reached");
  CHECK(evening.pushes.empty());
}
