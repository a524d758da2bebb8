// The fold: books that can be lost, copied, damaged or frozen, and come back equal to the log.
#include "bus/fold.h"

#include <fmt/core.h>

#include <fstream>
#include <thread>

#include "bus/append.h"
#include "dispatch/tasks/task_book.h"
#include "tests/bus/faulty_bus.h"
#include "tests/bus/house.h"
#include "tests/dispatch/cases.h"

namespace maitred::test {
namespace {

using namespace std::chrono_literals;

// A log, and one book of it.
struct FoldBench {
  std::unique_ptr<House> home;
  const TopicNames& names = home->names;
  const std::string topic = names.name(Topic::tasks);
  std::unique_ptr<Bus> bus = home->open();
  Scratch scratch;
  TaskBook book{names};
  std::unique_ptr<Fold> fold;

  explicit FoldBench(BuildHouse build) : home(build()) { restart(); }
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
    event.at = home->clock.now();
    if (verb == Verb::opened) event.opening.emplace();
    const std::vector records{make_record(names, Topic::tasks, key, event.cause, to_json(event))};
    REQUIRE(bus->publish(topic, records));
  }
  // To the end of the log, or as far as a partition that stands still lets it.
  void fold_all() {
    const auto ends = bus->ends(topic);
    REQUIRE(ends);
    const auto is_done = [&] {
      if (!fold->ready(Topic::tasks)) return false;
      return !fold->stopped().empty() || fold->wait_until(Topic::tasks, *ends, Duration(0));
    };
    wait_for([&] {
      const auto folded = fold->step(Duration(50), {});
      REQUIRE_MESSAGE(folded, (folded ? "" : folded.error().text));
      return is_done();
    });
    CHECK(is_done());
  }
  // Folds by itself from now on; returns when it has read what is there.
  std::jthread fold_on() {
    std::jthread folding([this](std::stop_token stop) { fold->run(stop); });
    REQUIRE(fold->wait_until_ready(kPatience));
    return folding;
  }
  int partition(std::string_view key) { return partition_of(key, bus->partitions(topic)); }
  std::string dump() { return *book.dump(); }
  void remove_book() {
    fold.reset();
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::filesystem::remove(scratch.path() / fmt::format("tasks.db{}", ending));
    }
  }
};

void rebuilt_books_are_equal(BuildHouse build) {
  FoldBench house(build);
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

void nothing_unread_is_passed(BuildHouse build) {
  FoldBench house(build);
  house.publish("t1", 1, Verb::opened);
  const auto ends = house.bus->ends(house.topic);
  REQUIRE(ends);
  CHECK(!house.fold->wait_until(Topic::tasks, *ends, Duration(0)));
  house.fold_all();
  CHECK(house.fold->wait_until(Topic::tasks, *ends, Duration(0)));
}

void reopened_books_go_on(BuildHouse build) {
  FoldBench house(build);
  house.publish("t1", 1, Verb::opened);
  house.fold_all();
  house.restart();
  house.publish("t1", 2, Verb::claimed);
  house.fold_all();
  CHECK(house.book.find("t1")->value().state == TaskState::claimed);
  CHECK(house.book.voids()->empty());
}

void books_of_another_log_are_rebuilt(BuildHouse build) {
  for (const bool longer : {false, true}) {
    CAPTURE(longer);
    FoldBench house(build);
    house.publish("t1", 1, Verb::opened);
    house.fold_all();
    const std::string before = house.dump();
    FoldBench other(build);
    other.home->advance(1s);
    other.publish("t1", 1, Verb::opened);
    if (longer) other.publish("t1", 2, Verb::noted);
    other.fold_all();
    other.fold.reset();
    house.remove_book();
    std::filesystem::copy(other.scratch.path() / "tasks.db", house.scratch.path() / "tasks.db");
    house.restart();
    house.fold_all();
    CHECK(house.dump() == before);
  }
}

void damaged_books_are_computed_again(BuildHouse build) {
  FoldBench house(build);
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

void newer_versions_stop_their_partition(BuildHouse build) {
  FoldBench house(build);
  house.publish("t1", 1, Verb::opened);
  house.publish("t1", 2, Verb::noted, kTaskEventVersion + 1);
  house.publish("t1", 3, Verb::noted);
  std::string other = "t2";
  for (int i = 2; house.partition(other) == house.partition("t1"); ++i)
    other = fmt::format("t{}", i);
  house.publish(other, 1, Verb::opened);
  house.fold_all();
  CHECK(house.book.find("t1")->value().rev == 1);
  CHECK(house.book.find(other)->has_value());
  CHECK(house.fold->stopped().find("install") != std::string::npos);
  const auto ends = house.bus->ends(house.topic);
  CHECK(!house.fold->wait_until(Topic::tasks, *ends, Duration(0)));
}

void old_keys_are_dropped(BuildHouse build) {
  FoldBench house(build);
  house.publish("t1", 1, Verb::opened);
  house.fold_all();
  house.home->advance(std::chrono::days(85));
  std::string neighbour = "a0";
  for (int i = 1; house.partition(neighbour) != house.partition("t1"); ++i)
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

void failures_cost_no_row(BuildHouse build) {
  for (int n = 1; n <= 12; ++n) {
    CAPTURE(n);
    FoldBench house(build);
    for (int i = 0; i < 40; ++i) house.publish(fmt::format("t{}", i), 1, Verb::opened);
    house.fold_all();
    const std::string whole = house.dump();
    house.remove_book();
    FaultyBus faulty(*house.bus);
    house.fold = std::make_unique<Fold>(faulty, house.names, std::vector<Book*>{&house.book},
                                        house.scratch.path());
    faulty.fail_at(n, Break::before, false);
    while (!house.fold->open()) continue;
    const auto ends = house.bus->ends(house.topic);
    REQUIRE(ends);
    wait_for([&] {
      static_cast<void>(house.fold->step(Duration(50), {}).has_value());
      return house.fold->wait_until(Topic::tasks, *ends, Duration(0));
    });
    CHECK(house.dump() == whole);
  }
}

void races_have_one_winner(BuildHouse build) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    FoldBench house(build);
    const auto folding = house.fold_on();
    Appender appender(*house.bus, house.names, Topic::tasks, *house.fold, house.book,
                      house.home->clock);
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

void writers_decide_anew(BuildHouse build) {
  FoldBench house(build);
  const auto folding = house.fold_on();
  Appender appender(*house.bus, house.names, Topic::tasks, *house.fold, house.book,
                    house.home->clock);
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

void broken_appends_are_applied_once(BuildHouse build) {
  for (const auto how : {Break::before, Break::after, Break::halfway}) {
    for (int n = 1; n <= 4; ++n) {
      CAPTURE(n);
      CAPTURE(static_cast<int>(how));
      FoldBench house(build);
      FaultyBus faulty(*house.bus);
      const auto folding = house.fold_on();
      Appender appender(faulty, house.names, Topic::tasks, *house.fold, house.book,
                        house.home->clock);
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

}  // namespace

const std::vector<HouseCase>& fold_cases() {
  static const std::vector<HouseCase> all{
      {"a book deleted and rebuilt equals the one that was there (I11)", rebuilt_books_are_equal},
      {"what no book has read yet is not passed", nothing_unread_is_passed},
      {"a book reopened goes on where it was, and folds no record twice", reopened_books_go_on},
      {"a book of another log is rebuilt, not trusted", books_of_another_log_are_rebuilt},
      {"a damaged book file is computed again", damaged_books_are_computed_again},
      {"an event of a newer version stops its partition alone, and says what to install",
       newer_versions_stop_their_partition},
      {"keys 80 days behind the newest log time of their partition are dropped, here and in a "
       "rebuild",
       old_keys_are_dropped},
      {"a bus that fails at any step costs a fold time, never a row", failures_cost_no_row},
      {"writers that race on one key agree on one winner, whatever the seed",
       races_have_one_winner},
      {"unrelated notes taking the rev do not defeat a writer: it decides anew",
       writers_decide_anew},
      {"an append that breaks at any step, in any way, is applied once or not at all",
       broken_appends_are_applied_once}};
  return all;
}

}  // namespace maitred::test
