// `maitred verify` on real, small logs: what holds passes, and each kind of breach that is planted
// is found, named and put down to the right invariant.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>

#include "bus/embedded/embedded_bus.h"
#include "bus/fold.h"
#include "bus/mention.h"
#include "bus/reject.h"
#include "daemon/audit/audit.h"
#include "daemon/audit/stretch.h"
#include "dispatch/identity/customer_book.h"
#include "dispatch/staff/push_book.h"
#include "dispatch/staff/staff_book.h"
#include "dispatch/tasks/task_book.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 18h;

struct House {
  test::Scratch scratch;
  FakeClock clock{kStart};
  TopicNames names;
  std::unique_ptr<EmbeddedBus> bus =
      std::move(*EmbeddedBus::open({scratch.path(), names, true, false}, clock));

  void put(Topic topic, const std::string& key, std::optional<std::string> value,
           std::optional<int> partition = {}) {
    Record record = make_record(names, topic, key, key, std::move(value));
    record.partition = partition;
    REQUIRE(bus->publish(names.name(topic), std::vector{record}));
  }
  void mention(int number, const std::string& fields = R"("text":"a steak","author":{"id":"x:a"})",
               const std::string& revision = "0") {
    put(Topic::mentions, "x:a",
        fmt::format(R"({{"v":1,"id":"x:{}","revision":"{}",{}}})", number, revision, fields));
  }
  void event(const std::string& key, int rev, const std::string& cause, const std::string& verb,
             const std::string& more = R"("mention":"x:1")", std::optional<int> partition = {}) {
    put(Topic::tasks, key,
        fmt::format(R"({{"v":1,"task":"{}","rev":{},"cause":"{}","verb":"{}","by":{{"kind":"x"}},)"
                    R"("at":"2026-03-05T18:00:00Z",{}}})",
                    key, rev, cause, verb, more),
        partition);
  }
  void verdict(int number, const std::string& why, const std::string& task = "",
               const std::string& revision = "0") {
    put(Topic::verdicts, "x:a",
        fmt::format(R"({{"v":1,"mention":"x:{}","revision":"{}","why":"{}","task":"{}"}})", number,
                    revision, why, task));
  }
  // The dispatcher is past all that lies on `mentions`.
  void commit() {
    const auto member = bus->join("maitred.mentions", "dispatch", {});
    REQUIRE(member);
    REQUIRE((*member)->poll(1, Duration(0), {}));
    REQUIRE((*member)->commit(*bus->ends("maitred.mentions")));
  }
  void keep_books() {
    TaskBook tasks{names};
    CustomerBook customers{names};
    StaffBook staff{names};
    PushBook pushes{names};
    Fold fold(*bus, names, {&tasks, &customers, &staff, &pushes}, scratch.path());
    REQUIRE(fold.open());
    for (size_t folded = 1; folded > 0; folded = *fold.step(Duration(0), {})) continue;
  }
  void sql(const std::string& book, const std::string& statement) {
    auto db = Db::open(scratch.path() / (book + ".db"));
    REQUIRE(db);
    REQUIRE((*db)->script(statement));
  }
  audit::Report audit(Bus* over = nullptr, const audit::Progress& progress = {}) {
    auto report = audit::audit(over ? *over : *bus, names, scratch.path(), clock.now(), progress);
    REQUIRE_MESSAGE(report, (report ? "" : report.error().text));
    return std::move(*report);
  }
};

// A bus as a broker can be: it brings nothing though there is more, and says an end only once.
class Reluctant : public audit::BusUntil {
 public:
  Reluctant(Bus& real) : BusUntil(real, {}), real_(real) {}
  Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) override {
    TRY_ASSIGN(auto reader, real_.follow(from));
    return std::make_unique<Slow>(std::move(reader));
  }

 private:
  struct Slow : Reader {
    explicit Slow(std::unique_ptr<Reader> of) : real(std::move(of)) {}
    Result<Batch> poll(size_t, Duration, std::stop_token stop) override {
      if (++polls % 2 == 1) return Batch();
      TRY_ASSIGN(Batch batch, real->poll(2, Duration(0), stop));
      std::erase_if(batch.at_end, [&](const auto& at) { return !told.insert(at).second; });
      return batch;
    }
    TopicPositions positions() const override { return real->positions(); }
    std::unique_ptr<Reader> real;
    std::set<TopicPartition> told = {};
    int polls = 0;
  };
  Bus& real_;
};

std::string key_of(int number) {
  return task_id_of(fmt::format("x:{}", number));
}

// 1 opens and is claimed by one of two, 2 joins it and is edited, 3 is not ours, 4 is withdrawn, 5
// could not be read. Rivals, retries and copies lie about, as they do.
void evening(House& house) {
  for (int number : {1, 1, 2, 3, 4, 1}) house.mention(number);
  house.mention(2, R"("text":"two steaks","author":{"id":"x:a"})", "1772750000000");
  house.put(Topic::mentions, "x:a", "no mention");
  const std::vector rejects{
      make_record(house.names, Reject{"x:a", "dispatch", "unreadable", "", 1, "no mention"})};
  REQUIRE(house.bus->publish("maitred.rejects", rejects));
  const std::string one = key_of(1);
  for (int copy = 0; copy < 2; ++copy) {
    house.event(one, 1, "x:1@0", "opened", R"("mention":"x:1","store":"s","steps":["cook"])");
  }
  house.event(key_of(2), 1, "x:2@0", "opened",
              R"("mention":"x:2")"
              ",\"to\":\"\"");
  house.event(one, 2, "button:a", "claimed");
  house.event(one, 2, "button:b", "claimed");
  house.event(one, 3, "button:b", "claimed");
  house.event(one, 2, "button:c", "danced");
  house.event(key_of(6), 1, "x:6@0", "joined", R"("mention":"x:6","to":")" + one + "\"");
  house.event(one, 3, "x:6@0", "heard");
  house.event(key_of(2), 2, "x:2@1772750000000", "edited", R"("mention":"x:2")");
  house.event(key_of(4), 1, "x:4@0", "withdrawn", R"("mention":"x:4")");
  house.mention(6);
  house.verdict(1, "not_ours");  // a mistake that the next one mends: the last counts
  house.verdict(1, "opened", one);
  house.verdict(2, "infeasible", key_of(2));
  house.verdict(2, "edited", key_of(2), "1772750000000");
  house.verdict(3, "not_ours");
  house.verdict(4, "withdrawn");
  house.verdict(6, "joined", one);
  house.put(Topic::customers, "c1", R"({"v":1,"id":"c1","name":"P. S."})");
  house.put(Topic::customers, "c2", R"({"v":1,"id":"c2","name":"Q."})");
  house.put(Topic::customers, "c1", std::nullopt);
  house.put(Topic::staff, "staff:anna", R"({"v":1,"id":"anna"})");
  house.put(Topic::pushes, one,
            fmt::format(R"({{"v":1,"task":"{}","rev":1,"step":"open","person":"anna",)"
                        R"("courier":"console","state":"accepted","attempt":1}})",
                        one));
  house.commit();
  house.keep_books();
}

// What is broken, by the words of its check; and everything that is said of it.
std::string broken(const audit::Report& report) {
  std::string text;
  for (const audit::Check& check : report.checks) {
    if (check.broken == 0) continue;
    text += fmt::format("{} {}|", check.invariant, check.says);
    for (const auto& breach : check.first) {
      text += fmt::format("{} {} {}: {}|", breach.where, breach.key, breach.cause, breach.what);
    }
  }
  return text;
}

struct Planted {
  const char* name;
  std::function<void(House&)> plant;
  std::vector<std::string> found;  // each is part of what is said
  int checks = 1;                  // how many are broken by it
};

void check_planted(const std::vector<Planted>& table) {
  for (const Planted& row : table) {
    CAPTURE(row.name);
    House house;
    evening(house);
    row.plant(house);
    const audit::Report report = house.audit();
    const std::string said = broken(report);
    CAPTURE(said);
    CHECK_FALSE(report.holds());
    CHECK(std::count_if(report.checks.begin(), report.checks.end(),
                        [](const audit::Check& one) { return one.broken > 0; }) == row.checks);
    for (const std::string& part : row.found) {
      CAPTURE(part);
      CHECK(said.find(part) != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("an evening with rivals, retries and copies holds, and what was seen is counted") {
  House house;
  evening(house);
  const audit::Report report = house.audit();
  CHECK_MESSAGE(report.holds(), broken(report));
  CHECK(report.checks.size() == 8);
  for (const audit::Check& check : report.checks) {
    CAPTURE(check.says);
    CHECK(check.looked_at > 0);
  }
  CHECK(report.records.at("mentions") == 9);
  CHECK(report.records.at("tasks") == 11);
  CHECK(report.keys == 4);
  CHECK(report.applied == 7);
  CHECK(report.voids ==
        std::map<std::string, int64_t>{
            {"cause_applied", 1}, {"wrong_rev", 1}, {"wrong_state", 1}, {"unknown_verb", 1}});
  CHECK(report.copies == 2);
  CHECK(report.waiting == 0);
  CHECK(report.books == std::vector<std::string>{"tasks", "customers", "staff", "pushes"});
  CHECK(audit::to_text(report).find("BROKEN") == std::string::npos);
  const auto document = json::Document::parse(audit::to_json(report));
  REQUIRE(document);
  CHECK(document->root()["holds"].boolean());
  CHECK(document->root()["checks"].size() == 8);
}

TEST_CASE("an empty log holds, with no book at all") {
  House house;
  const audit::Report report = house.audit();
  CHECK_MESSAGE(report.holds(), broken(report));
  CHECK(report.books.empty());
  CHECK(report.keys == 0);
}

TEST_CASE("breaches of I3 are found and named") {
  const std::string one = key_of(1);
  check_planted({
      {"a second task for one mention",
       [](House& house) { house.event("tsecond", 1, "x:1@0", "opened"); },
       {"I3 each mention has one fate", "tsecond x:1@0: opened for the mention x:1",
        "two tasks from one mention"}},
      {"a task under a name that is not its mention's",
       [](House& house) { house.event("tsomewhere", 1, "x:9@0", "opened", R"("mention":"x:9")"); },
       {"tsomewhere x:9@0: opened for the mention x:9, whose own key is " + key_of(9)}},
      {"a verdict that says opened where nothing was",
       [](House& house) { house.verdict(3, "opened", key_of(3)); },
       {"I3 the last verdicts agree", "verdicts/", "x:3@0: the log knows nothing of its task"}},
      {"a verdict that says opened of a post that joined",
       [](House& house) { house.verdict(6, "opened", key_of(6)); },
       {"x:6@0: the verdict is opened, and the log says joined"}},
      {"a verdict that names another task",
       [=](House& house) { house.verdict(2, "opened", one); },
       {"with the task " + one + "; its own is " + key_of(2)}},
      {"a verdict that says joined of a post that opened",
       [=](House& house) { house.verdict(2, "joined", one); },
       {"the verdict is joined, and the log says opened"}},
      {"a verdict that says joined to another task than the log",
       [](House& house) { house.verdict(6, "joined", key_of(2)); },
       {"joined to " + key_of(2) + ", and the log says " + key_of(1)}},
      {"a post that joined a task, which never heard of it",
       [=](House& house) {
         house.event(key_of(7), 1, "x:7@0", "joined", R"("mention":"x:7","to":")" + one + "\"");
         house.verdict(7, "joined", one);
       },
       {"it joined " + one + ", which never heard of it"}},
      {"a post that joined what is no task",
       [](House& house) {
         house.event(key_of(7), 1, "x:7@0", "joined",
                     R"("mention":"x:7","to":")" + key_of(6) + "\"");
         house.verdict(7, "joined", key_of(6));
       },
       {"it joined " + key_of(6) + ", which is no task"}},
      {"a last verdict that forgets the task",
       [](House& house) {
         house.clock.advance(1min);
         house.verdict(1, "not_ours");
       },
       {"x:1@0: the verdict is not_ours, and its fate on the log is opened"}},
      {"an edit that the task never got",
       [=](House& house) { house.verdict(1, "edited", one, "5"); },
       {"x:1@5: the verdict is edited, and the log says nothing of " + one}},
      {"a mention that was passed without a verdict",
       [](House& house) {
         house.mention(8);
         house.commit();
       },
       {"I3 every mention", "mentions/", "x:a x:8@0: no verdict"}},
      {"bytes that are no mention and were not kept",
       [](House& house) {
         house.put(Topic::mentions, "x:a", "other bytes");
         house.commit();
       },
       {"not a mention, and not among the rejects"}},
      {"an event of a maitred yet to come",
       [=](House& house) {
         house.put(Topic::tasks, one, R"({"v":2,"task":"x"})");
         house.keep_books();
       },
       {"a newer maitred wrote it"}},
  });
}

TEST_CASE("breaches of I4 are found and named") {
  const std::string author = R"("author":{"id":"x:a"})";
  const auto copy = [](const std::string& fields) {
    return [=](House& house) { house.mention(1, fields); };
  };
  const std::string one = key_of(1);
  const int wrong = (partition_of(one, kPartitionsDefault) + 1) % kPartitionsDefault;
  check_planted({
      {"another text",
       copy(R"("text":"two steaks",)" + author),
       {"I4 copies of a mention agree", "mentions/", "x:1@0: another text than"}},
      {"another author",
       copy(R"("text":"a steak","author":{"id":"x:b"})"),
       {"another author.id than"}},
      {"another rating",
       copy(R"("text":"a steak","rating":{"stars":1,"of":5},)" + author),
       {"another rating than"}},
      {"withdrawn under the same revision",
       copy(R"("text":"a steak","withdrawn":true,)" + author),
       {"another withdrawn than"}},
      {"nothing the same",
       copy(R"("text":"x","withdrawn":true)"),
       {"another author.id, text, withdrawn than"}},
      {"an intent repeated with another verb",
       [=](House& house) {
         house.event(one, 9, "button:a", "finished");
         house.keep_books();
       },
       {"I4 copies of an event agree", one + " button:a: finished, and claimed before"}},
      {"an event in a partition that is not its key's",
       [=](House& house) {
         house.event(one, 4, "button:d", "finished", R"("mention":"x:1")", wrong);
         house.keep_books();
       },
       {"I4 every record lies", fmt::format("tasks/{}@", wrong), one}},
      {"a customer in a partition that is not his key's",
       [](House& house) {
         house.put(
             Topic::customers, "c9", "{}",
             (partition_of("c9", kPartitionsCompactedDefault) + 1) % kPartitionsCompactedDefault);
       },
       {"customers/", "c9"}},
  });
}

TEST_CASE("rival fates of one mention are a race and no breach") {
  House house;
  evening(house);
  house.event(key_of(1), 1, "x:1@0", "joined", R"("mention":"x:1","to":"tother")");
  const audit::Report report = house.audit();
  CHECK_MESSAGE(report.holds(), broken(report));
}

TEST_CASE("breaches of I11 are found and named") {
  const std::string one = key_of(1);
  const auto sql = [](const std::string& book, const std::string& statement) {
    return [=](House& house) { house.sql(book, statement); };
  };
  const std::string at_one = " WHERE key='" + one + "'";
  check_planted({
      {"an event that was void, and the book took it for one that counts",
       sql("tasks", "UPDATE tasks SET rev=rev+1, state='done'" + at_one),
       {"I11 the task book says", "tasks.db, tasks " + one, "at rev 4, done",
        "log says rev 3, claimed", "I11 books equal", "the log makes it another: rev, state"},
       2},
      {"an event that counts, and the book took it for void",
       sql("tasks", "UPDATE tasks SET rev=2, state='open'" + at_one + "; DELETE FROM causes" +
                        at_one + " AND rev=3"),
       {"at rev 2, open", "tasks.db, causes " + one},
       2},
      {"a task that is not there",
       sql("tasks", "DELETE FROM tasks" + at_one),
       {"the log has this task, and it is missing", "the log makes this row, and it is missing"},
       2},
      {"a task that never was",
       sql("tasks",
           "INSERT INTO tasks SELECT 'tnobody', partition, rev, state, store, author, "
           "customer, mention, opened_at, last_at, body FROM tasks" +
               at_one),
       {"tnobody : the log has no such task", "tnobody : the log makes no such row"},
       2},
      {"a void event that was not counted",
       sql("tasks", "UPDATE voids SET count=0"),
       {"tasks.db, voids", "0 void events; the log has 4"}},
      {"a body that only a second fold can know",
       sql("tasks", "UPDATE tasks SET body='{}'" + at_one),
       {"tasks.db, tasks " + one, "another: body"}},
      {"a customer with another name",
       sql("customers", "UPDATE customers SET body='{}'"),
       {"customers.db, customers c2", "another: body"}},
      {"a customer who was erased",
       sql("customers", "INSERT INTO customers VALUES('c1', '{}')"),
       {"customers.db, customers c1 : the log makes no such row"}},
      {"a member of staff who is missing",
       sql("staff", "DELETE FROM staff"),
       {"staff.db, staff staff:anna : the log makes this row, and it is missing"}},
      {"a push that was shown",
       sql("pushes", "UPDATE pushes SET shown=0"),
       {"pushes.db, pushes " + one + " open anna console", "another: shown"}},
      {"a book that read beyond the end",
       sql("staff", "UPDATE fold_positions SET next=next+5"),
       {"staff.db", "and the log ends at 1"}},
      {"a file that is no book",
       [](House& house) { std::ofstream(house.scratch.path() / "staff.db") << "not a database"; },
       {"staff.db", "not a database"}},
  });
}

TEST_CASE("a book that lags, one that is missing and one that never read are no breach") {
  House house;
  evening(house);
  house.event(key_of(1), 4, "x:1#4", "finished");
  std::filesystem::remove(house.scratch.path() / "customers.db");
  house.mention(11);  // and the dispatcher has not come to this one yet
  const audit::Report report = house.audit();
  CHECK_MESSAGE(report.holds(), broken(report));
  CHECK(report.books == std::vector<std::string>{"tasks", "staff", "pushes"});
  CHECK(report.waiting == 1);
}

TEST_CASE("what is written while it reads is beyond its ends") {
  House house;
  evening(house);
  bool planted = false;
  const audit::Report report = house.audit(nullptr, [&](int64_t, int64_t, const std::string&) {
    if (planted) return;
    planted = true;
    house.event("tsecond", 1, "x:1@0", "opened");
    house.verdict(3, "opened", key_of(3));
    house.put(Topic::staff, "staff:bob", "{}");
    house.mention(1, R"("text":"another")");
    house.keep_books();
  });
  CHECK(planted);
  CHECK_MESSAGE(report.holds(), broken(report));
  CHECK_FALSE(house.audit().holds());
}

TEST_CASE("a bus that brings nothing though there is more is read to its end") {
  House house;
  evening(house);
  Reluctant slow(*house.bus);
  const audit::Report report = house.audit(&slow);
  CHECK_MESSAGE(report.holds(), broken(report));
  CHECK(report.records == house.audit().records);
  CHECK(report.books.size() == 4);
  house.sql("staff", "UPDATE staff SET body='{}'");
  CHECK_FALSE(house.audit(&slow).holds());
}

TEST_CASE("what retention has taken is not missed, and old keys are left out") {
  House house;
  evening(house);
  house.clock.advance(std::chrono::days(95));
  house.event(key_of(20), 1, "x:20@0", "opened", R"("mention":"x:20")");
  house.event(key_of(1), 4, "x:1#4", "noted");  // its beginning is gone by now
  house.verdict(20, "opened", key_of(20));
  house.verdict(1, "opened", key_of(1));
  house.mention(20);
  REQUIRE(house.bus->retain());
  house.keep_books();
  house.commit();
  const audit::Report report = house.audit();
  CHECK_MESSAGE(report.holds(), broken(report));
  CHECK(report.records.at("tasks") < 11);
  house.sql("tasks", "UPDATE tasks SET store='other' WHERE key='" + key_of(20) + "'");
  CHECK_FALSE(house.audit().holds());
}
