// The floor on a real log: pushes once, again after a failure, not twice after a crash; timers
// fire by the house's clock; of two who claim, one wins and the other is told.
#include "dispatch/staff/floor.h"

#include <algorithm>

#include "tests/dispatch/cases.h"
#include "tests/dispatch/staff/house.h"

namespace maitred::test {
namespace {

// Writes down what it is given; fails as it is told.
class FakeCourier : public Courier {
 public:
  Result<void> send(const PushMessage& message, const std::string& address,
                    std::stop_token) override {
    if (fault) return fail(*fault, "the courier is ill");
    sent.push_back(address + ": " + message.actions.front().label);
    last = message;
    return {};
  }
  Result<void> clear(const std::string&, const std::string& address, std::stop_token) override {
    sent.push_back("clear " + address);
    return {};
  }
  std::vector<std::string> take() {
    std::sort(sent.begin(), sent.end());
    return std::exchange(sent, {});
  }

  std::optional<Fault> fault;
  std::vector<std::string> sent;
  PushMessage last;
};

using Lines = std::vector<std::string>;

struct FloorHouse : StaffHouse {
  FakeCourier* courier = new FakeCourier;
  std::unique_ptr<Floor> floor;

  explicit FloorHouse(BuildHouse build) : StaffHouse(build) {
    couriers["fake"].reset(courier);
    restart();
  }
  void restart() {
    floor.reset();
    floor = std::make_unique<Floor>(parts(), floor_settings);
    floor->public_url = [] { return "http://house.example"; };
  }
  // Works, on all there is, until nothing more is owed.
  Lines work() {
    const auto owns_all = [&] {
      return floor->owned().size() == static_cast<size_t>(names.count(Topic::tasks));
    };
    wait_for([&] { return owns_all() || !floor->step({}); });
    REQUIRE(owns_all());
    for (bool busy = true; busy;) {
      const auto stepped = floor->step({});
      REQUIRE_MESSAGE(stepped, (stepped ? "" : stepped.error().text));
      busy = *stepped;
      while (floor->push_one({})) {
        wait(Topic::pushes);
        busy = true;
      }
    }
    return courier->take();
  }
};

void what_is_owed_is_pushed_once(BuildHouse build) {
  FloorHouse house(build);
  const std::string id = house.open();
  CHECK(house.work() == Lines{"phone-anna: Claim", "phone-ben: Claim"});
  CHECK(house.work().empty());
  house.restart();
  CHECK(house.work().empty());
  const auto pushes = house.pushes.of_task(id);
  REQUIRE(pushes->size() == 2);
  for (const Push& push : *pushes) {
    CHECK(push.state == PushState::accepted);
    CHECK(push.attempt == 1);
    CHECK(push.rev == 1);
  }
  CHECK(house.courier->last.link.starts_with("http://house.example/b/"));
  CHECK(house.courier->last.short_id == id.substr(0, 5));
}

void one_of_two_wins(BuildHouse build) {
  FloorHouse house(build);
  const std::string id = house.open();
  house.work();
  const DeedAnswer first = house.act(id, Verb::claimed, "ben");
  const DeedAnswer second = house.act(id, Verb::claimed, "anna");
  CHECK(first.kind == DeedAnswer::Kind::done);
  CHECK(first.text == "It is yours.");
  CHECK(second.kind == DeedAnswer::Kind::refused);
  CHECK(second.text == "Ben has it");
  CHECK(house.work() == Lines{"clear phone-anna", "phone-ben: cook ✓"});
  house.act(id, Verb::progressed, "ben");
  CHECK(house.work() == Lines{"phone-ben: drive ✓"});
  house.act(id, Verb::progressed, "ben", "drive");
  CHECK(house.work() == Lines{"phone-ben: Done"});
  house.act(id, Verb::finished, "ben");
  CHECK(house.work() == Lines{"clear phone-ben"});
  CHECK(house.pushes.showing()->empty());
  CHECK(house.task(id).state == TaskState::done);
}

void timers_fire_once(BuildHouse build) {
  FloorHouse house(build);
  const std::string id = house.open();
  house.work();
  house.home->advance(5min);
  CHECK(house.work() == Lines{"phone-carla: Claim"});
  house.home->advance(5min);
  house.work();
  CHECK(house.task(id).marks.contains("escalated:1.all"));
  const int64_t rev = house.task(id).rev;
  house.restart();
  house.work();
  CHECK(house.task(id).rev == rev);
  house.home->advance(3h);
  CHECK(house.work() == Lines{"clear phone-anna", "clear phone-ben", "clear phone-carla"});
  CHECK(house.task(id).state == TaskState::dropped);
}

void no_timer_fires_with_a_clock_that_is_off(BuildHouse build) {
  FloorHouse house(build);
  const std::string id = house.open();
  house.floor->clock_ok = [] { return false; };
  CHECK(house.work().size() == 2);
  house.home->advance(5min);
  CHECK(house.work().empty());
  house.floor->clock_ok = [] { return true; };
  CHECK(house.work() == Lines{"phone-carla: Claim"});
}

void failed_pushes_are_recorded(BuildHouse build) {
  FloorHouse house(build);
  const std::string id = house.open();
  SUBCASE("throttled") {
    house.courier->fault = Fault::throttled;
    CHECK(house.work().empty());
    house.courier->fault.reset();
    CHECK(house.work().empty());
    house.home->advance(5s);
    CHECK(house.work() == Lines{"phone-anna: Claim", "phone-ben: Claim"});
    CHECK(house.pushes.of_task(id)->front().attempt == 2);
  }
  SUBCASE("for good") {
    house.courier->fault = Fault::denied;
    CHECK(house.work().empty());
    house.courier->fault.reset();
    house.home->advance(1h);
    CHECK(house.work().empty());
    CHECK(house.floor->unpushed().at(id) == "nobody on duty can be reached");
    CHECK(house.task(id).marks.contains("escalated:1.all"));
    const auto pushes = house.pushes.of_task(id);
    for (const Push& push : *pushes) CHECK(push.lasting);
  }
}

void a_floor_catches_up(BuildHouse build) {
  FloorHouse house(build);
  const std::string id = house.open();
  house.work();
  house.floor.reset();
  house.act(id, Verb::claimed, "ben");
  house.act(id, Verb::finished, "ben");
  house.restart();
  CHECK(house.work() == Lines{"clear phone-anna", "clear phone-ben"});
}

void staff_may_do_what_is_theirs(BuildHouse build) {
  FloorHouse house(build);
  Opening how = opening();
  how.ask = {{"floor_manager", 5min}};
  const std::string id = house.open(how);
  using Kind = DeedAnswer::Kind;
  struct Line {
    Verb verb;
    const char* who;
    Kind kind;
    const char* text;
  };
  const Line lines[] = {
      {Verb::claimed, "zoe", Kind::forbidden, "There is no 'zoe' among the staff."},
      {Verb::approved, "anna", Kind::forbidden,
       "anna may not approve this: it is asked of floor_manager."},
      {Verb::claimed, "anna", Kind::refused, "It still waits for approval."},
      {Verb::approved, "carla", Kind::done, "Thank you: noted."},
      {Verb::approved, "carla", Kind::refused, "It has been approved already."},
      {Verb::claimed, "dora", Kind::forbidden,
       "dora is of Manhattan, and this task is Hackensack's."},
      {Verb::progressed, "anna", Kind::refused, "Nobody has claimed it: claim it first."},
      {Verb::claimed, "anna", Kind::done, "It is yours."},
      {Verb::released, "ben", Kind::refused, "Anna has it"},
      {Verb::released, "anna", Kind::done, "Thank you: noted."},
      {Verb::dropped, "carla", Kind::done, "Thank you: noted."},
      {Verb::claimed, "anna", Kind::refused, "It was dropped."},
  };
  for (const Line& line : lines) {
    const DeedAnswer answer = house.act(id, line.verb, line.who);
    CAPTURE(word(line.verb));
    CAPTURE(line.who);
    CHECK(answer.kind == line.kind);
    CHECK(answer.text == line.text);
  }
  CHECK(house.act("t77", Verb::claimed, "anna").kind == Kind::unknown_task);
}

void the_threads_work_by_themselves(BuildHouse build) {
  FloorHouse house(build);
  house.fold.on_folded([&] { house.floor->wake(); });
  std::jthread floor([&](std::stop_token stop) { house.floor->run(stop); });
  std::jthread pushing([&](std::stop_token stop) { house.floor->run_pushes(stop); });
  const std::string id = house.open();
  wait_for([&] { return house.pushes.of_task(id)->size() >= 2; });
  CHECK(house.pushes.of_task(id)->size() == 2);
  floor = {};
  pushing = {};
  house.folding = {};
}

}  // namespace

const std::vector<HouseCase>& floor_cases() {
  static const std::vector<HouseCase> all{
      {"what is owed is pushed once, recorded, and not again by a floor that starts anew",
       what_is_owed_is_pushed_once},
      {"two tap Claim: one wins, the other is told who and is cleared", one_of_two_wins},
      {"timers fire by the house's clock, each once", timers_fire_once},
      {"no timer fires while the bus' clock is off", no_timer_fires_with_a_clock_that_is_off},
      {"a push that fails is recorded and tried again; one that cannot help is not",
       failed_pushes_are_recorded},
      {"what was decided while the floor was away is done when it comes back", a_floor_catches_up},
      {"staff may do what is theirs to do, and are told plainly what is not",
       staff_may_do_what_is_theirs},
      {"the floor's two threads work by themselves and end when asked",
       the_threads_work_by_themselves}};
  return all;
}

}  // namespace maitred::test
