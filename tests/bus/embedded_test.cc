// What the embedded bus alone promises: one daemon, commands beside it, retention, honest faults.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <fstream>

#include "bus/embedded/embedded_bus.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using maitred::test::record;
using std::chrono::days;

namespace {

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5));

std::unique_ptr<EmbeddedBus> open(const test::Scratch& scratch, Clock& clock,
                                  bool as_daemon = true) {
  auto bus = EmbeddedBus::open({scratch.path(), TopicNames{}, as_daemon}, clock);
  REQUIRE_MESSAGE(bus, (bus ? "" : bus.error().text));
  return std::move(*bus);
}

size_t count(Bus& bus, const std::string& topic) {
  auto reader = bus.follow({{topic, {}}});
  REQUIRE(reader);
  const auto batch = (*reader)->poll(1000, Duration(0), {});
  REQUIRE(batch);
  return batch->records.size();
}

}  // namespace

TEST_CASE("a second daemon is refused in one sentence; a command beside it is not") {
  test::Scratch scratch;
  FakeClock clock(kStart);
  const auto daemon = open(scratch, clock);
  const auto second = EmbeddedBus::open({scratch.path(), TopicNames{}, true}, clock);
  REQUIRE(!second);
  CHECK(second.error().fault == Fault::conflict);
  CHECK(second.error().text.find("another maitred daemon is running on") == 0);

  const auto command = open(scratch, clock, false);
  auto reader = daemon->follow({{"maitred.mentions", {}}});
  REQUIRE(reader);
  REQUIRE(command->publish("maitred.mentions", std::vector{record("k", "from beside")}));
  const auto seen = (*reader)->poll(10, Duration(5000), {});
  REQUIRE(seen);
  REQUIRE(seen->records.size() == 1);
  CHECK(seen->records[0].value == "from beside");
  CHECK(command->join("maitred.mentions", "g", {}).error().fault == Fault::denied);
}

TEST_CASE("log time never runs backwards in a partition, though the clock does") {
  test::Scratch scratch;
  FakeClock clock(kStart);
  const auto bus = open(scratch, clock);
  const std::vector one{record("k", "1")}, two{record("k", "2")};
  REQUIRE(bus->publish("maitred.mentions", one));
  clock.set(kStart - std::chrono::hours(1));
  REQUIRE(bus->publish("maitred.mentions", two));
  auto reader = bus->follow({{"maitred.mentions", {}}});
  REQUIRE(reader);
  const auto batch = (*reader)->poll(10, Duration(0), {});
  REQUIRE(batch);
  REQUIRE(batch->records.size() == 2);
  CHECK(batch->records[1].log_time == batch->records[0].log_time);
}

TEST_CASE("retention drops what a topic keeps no longer, and says so to a reader who missed it") {
  test::Scratch scratch;
  FakeClock clock(kStart);
  const auto bus = open(scratch, clock);
  auto late = bus->follow({{"maitred.mentions", {}}});
  REQUIRE(late);
  REQUIRE(bus->publish("maitred.mentions", std::vector{record("k", "old"), record("k", "older")}));
  clock.advance(days(20));
  REQUIRE(bus->publish("maitred.mentions", std::vector{record("k", "new")}));
  clock.advance(days(11));
  REQUIRE(bus->retain());
  CHECK(count(*bus, "maitred.mentions") == 1);
  const int partition = partition_of("k", 12);
  CHECK(bus->begins("maitred.mentions")->at(partition) == 2);
  CHECK(bus->ends("maitred.mentions")->at(partition) == 3);
  CHECK((*late)->poll(10, Duration(0), {}).error().fault == Fault::missing);
  CHECK(bus->follow({{"maitred.mentions", {{partition, 0}}}}).error().fault == Fault::missing);
}

TEST_CASE("a compacted topic keeps the last value of each key, and a tombstone for 30 days") {
  test::Scratch scratch;
  FakeClock clock(kStart);
  const auto bus = open(scratch, clock);
  REQUIRE(bus->publish("maitred.staff", std::vector{record("staff:a", "1"), record("staff:a", "2"),
                                                    record("staff:b", "1"),
                                                    Record{"staff:b", std::nullopt, {}, {}}}));
  REQUIRE(bus->retain());
  CHECK(count(*bus, "maitred.staff") == 4);  // the last day is left alone
  clock.advance(days(2));
  REQUIRE(bus->retain());
  CHECK(count(*bus, "maitred.staff") == 2);
  clock.advance(days(30));
  REQUIRE(bus->retain());
  CHECK(count(*bus, "maitred.staff") == 1);
}

TEST_CASE(
    "another partition count, a newer layout and a file that is no log are said, not replaced") {
  test::Scratch scratch;
  FakeClock clock(kStart);
  REQUIRE(open(scratch, clock)->publish("maitred.mentions", std::vector{record("k", "v")}));
  TopicNames more;
  more.partitions = 24;
  const auto counted = EmbeddedBus::open({scratch.path(), more, true}, clock);
  REQUIRE(!counted);
  CHECK(counted.error().text.find("has 12 partitions in log.db, but the config says 24") !=
        std::string::npos);
  {
    auto db = Db::open(scratch.path() / "log.db");
    REQUIRE(db);
    REQUIRE((*db)->script("PRAGMA user_version=99"));
  }
  const auto newer = EmbeddedBus::open({scratch.path(), TopicNames{}, true}, clock);
  REQUIRE(!newer);
  CHECK(newer.error().text.find("install the newer maitred") != std::string::npos);

  test::Scratch other;
  std::ofstream(other.path() / "log.db") << std::string(8192, 'x');
  const auto foreign = EmbeddedBus::open({other.path(), TopicNames{}, true}, clock);
  REQUIRE(!foreign);
  CHECK(foreign.error().fault == Fault::broken);
  CHECK(std::filesystem::file_size(other.path() / "log.db") == 8192);
}
