// The fold: books that can be lost, copied, damaged or frozen, and come back equal to the log.
#include "bus/fold.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <fstream>
#include <thread>

#include "bus/append.h"
#include "bus/embedded/embedded_bus.h"
#include "dispatch/tasks/task_book.h"
#include "tests/bus/faulty_bus.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 18h;

struct House {
  test::Scratch scratch;
  FakeClock clock{kStart};
  TopicNames names;
  std::unique_ptr<EmbeddedBus> bus =
      std::move(*EmbeddedBus::open({scratch.path(), names, true, false}, clock));
  TaskBook book{names};
  std::unique_ptr<Fold> fold;

  House() { restart(); }
  void restart() {
    fold = std::make_unique<Fold>(*bus, names, std::vector<Book*>{&book}, scratch.path());
    const auto opened = fold->open();
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().text));
  }
  void publish(const std::string& key, int64_t rev, Verb verb, int v = 1) {
    TaskEvent event;
    event.v = v;
    event.task = key;
    event.rev = rev;
    event.cause = fmt::format("{}#{}#{}", key, rev, word(verb));
    event.verb = verb;
    event.at = clock.now();
    if (verb == Verb::opened) event.opening.emplace();
    const std::vector records{make_record(names, Topic::tasks, key, event.cause, to_json(event))};
    REQUIRE(bus->publish("maitred.tasks", records));
  }
  void fold_all() {
    for (;;) {
      const auto folded = fold->step(Duration(0), {});
      REQUIRE_MESSAGE(folded, (folded ? "" : folded.error().text));
      if (*folded == 0) return;
    }
  }
  std::string dump() { return *book.dump(); }
  void remove_book() {
    fold.reset();
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::filesystem::remove(scratch.path() / fmt::format("tasks.db{}", ending));
    }
  }
};

}  // namespace

TEST_CASE("a book deleted and rebuilt equals the one that was there (I11)") {
  House house;
  for (int i = 0; i < 30; ++i) {
    house.publish(fmt::format("t{}", i), 1, Verb::opened);
    house.publish(fmt::format("t{}", i), 2, i % 2 ? Verb::claimed : Verb::noted);
    house.publish(fmt::format("t{}", i), 2, Verb::dropped);  // void: the rev is taken
  }
  house.fold_all();
  const std::string before = house.dump();
  CHECK(before.size() > 1000);
  CHECK(house.book.voids()->at("wrong_rev") == 30);
  house.remove_book();
  house.restart();
  CHECK(!house.fold->ready(Topic::tasks));
  house.fold_all();
  CHECK(house.fold->ready(Topic::tasks));
  CHECK(house.dump() == before);
}

TEST_CASE("a book reopened goes on where it was, and folds no record twice") {
  House house;
  house.publish("t1", 1, Verb::opened);
  house.fold_all();
  house.restart();
  house.publish("t1", 2, Verb::claimed);
  house.fold_all();
  CHECK(house.book.find("t1")->value().state == TaskState::claimed);
  CHECK(house.book.voids()->empty());
}

TEST_CASE("a book of another log is rebuilt, not trusted") {
  House house;
  house.publish("t1", 1, Verb::opened);
  house.fold_all();
  House other;
  other.publish("t2", 1, Verb::opened);
  other.clock.advance(1s);
  other.publish("t1", 1, Verb::opened);
  other.fold_all();
  other.fold.reset();
  house.remove_book();
  std::filesystem::copy(other.scratch.path() / "tasks.db", house.scratch.path() / "tasks.db");
  house.restart();
  house.fold_all();
  CHECK(house.book.find("t1")->has_value());
  CHECK(!house.book.find("t2")->has_value());
}

TEST_CASE("a damaged book file is computed again") {
  House house;
  for (int i = 0; i < 50; ++i) house.publish(fmt::format("t{}", i), 1, Verb::opened);
  house.fold_all();
  const std::string before = house.dump();
  for (const std::string& damage : {std::string(), std::string(20000, 'x')}) {
    house.remove_book();
    std::ofstream(house.scratch.path() / "tasks.db") << damage;
    house.restart();
    house.fold_all();
    CHECK(house.dump() == before);
  }
}

TEST_CASE("an event of a newer version stops its partition alone, and says what to install") {
  House house;
  house.publish("t1", 1, Verb::opened);
  house.publish("t1", 2, Verb::noted, kTaskEventVersion + 1);
  house.publish("t1", 3, Verb::noted);
  std::string other = "t2";
  for (int i = 2; partition_of(other, 12) == partition_of("t1", 12); ++i)
    other = fmt::format("t{}", i);
  house.publish(other, 1, Verb::opened);
  house.fold_all();
  CHECK(house.book.find("t1")->value().rev == 1);
  CHECK(house.book.find(other)->has_value());
  CHECK(house.fold->stopped().find("install") != std::string::npos);
  const auto ends = house.bus->ends("maitred.tasks");
  CHECK(!house.fold->wait_until(Topic::tasks, *ends, Duration(0)));
}

TEST_CASE(
    "keys 80 days behind the newest log time of their partition are dropped, here and in a "
    "rebuild") {
  House house;
  house.publish("t1", 1, Verb::opened);
  house.fold_all();
  house.clock.advance(days(85));
  std::string neighbour = "a0";
  for (int i = 1; partition_of(neighbour, 12) != partition_of("t1", 12); ++i)
    neighbour = fmt::format("a{}", i);
  house.publish(neighbour, 1, Verb::opened);
  house.fold_all();
  CHECK(!house.book.find("t1")->has_value());
  const std::string lived = house.dump();
  house.remove_book();
  house.restart();
  house.fold_all();
  CHECK(house.dump() == lived);
}

TEST_CASE("a bus that fails at any step costs a fold time, never a row") {
  for (int n = 1; n <= 12; ++n) {
    CAPTURE(n);
    House house;
    for (int i = 0; i < 40; ++i) house.publish(fmt::format("t{}", i), 1, Verb::opened);
    house.fold_all();
    const std::string whole = house.dump();
    house.remove_book();
    test::FaultyBus faulty(*house.bus);
    house.fold = std::make_unique<Fold>(faulty, house.names, std::vector<Book*>{&house.book},
                                        house.scratch.path());
    faulty.fail_at(n, test::Break::before, false);
    while (!house.fold->open()) continue;
    for (int i = 0; i < 20; ++i) static_cast<void>(house.fold->step(Duration(0), {}).has_value());
    CHECK(house.dump() == whole);
  }
}

TEST_CASE("writers that race on one key agree on one winner, whatever the seed") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    House house;
    std::jthread folding([&](std::stop_token stop) { house.fold->run(stop); });
    Appender appender(*house.bus, house.names, Topic::tasks, *house.fold, house.book, house.clock);
    const auto propose = [&](const std::string& cause, Verb verb, const std::string& who) {
      return appender.append(
          {"t1", cause, [=](const KeyState& key) -> std::variant<TaskEvent, Refusal> {
             if (!next_state(key.state, verb)) return Refusal{"too late"};
             TaskEvent event;
             event.verb = verb;
             event.by = {"staff", who};
             if (verb == Verb::opened) event.opening.emplace();
             return event;
           }});
    };
    REQUIRE(propose("m@0", Verb::opened, "").kind == Outcome::Kind::applied);
    std::atomic<int> won = 0, lost = 0;
    {
      std::vector<std::jthread> staff;
      for (unsigned i = 0; i < 5; ++i) {
        staff.emplace_back([&, i] {
          const auto outcome =
              propose(fmt::format("button:{}-{}", seed, i), Verb::claimed, fmt::format("s{}", i));
          won += outcome.kind == Outcome::Kind::applied;
          lost += outcome.kind == Outcome::Kind::refused;
        });
      }
    }
    CHECK(won == 1);
    CHECK(lost == 4);
    // The same intent again is the same answer, and no second event.
    const auto again = propose("m@0", Verb::opened, "");
    CHECK(again.kind == Outcome::Kind::applied);
    CHECK(again.verb == Verb::opened);
    CHECK(house.book.find("t1")->value().rev == 2);
  }
}

TEST_CASE("unrelated notes taking the rev do not defeat a writer: it decides anew") {
  House house;
  std::jthread folding([&](std::stop_token stop) { house.fold->run(stop); });
  Appender appender(*house.bus, house.names, Topic::tasks, *house.fold, house.book, house.clock);
  const auto write = [](Verb verb) {
    return [verb](const KeyState&) -> std::variant<TaskEvent, Refusal> {
      TaskEvent event;
      event.verb = verb;
      if (verb == Verb::opened) event.opening.emplace();
      return event;
    };
  };
  REQUIRE(appender.append({"t1", "open", write(Verb::opened)}).kind == Outcome::Kind::applied);
  std::atomic<int> applied = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&, i] {
        for (int j = 0; j < 5; ++j) {
          applied +=
              appender.append({"t1", fmt::format("note:{}:{}", i, j), write(Verb::noted)}).kind ==
              Outcome::Kind::applied;
        }
      });
    }
  }
  // All that were told "applied" are; the few that gave up after five tries were told so.
  CHECK(house.book.find("t1")->value().rev == applied + 1);
  CHECK(applied >= 10);
}

TEST_CASE("an append that breaks at any step, in any way, is applied once or not at all") {
  for (const auto how : {test::Break::before, test::Break::after, test::Break::halfway}) {
    for (int n = 1; n <= 4; ++n) {
      CAPTURE(n);
      CAPTURE(static_cast<int>(how));
      House house;
      test::FaultyBus faulty(*house.bus);
      std::jthread folding([&](std::stop_token stop) { house.fold->run(stop); });
      Appender appender(faulty, house.names, Topic::tasks, *house.fold, house.book, house.clock);
      std::vector<Proposal> proposals;
      for (int i = 0; i < 6; ++i) {
        proposals.push_back({fmt::format("t{}", i / 2), fmt::format("cause{}", i),
                             [i](const KeyState& key) -> std::variant<TaskEvent, Refusal> {
                               TaskEvent event;
                               event.verb = key.rev == 0 ? Verb::opened : Verb::noted;
                               event.by = {"staff", fmt::format("{}", i)};
                               if (event.verb == Verb::opened) event.opening.emplace();
                               return event;
                             }});
      }
      faulty.fail_at(n, how, false);
      for (const Outcome& outcome : appender.append_all(proposals))
        CHECK(outcome.kind == Outcome::Kind::applied);
      for (int i = 0; i < 3; ++i) CHECK(house.book.find(fmt::format("t{}", i))->value().rev == 2);
      // And all of it again, as after a crash: nothing changes.
      for (const Outcome& outcome : appender.append_all(proposals))
        CHECK(outcome.kind == Outcome::Kind::applied);
      for (int i = 0; i < 3; ++i) CHECK(house.book.find(fmt::format("t{}", i))->value().rev == 2);
    }
  }
}
