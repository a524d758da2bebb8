// A log copied onto another bus says the same: records, order, stamps, and what is void.
#include "daemon/copy/copy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "bus/accept.h"
#include "bus/embedded/embedded_bus.h"
#include "tests/bus/faulty_bus.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

const Time kNow = real_clock().now();

struct Log {
  explicit Log(TopicNames of = {}) : names(std::move(of)) {
    auto opened = EmbeddedBus::open({scratch.path(), names, true, false}, real_clock());
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().text));
    bus = std::move(*opened);
  }
  CopySide side() { return {*bus, names, real_clock()}; }
  void write(Topic topic, const std::vector<Record>& records) const {
    REQUIRE(bus->publish(names.name(topic), records));
  }
  std::vector<Stored> read(Topic topic) const {
    const auto reader = bus->follow({{names.name(topic), {}}});
    REQUIRE(reader);
    std::vector<Stored> all;
    REQUIRE(read_to_end(**reader, [&](const Stored& record) {
      all.push_back(record);
      return true;
    }));
    return all;
  }
  int64_t count(Topic topic) const { return static_cast<int64_t>(read(topic).size()); }

  Scratch scratch;
  TopicNames names;
  std::unique_ptr<EmbeddedBus> bus;
};

Record record(std::string key, std::string value, Time stamp) {
  return {std::move(key), std::move(value), {{"ce_id", "1"}}, {}, stamp};
}

// An evening of so many records on few keys, some of them tombstones, oldest first.
std::vector<Record> evening(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Record> records;
  for (size_t i = 0; i < count; ++i) {
    const std::string key = "guest " + std::to_string(random() % 40);
    Record one = record(key, std::to_string(i), kNow - 1h + Duration(i));
    if (random() % 5 == 0) one.value.reset();
    one.headers.push_back({"number", std::to_string(i)});
    records.push_back(std::move(one));
  }
  return records;
}

// What each key says, in order: stamp, value and headers but for that of the copy.
std::map<std::string, std::vector<std::string>> said(const Log& log, Topic topic) {
  std::map<std::string, std::vector<std::string>> all;
  for (const Stored& one : log.read(topic)) {
    std::string text = std::to_string(one.log_time.time_since_epoch().count());
    text += one.value ? " " + *one.value : " nothing";
    for (const Header& header : one.headers) {
      if (header.name != kCopiedFrom) text += " " + header.name + "=" + header.value;
    }
    all[one.key].push_back(std::move(text));
  }
  return all;
}

Result<Positions> copy(CopySide from, CopySide to, Topic topic, bool resume = false,
                       CopyCounts* counts = nullptr, const Positions& reached = {}) {
  TopicCopy copy(from, to, topic);
  TRY(copy.prepare(resume));
  TRY(copy.run([](int64_t, int64_t) {}));
  if (counts) *counts = copy.counts();
  return copy.verify(reached);
}

bool says(const Result<Positions>& result, Fault fault, std::string_view part) {
  if (result) return false;
  CAPTURE(result.error().text);
  CHECK(result.error().fault == fault);
  return result.error().text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a copy says what the log says, whatever the counts of partitions") {
  const TopicNames targets[] = {{"maitred", 12, 6}, {"house", 5, 1}, {"maitred", 16, 7}};
  for (const TopicNames& names : targets) {
    CAPTURE(names.partitions);
    Log from, to(names);
    for (const Topic topic : {Topic::mentions, Topic::customers}) {
      from.write(topic, evening(1200, 7));
      CopyCounts counts;
      const auto copied = copy(from.side(), to.side(), topic, false, &counts);
      REQUIRE_MESSAGE(copied, (copied ? "" : copied.error().text));
      CHECK(counts.copied == 1200);
      CHECK(said(to, topic) == said(from, topic));
      for (const Stored& one : to.read(topic))
        CHECK(one.position.partition == partition_of(one.key, names.count(topic)));
      CHECK(*copied == *to.bus->begins(names.name(topic)));  // no group had come anywhere
    }
  }
}

TEST_CASE("log time does not run backwards where partitions are merged") {
  Log from, to({"maitred", 2, 1});
  from.write(Topic::mentions, evening(1200, 8));
  REQUIRE(copy(from.side(), to.side(), Topic::mentions));
  std::map<int, Time> last;
  for (const Stored& one : to.read(Topic::mentions)) {
    CHECK(one.log_time >= last[one.position.partition]);
    last[one.position.partition] = one.log_time;
  }
}

TEST_CASE("what counted and what was void on the log is so on its copy") {
  const auto event = [](Verb verb, int64_t rev, const char* cause, Duration ago) {
    TaskEvent made;
    made.task = "t1";
    made.rev = rev;
    made.cause = cause;
    made.verb = verb;
    if (verb == Verb::opened) made.opening.emplace();
    return record("t1", to_json(made), kNow - ago);
  };
  const auto folded = [](const Log& log) {
    std::vector<std::string> fates;
    KeyState key;
    for (const Stored& one : log.read(Topic::tasks)) {
      const auto json = json::Document::parse(*one.value);
      REQUIRE(json);
      const auto read = task_event_from_json(json->root());
      REQUIRE(read);
      const auto why_void = accept(key, *read, one.log_time);
      fates.emplace_back(why_void ? word(*why_void) : "applied");
      if (!why_void) advance(key, *read, one.log_time);
    }
    return fates;
  };
  Log from, to({"maitred", 5, 5});
  from.write(
      Topic::tasks,
      {event(Verb::opened, 1, "m@0", days(70)), event(Verb::claimed, 2, "button:1", days(69)),
       event(Verb::claimed, 2, "button:2", days(69)), event(Verb::noted, 3, "button:3", days(1))});
  REQUIRE(copy(from.side(), to.side(), Topic::tasks));
  const std::vector<std::string> expected = {"applied", "applied", word(VoidReason::wrong_rev),
                                             word(VoidReason::too_late)};
  CHECK(folded(from) == expected);
  CHECK(folded(to) == expected);
}

TEST_CASE("a misplaced record stays void: in its place, or left out where counts differ") {
  const int wrong = (partition_of("t1", 12) + 1) % 12;
  for (const int partitions : {12, 5}) {
    CAPTURE(partitions);
    Log from, to({"maitred", partitions, 6});
    Record misplaced = record("t1", "misplaced", kNow - 2h);
    misplaced.partition = wrong;
    from.write(Topic::tasks, {misplaced, record("t1", "placed", kNow - 1h)});
    CopyCounts counts;
    REQUIRE(copy(from.side(), to.side(), Topic::tasks, false, &counts));
    CHECK(counts.misplaced == (partitions == 12 ? 0 : 1));
    for (const Stored& one : to.read(Topic::tasks)) {
      const bool placed = one.position.partition == partition_of("t1", partitions);
      CHECK(placed == (one.value == "placed"));
    }
  }
}

TEST_CASE("what retention would take at once is left out; compacted topics keep all") {
  Log from, to;
  for (const Topic topic : {Topic::mentions, Topic::customers})
    from.write(topic, {record("k", "old", kNow - days(31)), record("k", "new", kNow - days(29))});
  CopyCounts mentions, customers;
  REQUIRE(copy(from.side(), to.side(), Topic::mentions, false, &mentions));
  REQUIRE(copy(from.side(), to.side(), Topic::customers, false, &customers));
  CHECK(mentions.expired == 1);
  CHECK(to.count(Topic::mentions) == 1);
  CHECK(customers.expired == 0);
  CHECK(to.count(Topic::customers) == 2);
}

TEST_CASE("a group goes on with the first record it had not settled") {
  for (const int partitions : {12, 5}) {
    CAPTURE(partitions);
    Log from, to({"maitred", partitions, 6});
    from.write(Topic::mentions, evening(1200, 9));
    Positions reached = *from.bus->ends(from.names.name(Topic::mentions));
    for (auto& [partition, next] : reached) next /= 2;
    const auto places = copy(from.side(), to.side(), Topic::mentions, false, nullptr, reached);
    REQUIRE(places);
    size_t settled = 0, open = 0, again = 0;
    for (const Stored& one : to.read(Topic::mentions)) {
      const std::string origin(one.header(kCopiedFrom));
      const size_t slash = origin.find('/');
      const bool was_settled =
          std::stoll(origin.substr(slash + 1)) < reached.at(std::stoi(origin.substr(0, slash)));
      const bool is_ahead = one.position.offset >= places->at(one.position.partition);
      if (was_settled)
        ++(is_ahead ? again : settled);
      else {
        CHECK(is_ahead);  // nothing is passed over
        ++open;
      }
    }
    CHECK(settled > 0);
    CHECK(open > 0);
    if (partitions == 12) CHECK(again == 0);
  }
}

TEST_CASE("a copy goes onto empty topics alone") {
  Log from, to;
  from.write(Topic::mentions, evening(10, 1));
  to.write(Topic::mentions, {record("k", "here before", kNow)});
  const auto refused = copy(from.side(), to.side(), Topic::mentions);
  CHECK(says(refused, Fault::conflict, "maitred.mentions holds 1 records"));
  const auto foreign = copy(from.side(), to.side(), Topic::mentions, true);
  CHECK(says(foreign, Fault::conflict, "a record that no copy put there"));
  CHECK(to.count(Topic::mentions) == 1);
}

TEST_CASE("a copy that was broken off anywhere goes on where it stopped") {
  for (const int partitions : {12, 5}) {
    for (const Break how : {Break::before, Break::after, Break::halfway}) {
      bool broke = true;
      for (int64_t n = 1; broke; ++n) {
        CAPTURE(partitions);
        CAPTURE(n);
        Log from, to({"maitred", partitions, 6});
        from.write(Topic::mentions, evening(1200, static_cast<unsigned>(n)));
        FaultyBus faulty(*to.bus);
        faulty.fail_at(n, how, true);
        broke = !copy(from.side(), {faulty, to.names, real_clock()}, Topic::mentions);
        const auto whole = copy(from.side(), to.side(), Topic::mentions, true);
        REQUIRE_MESSAGE(whole, (whole ? "" : whole.error().text));
        CHECK(to.count(Topic::mentions) == 1200);
        CHECK(said(to, Topic::mentions) == said(from, Topic::mentions));
      }
    }
  }
}

TEST_CASE("a copy of a copy says where it was copied from last") {
  Log first, second, third;
  first.write(Topic::links, evening(20, 3));
  REQUIRE(copy(first.side(), second.side(), Topic::links));
  REQUIRE(copy(second.side(), third.side(), Topic::links));
  CHECK(said(third, Topic::links) == said(first, Topic::links));
  for (const Stored& one : third.read(Topic::links)) {
    CHECK(std::ranges::count(one.headers, kCopiedFrom, &Header::name) == 1);
  }
}

TEST_CASE("whoever writes meanwhile is found out") {
  Log from, to;
  from.write(Topic::mentions, evening(100, 4));
  TopicCopy onto(from.side(), to.side(), Topic::mentions);
  REQUIRE(onto.prepare(false));
  REQUIRE(onto.run([](int64_t, int64_t) {}));

  SUBCASE("to the old log: copied with --resume") {
    from.write(Topic::mentions, {record("late", "one more", kNow)});
    CHECK(says(onto.verify({}), Fault::conflict, "somebody wrote to maitred.mentions"));
    REQUIRE(copy(from.side(), to.side(), Topic::mentions, true));
    CHECK(to.count(Topic::mentions) == 101);
  }
  SUBCASE("to the new one") {
    to.write(Topic::mentions, {record("late", "one more", kNow)});
    CHECK(says(onto.verify({}), Fault::conflict, "a record that no copy put there"));
  }
  SUBCASE("to the new one, as if it were a copy") {
    Record forged = record("guest 1", "forged", kNow);
    forged.headers = {{kCopiedFrom, "1/7"}};
    to.write(Topic::mentions, {forged});
    CHECK(says(onto.verify({}), Fault::conflict,
               "keys are not as they were, the first of them 'guest 1'"));
  }
}
