// A house with staff in it, for tests of floor and board: a log, the books a floor needs, and a
// thread that folds. Its clock stands still until a test moves it.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bus/mention.h"
#include "dispatch/staff/deeds.h"
#include "dispatch/staff/floor.h"
#include "tests/bus/house.h"
#include "tests/dispatch/staff/evening.h"

namespace maitred::test {

// The log with its books, a floor's parts, and a thread that folds.
struct StaffHouse {
  std::unique_ptr<House> home;
  FakeClock& clock = home->clock;
  const TopicNames& names = home->names;
  std::unique_ptr<Bus> bus = home->open();
  Scratch scratch;
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

  explicit StaffHouse(BuildHouse build = embedded_house) : home(build()) {
    home->advance_to(kEvening);
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
    REQUIRE(fold.wait_until(topic, *bus->ends(names.name(topic)), kPatience));
    REQUIRE(fold.wait_until_ready(kPatience));
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
