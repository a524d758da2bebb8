// The task book: what counts, what is void and why, and what it can be asked.
#include "dispatch/tasks/task_book.h"

#include <doctest/doctest.h>

#include "tests/dispatch/staff/house.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

// A book without a log: records are applied by hand.
struct Desk {
  Scratch scratch;
  TopicNames names;
  TaskBook book{names};
  std::unique_ptr<Db> db = std::move(*Db::open(scratch.path() / "desk.db"));
  Desk() { REQUIRE(book.create(*db)); }

  Stored record(const std::string& key, std::string value, Time at = kEvening) const {
    Stored stored;
    stored.key = key;
    stored.value = std::move(value);
    stored.log_time = at;
    stored.position = {partition_of(key, names.count(Topic::tasks)), 0};
    return stored;
  }
  Stored record(TaskEvent next, int64_t rev, const std::string& cause, Time at = kEvening) const {
    next.rev = rev;
    next.cause = cause;
    next.at = at;
    return record(next.task, to_json(next), at);
  }
  std::string voids() {
    std::string all;
    REQUIRE(db->query("SELECT reason, count FROM voids ORDER BY reason", {}, [&](const Row& row) {
      all += fmt::format("{}={} ", row.text(0), row.integer(1));
      return true;
    }));
    return all;
  }
};

}  // namespace

TEST_CASE("what does not count is void, with its reason") {
  const std::string id = event(Verb::claimed).task;
  const Desk plain;
  const Stored first = plain.record(opened(), 1, "m@0");
  const auto changed = [&](auto change) {
    Stored stored = plain.record(event(Verb::claimed), 2, "c");
    change(stored);
    return stored;
  };
  struct Line {
    const char* reason;
    Stored record;
  };
  const std::vector<Line> lines = {
      {"wrong_partition=1 ",
       changed([](Stored& s) { s.position.partition = (s.position.partition + 1) % 12; })},
      {"unreadable=1 ", plain.record(id, "{\"v\":1")},
      {"unreadable=1 ", plain.record(id, "[]")},
      {"unreadable=1 ", changed([](Stored& s) { s.value.reset(); })},
      {"unknown_verb=1 ",
       plain.record(id, R"({"v":1,"task":")" + id +
                            R"(","rev":2,"cause":"c","verb":"sung","at":"2026-03-05T18:00:00Z"})")},
      {"wrong_key=1 ", plain.record("t0000000000000000", *first.value)},
      {"cause_applied=1 ", plain.record(event(Verb::claimed), 2, "m@0")},
      {"wrong_rev=1 ", plain.record(event(Verb::claimed), 3, "c")},
      {"wrong_state=1 ", plain.record(event(Verb::finished), 2, "c")},
      {"too_late=1 ", plain.record(event(Verb::claimed), 2, "c", kEvening + 61 * 24h)},
  };
  for (const Line& line : lines) {
    CAPTURE(line.reason);
    Desk desk;
    REQUIRE(desk.book.apply(*desk.db, Topic::tasks, first));
    REQUIRE(desk.book.apply(*desk.db, Topic::tasks, line.record));
    CHECK(desk.voids() == line.reason);
    CHECK(desk.db->integer("SELECT rev FROM tasks WHERE key=?", {id})->value_or(0) == 1);
  }
}

TEST_CASE("an event of a newer version stops the fold and says what to install") {
  Desk desk;
  TaskEvent next = opened();
  next.v = kTaskEventVersion + 1;
  const auto applied = desk.book.apply(*desk.db, Topic::tasks, desk.record(next, 1, "m@0"));
  REQUIRE_FALSE(applied);
  CHECK(applied.error().fault == Fault::broken);
  CHECK(applied.error().text.find("install") != std::string::npos);
}

TEST_CASE("old keys are forgotten with their causes, younger ones stay") {
  Desk desk;
  REQUIRE(desk.book.apply(*desk.db, Topic::tasks, desk.record(opened(), 1, "m@0", kEvening)));
  const int partition = partition_of(opened().task, 12);
  REQUIRE(desk.book.forget(*desk.db, Topic::tasks, partition, kEvening));
  CHECK(desk.db->integer("SELECT COUNT(*) FROM tasks")->value_or(0) == 1);
  REQUIRE(desk.book.forget(*desk.db, Topic::tasks, (partition + 1) % 12, kEvening + 1s));
  CHECK(desk.db->integer("SELECT COUNT(*) FROM tasks")->value_or(0) == 1);
  REQUIRE(desk.book.forget(*desk.db, Topic::tasks, partition, kEvening + 1s));
  CHECK(desk.db->integer("SELECT COUNT(*) FROM tasks")->value_or(0) == 0);
  CHECK(desk.db->integer("SELECT COUNT(*) FROM causes")->value_or(0) == 0);
}

TEST_CASE("a task is found by its id, by a prefix that is its alone, and by whom it is for") {
  StaffHouse house;
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(house.open(opening(), fmt::format("house:{}", i)));
  for (const std::string& id : ids) {
    const std::string brief = *house.tasks.short_id(id);
    CHECK(brief.size() >= 5);
    const auto found = house.tasks.find_by_prefix(brief);
    REQUIRE(found);
    CHECK(found->id == id);
  }
  CHECK(house.tasks.find_by_prefix("t").error().fault == Fault::conflict);
  CHECK(house.tasks.find_by_prefix("x").error().fault == Fault::missing);
  CHECK(house.tasks.find_by_prefix("").error().fault == Fault::missing);

  REQUIRE(house.act(ids[0], Verb::dropped, "anna").kind == DeedAnswer::Kind::done);
  CHECK(house.tasks.find_by_prefix(ids[0].substr(0, 8)).error().fault == Fault::missing);
  CHECK(house.tasks.find_by_prefix(ids[0])->state == TaskState::dropped);
  CHECK(house.tasks.living()->size() == 39);
  CHECK(*house.tasks.living_count() == 39);
  CHECK(house.tasks.living_by_store()->at("hackensack") == 39);
  CHECK(house.tasks.living_of("", "c-17")->size() == 39);
  CHECK(house.tasks.living_of("mastodon:alice@social.example", "")->size() == 39);
  CHECK(house.tasks.living_of("", "")->empty());
  CHECK(house.tasks.recent_of("", "c-17", kEvening)->size() == 1);
  CHECK(house.tasks.recent_of("", "c-17", kEvening + 1s)->empty());
  CHECK(house.tasks.list(TaskState::dropped, "hackensack", 10)->size() == 1);
  CHECK(house.tasks.list({}, "", 10)->size() == 10);
  CHECK(house.tasks.list({}, "manhattan", 10)->empty());
  CHECK((*house.tasks.of_mention("house:7"))->id == ids[7]);
  CHECK_FALSE(house.tasks.of_mention("house:77")->has_value());
  CHECK(*house.tasks.verb_of_cause(ids[3], "house:3@0") == Verb::opened);
  CHECK_FALSE(house.tasks.verb_of_cause(ids[3], "house:4@0")->has_value());
}
