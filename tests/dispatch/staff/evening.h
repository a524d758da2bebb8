// What tests of staff and board share: a fixed evening, people of two stores, an opening like the
// steakhouse post's, and a House with a real embedded log, its books, and a fold thread.
#pragma once

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bus/embedded/embedded_bus.h"
#include "bus/mention.h"
#include "dispatch/staff/deeds.h"
#include "dispatch/staff/floor.h"
#include "tests/bus/scratch.h"

namespace maitred::test {

using namespace std::chrono_literals;

// 18:30 in Hackensack, a Thursday in March.
inline const Time kEvening =
    Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 23h + 30min;
inline const char* const kNewYork = "America/New_York";

inline Person person(std::string id, std::string name, std::string role, std::string store,
                     std::vector<std::string> languages = {"en"}) {
  Person one;
  one.id = std::move(id);
  one.name = std::move(name);
  one.role = std::move(role);
  one.store = std::move(store);
  one.languages = std::move(languages);
  one.reach = {{"fake", "phone-" + one.id}};
  return one;
}

inline std::vector<Person> people() {
  return {person("anna", "Anna", "crew", "hackensack"), person("ben", "Ben", "crew", "hackensack"),
          person("carla", "Carla", "floor_manager", "hackensack"),
          person("dora", "Dora", "crew", "manhattan"),
          person("mei", "美", "crew", "taipei-xinyi", {"zh-hant"})};
}

inline FloorSettings settings() {
  FloorSettings settings;
  settings.couriers = {"fake"};
  settings.names.stores = {{"hackensack", {"Hackensack", kNewYork}},
                           {"manhattan", {"Manhattan", kNewYork}},
                           {"taipei-xinyi", {"台北信義", "Asia/Taipei"}}};
  settings.names.items = {{"porterhouse", "porterhouse"}};
  settings.names.customer = [](const std::string& id) {
    return id == "c-17" ? std::string("P. S.") : std::string();
  };
  return settings;
}

inline Opening opening() {
  Opening opening;
  opening.why = "opened";
  opening.post.text = "meet me at Newark airport with a porterhouse when I land in two hours";
  opening.post.author_id = "mastodon:alice@social.example";
  opening.post.author_handle = "alice";
  opening.customer = "c-17";
  opening.who = "known";
  opening.playbook = "delight";
  opening.intent = "request";
  opening.gesture = Gesture{"the meal", 59, "USD"};
  opening.wants = {{"porterhouse", 2, ""}};
  opening.place = "EWR Newark Liberty";
  opening.window = Window{{}, kEvening + 155min, kNewYork, "place"};  // by 21:05
  opening.store = "hackensack";
  opening.steps = {"cook", "drive"};
  opening.ladder = {{"crew", 5min}, {"floor_manager", 5min}};
  return opening;
}

inline TaskEvent event(Verb verb, std::string who = "anna") {
  TaskEvent event;
  event.task = "t9m3rfqahe4r0qvd9";
  event.verb = verb;
  event.by = {"staff", std::move(who)};
  return event;
}

inline TaskEvent opened(Opening how = opening()) {
  TaskEvent first = event(Verb::opened, "");
  first.by = {"dispatch", {}};
  first.mention = "mastodon:https://social.example/users/alice/statuses/1";
  first.revision = "0";
  first.opening = std::move(how);
  return first;
}

// Folds events one after another, each with the next rev, at the given time.
struct Story {
  Task task;
  void tell(TaskEvent next, Time at) {
    next.rev = task.rev + 1;
    apply(task, next, at);
  }
};

// The log with its books, a floor's parts, and a thread that folds.
struct House {
  Scratch scratch;
  FakeClock clock{kEvening};
  TopicNames names;
  std::unique_ptr<EmbeddedBus> bus =
      std::move(*EmbeddedBus::open({scratch.path(), names, true, false}, clock));
  TaskBook tasks{names};
  PushBook pushes{names};
  StaffBook staff{names};
  Fold fold{*bus, names, {&tasks, &pushes, &staff}, scratch.path()};
  Appender appender{*bus, names, Topic::tasks, fold, tasks, clock};
  FloorSettings floor_settings = settings();
  Deeds deeds{appender, tasks, staff, floor_settings};
  Buttons buttons{"a key that only this test knows."};
  Couriers couriers;
  std::jthread folding;

  House() {
    REQUIRE(fold.open());
    std::vector<Record> records;
    for (const Person& one : people()) {
      records.push_back(
          make_record(names, Topic::staff, staff_key(one), staff_key(one), to_json(one)));
    }
    REQUIRE(bus->publish(names.name(Topic::staff), records));
    folding = std::jthread([this](std::stop_token stop) { fold.run(stop); });
    wait(Topic::staff);
  }
  void wait(Topic topic) {
    REQUIRE(fold.wait_until(topic, *bus->ends(names.name(topic)), 10'000ms));
    for (int i = 0; i < 1000 && !fold.all_ready(); ++i) {
      real_clock().sleep_until(real_clock().now() + 5ms, {});
    }
    REQUIRE(fold.all_ready());
  }
  FloorParts parts() {
    return {*bus, names, fold, tasks, pushes, staff, appender, couriers, buttons, clock};
  }
  // Opens a task the way the dispatcher does, and gives back its id.
  std::string open(Opening how = opening(), const std::string& mention = "house:1") {
    const std::string id = task_id_of(mention);
    TaskEvent first = opened(std::move(how));
    first.mention = mention;
    const Outcome outcome =
        appender.append({id, mention + "@0", [&](const KeyState&) { return first; }});
    REQUIRE(outcome.kind == Outcome::Kind::applied);
    return id;
  }
  Task task(const std::string& id) {
    auto found = tasks.find(id);
    REQUIRE((found && *found));
    return **found;
  }
  DeedAnswer act(const std::string& id, Verb verb, const std::string& who,
                 const std::string& step = {}) {
    static int number = 0;
    Deed deed;
    deed.task = id;
    deed.verb = verb;
    deed.staff = who;
    deed.step = step;
    deed.cause = fmt::format("request:test-{}", ++number);
    return deeds.perform(deed);
  }
};

}  // namespace maitred::test
