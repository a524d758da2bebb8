// The bus's promises, in its own words (bus/bus.h), run on every implementation.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <functional>
#include <thread>

#include "bus/embedded/embedded_bus.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using maitred::test::record;

namespace {

const Time kStart =
    Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + std::chrono::hours(18);
constexpr Duration kPatience{10'000};

// One implementation under test: how to open it, again on the same log, and its house clock.
struct House {
  virtual ~House() = default;
  virtual std::unique_ptr<Bus> open() = 0;
  virtual const char* name() const = 0;
  FakeClock clock{kStart};
};

struct EmbeddedHouse : House {
  std::unique_ptr<Bus> open() override {
    auto bus = EmbeddedBus::open({scratch.path(), TopicNames{}, true}, clock);
    REQUIRE_MESSAGE(bus, (bus ? "" : bus.error().text));
    return std::move(*bus);
  }
  const char* name() const override { return "embedded"; }
  test::Scratch scratch;
};

void on_every_bus(const std::function<void(House&)>& promise) {
  std::vector<std::unique_ptr<House>> houses;
  houses.push_back(std::make_unique<EmbeddedHouse>());
  for (auto& house : houses) {
    CAPTURE(house->name());
    promise(*house);
  }
}

std::vector<Position> publish(Bus& bus, const std::vector<Record>& records) {
  auto positions = bus.publish("maitred.mentions", records);
  REQUIRE_MESSAGE(positions, (positions ? "" : positions.error().text));
  REQUIRE(positions->size() == records.size());
  return *positions;
}

// Everything a reader or member gets until all it reads is at its end.
template <typename R>
std::vector<Stored> drain(R& reader) {
  std::vector<Stored> all;
  for (;;) {
    auto batch = reader.poll(100, Duration(0), {});
    REQUIRE_MESSAGE(batch, (batch ? "" : batch.error().text));
    if (batch->records.empty()) return all;
    for (auto& stored : batch->records) all.push_back(std::move(stored));
  }
}

std::vector<Stored> everything(Bus& bus) {
  auto reader = bus.follow({{"maitred.mentions", {}}});
  REQUIRE(reader);
  return drain(**reader);
}

std::unique_ptr<Subscription> join(Bus& bus, std::string_view group, JoinOptions options = {}) {
  auto member = bus.join("maitred.mentions", group, std::move(options));
  REQUIRE_MESSAGE(member, (member ? "" : member.error().text));
  return std::move(*member);
}

Positions after(const std::vector<Stored>& records) {
  Positions next;
  for (const Stored& stored : records) next[stored.position.partition] = stored.position.offset + 1;
  return next;
}

}  // namespace

TEST_CASE("1 what publish returned for is never lost") {
  on_every_bus([](House& house) {
    {
      const auto bus = house.open();
      for (int i = 0; i < 50; ++i)
        publish(*bus, {record(fmt::format("key{}", i), fmt::format("value{}", i))});
    }
    const auto bus = house.open();
    std::set<std::string> values;
    for (const Stored& stored : everything(*bus)) {
      CHECK(stored.log_time == kStart);
      CHECK(stored.header("ce_id") == "id");
      CHECK(stored.topic == "maitred.mentions");
      values.insert(*stored.value);
    }
    CHECK(values.size() == 50);
  });
}

TEST_CASE("1 the position that publish returns is where the record is read") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    const auto positions = publish(*bus, {record("a", "1"), record("b", "2"), record("a", "3")});
    for (const Stored& stored : everything(*bus)) {
      const size_t index = static_cast<size_t>(std::stoi(*stored.value) - 1);
      CHECK(stored.position.partition == positions[index].partition);
      CHECK(stored.position.offset == positions[index].offset);
      CHECK(stored.position.partition ==
            partition_of(stored.key, bus->partitions("maitred.mentions")));
    }
  });
}

TEST_CASE("2 records of one key are read in the order they were published") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&bus, writer] {
        for (int i = 0; i < 40; ++i) {
          const std::vector<Record> two{
              record(fmt::format("key{}", writer), fmt::format("{}", 2 * i)),
              record(fmt::format("key{}", writer), fmt::format("{}", 2 * i + 1))};
          if (!bus->publish("maitred.mentions", two)) return;
        }
      });
    }
    writers.clear();
    std::map<std::string, int> expected;
    for (const Stored& stored : everything(*bus))
      CHECK(std::stoi(*stored.value) == expected[stored.key]++);
    REQUIRE(expected.size() == 4);
    for (const auto& [key, count] : expected) CHECK(count == 80);
  });
}

TEST_CASE("3 a subscription resumes at its last commit; with none, at the oldest") {
  on_every_bus([](House& house) {
    auto bus = house.open();
    for (int i = 0; i < 20; ++i) publish(*bus, {record(fmt::format("k{}", i), "first")});
    auto member = join(*bus, "g");
    const auto first = drain(*member);
    CHECK(first.size() == 20);
    REQUIRE(member->commit(after(first)));
    publish(*bus, {record("k", "second")});
    CHECK(drain(*member).size() == 1);  // read, not committed
    member.reset();
    bus.reset();
    bus = house.open();
    member = join(*bus, "g");
    const auto again = drain(*member);
    REQUIRE(again.size() == 1);
    CHECK(again[0].value == "second");
    CHECK(drain(*join(*bus, "another")).size() == 21);
  });
}

TEST_CASE("3 an offset out of range is an incident, never a silent reset") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    publish(*bus, {record("k", "v")});
    const int partition = partition_of("k", bus->partitions("maitred.mentions"));
    const auto beyond = bus->follow({{"maitred.mentions", {{partition, 5}}}});
    REQUIRE(!beyond);
    CHECK(beyond.error().fault == Fault::missing);
    auto member = join(*bus, "g");
    CHECK(drain(*member).size() == 1);
    REQUIRE(member->commit({{partition, 7}}));
    member.reset();
    member = join(*bus, "g");
    const auto polled = member->poll(10, Duration(0), {});
    REQUIRE(!polled);
    CHECK(polled.error().fault == Fault::missing);
  });
}

TEST_CASE("3 a subscription for ownership alone commits nothing and returns no records") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    publish(*bus, {record("k", "v")});
    std::set<int> assigned;
    auto owner = join(*bus, "floor", {true, [&](const std::set<int>& won) { assigned = won; }, {}});
    CHECK(drain(*owner).empty());
    CHECK(assigned.size() == static_cast<size_t>(bus->partitions("maitred.mentions")));
    CHECK(owner->owned() == assigned);
    REQUIRE(owner->commit({{partition_of("k", 12), 1}}));
    owner.reset();
    CHECK(drain(*join(*bus, "floor")).size() == 1);
  });
}

TEST_CASE("4 groups are independent of each other") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    publish(*bus, {record("k", "v")});
    auto one = join(*bus, "one");
    auto two = join(*bus, "two");
    REQUIRE(one->commit(after(drain(*one))));
    CHECK(drain(*one).empty());
    CHECK(drain(*two).size() == 1);
  });
}

TEST_CASE("5 a member that lost a partition is told before its next poll returns a record") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    std::set<int> lost;
    auto one = join(*bus, "g", {false, {}, [&](const std::set<int>& revoked) { lost = revoked; }});
    CHECK(drain(*one).empty());
    CHECK(one->owned().size() == 12);
    auto two = join(*bus, "g");
    for (int i = 0; i < 60; ++i) publish(*bus, {record(fmt::format("k{}", i), "v")});
    const auto of_one = drain(*one);
    const auto of_two = drain(*two);
    CHECK(lost.size() == 6);
    CHECK(of_one.size() + of_two.size() == 60);
    for (const Stored& stored : of_one) CHECK(!lost.contains(stored.position.partition));
    for (const Stored& stored : of_two) CHECK(two->owned().contains(stored.position.partition));
    two.reset();
    publish(*bus, {record("k0", "again"), record("k1", "again")});
    drain(*one);
    CHECK(one->owned().size() == 12);
  });
}

TEST_CASE("6 many callers wait; nothing is dropped") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    std::vector<std::jthread> callers;
    std::atomic<int> taken = 0;
    for (int caller = 0; caller < 16; ++caller) {
      callers.emplace_back([&, caller] {
        const std::vector<Record> some(20,
                                       record(fmt::format("c{}", caller), std::string(1000, 'x')));
        for (int i = 0; i < 5; ++i) taken += bus->publish("maitred.mentions", some) ? 20 : 0;
      });
    }
    callers.clear();
    CHECK(taken == 16 * 5 * 20);
    CHECK(everything(*bus).size() == 16 * 5 * 20);
  });
}

TEST_CASE("the end is reached when the reader says so") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    publish(*bus, {record("k", "v")});
    auto reader = bus->follow({{"maitred.mentions", {}}, {"maitred.staff", {}}});
    REQUIRE(reader);
    std::set<TopicPartition> ended;
    while (ended.size() < 12 + 6) {
      const auto batch = (*reader)->poll(1, Duration(0), {});
      REQUIRE(batch);
      ended.insert(batch->at_end.begin(), batch->at_end.end());
    }
    const auto ends = bus->ends("maitred.mentions");
    REQUIRE(ends);
    CHECK((*reader)->positions().at("maitred.mentions") == *ends);
  });
}

TEST_CASE("a waiting reader wakes for a record and for a stop") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    auto reader = bus->follow({{"maitred.mentions", {}}});
    REQUIRE(reader);
    std::jthread writer([&] {
      static_cast<void>(
          bus->publish("maitred.mentions", std::vector{record("k", "v")}).has_value());
    });
    const auto batch = (*reader)->poll(10, kPatience, {});
    REQUIRE(batch);
    CHECK(batch->records.size() == 1);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = (*reader)->poll(10, kPatience, stop.get_token());
    REQUIRE(stopped);
    CHECK(stopped->records.empty());
  });
}

TEST_CASE("log time is stamped by the bus and never runs backwards in a partition") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    publish(*bus, {record("k", "1")});
    house.clock.advance(std::chrono::minutes(5));
    publish(*bus, {record("k", "2")});
    house.clock.set(kStart - std::chrono::hours(1));
    publish(*bus, {record("k", "3")});
    const auto all = everything(*bus);
    REQUIRE(all.size() == 3);
    CHECK(all[0].log_time == kStart);
    CHECK(all[1].log_time == kStart + std::chrono::minutes(5));
    CHECK(all[2].log_time == all[1].log_time);
    const auto since = bus->since("maitred.mentions", kStart + std::chrono::minutes(1));
    REQUIRE(since);
    CHECK(since->at(all[0].position.partition) == 1);
  });
}

TEST_CASE("a value over the limit and an unknown topic are refused, nothing of the batch is kept") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    const std::vector<Record> batch{record("a", "small"),
                                    record("a", std::string(kValueMax + 1, 'x'))};
    CHECK(bus->publish("maitred.mentions", batch).error().fault == Fault::malformed);
    CHECK(bus->publish("maitred.nothing", batch).error().fault == Fault::malformed);
    CHECK(everything(*bus).empty());
  });
}

TEST_CASE("a tombstone comes back as one") {
  on_every_bus([](House& house) {
    const auto bus = house.open();
    publish(*bus, {record("k", ""), {"k", std::nullopt, {}, {}}});
    const auto all = everything(*bus);
    REQUIRE(all.size() == 2);
    CHECK(all[0].value == "");
    CHECK(!all[1].value);
  });
}

TEST_CASE("keys go where Java's default partitioner puts them") {
  // murmur2 of Kafka's own test vectors (Utils.murmur2): masked, mod 100.
  CHECK(partition_of("21", 1 << 30) == ((-973932308 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("foobar", 1 << 30) == ((-790332482 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("a-little-bit-long-string", 1 << 30) ==
        ((-985981536 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("a-little-bit-longer-string", 1 << 30) ==
        ((-1486304829 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 1 << 30) ==
        ((-58897971 & 0x7fffffff) % (1 << 30)));
  CHECK(partition_of("abc", 1 << 30) == (479470107 % (1 << 30)));
}
