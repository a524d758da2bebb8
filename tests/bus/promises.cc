#include "tests/bus/promises.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace maitred::test {
namespace {

constexpr Duration kWait{100};

Time deadline() {
  return real_clock().now() + kPatience;
}

bool is_early(Time until) {
  return real_clock().now() < until;
}

std::vector<Position> publish(House& house, Bus& bus, const std::vector<Record>& records) {
  auto positions = bus.publish(house.mentions(), records);
  REQUIRE_MESSAGE(positions, (positions ? "" : positions.error().text));
  REQUIRE(positions->size() == records.size());
  return *positions;
}

std::vector<Stored> everything(House& house, Bus& bus) {
  auto reader = bus.follow({{house.mentions(), {}}});
  REQUIRE_MESSAGE(reader, (reader ? "" : reader.error().text));
  return Drain(bus, house.mentions()).all(**reader);
}

std::unique_ptr<Subscription> join(House& house, Bus& bus, std::string_view group,
                                   JoinOptions options = {}) {
  auto member = bus.join(house.mentions(), group, std::move(options));
  REQUIRE_MESSAGE(member, (member ? "" : member.error().text));
  return std::move(*member);
}

std::vector<Stored> drain(House& house, Bus& bus, Subscription& member) {
  return Drain(bus, house.mentions()).all(member);
}

Positions after(const std::vector<Stored>& records) {
  Positions next;
  for (const Stored& stored : records) next[stored.position.partition] = stored.position.offset + 1;
  return next;
}

void nothing_is_lost(House& house) {
  {
    const auto bus = house.open();
    for (int i = 0; i < 50; ++i)
      publish(house, *bus, {record(fmt::format("key{}", i), fmt::format("value{}", i))});
  }
  const auto bus = house.open();
  std::set<std::string> values;
  for (const Stored& stored : everything(house, *bus)) {
    CHECK(stored.log_time == kStart);
    CHECK(stored.header("ce_id") == "id");
    CHECK(stored.topic == house.mentions());
    values.insert(*stored.value);
  }
  CHECK(values.size() == 50);
}

void positions_are_true(House& house) {
  const auto bus = house.open();
  const auto positions =
      publish(house, *bus, {record("a", "1"), record("b", "2"), record("a", "3")});
  for (const Stored& stored : everything(house, *bus)) {
    const size_t index = static_cast<size_t>(std::stoi(*stored.value) - 1);
    CHECK(stored.position.partition == positions[index].partition);
    CHECK(stored.position.offset == positions[index].offset);
    CHECK(stored.position.partition == partition_of(stored.key, bus->partitions(house.mentions())));
  }
}

void keys_keep_their_order(House& house) {
  const auto bus = house.open();
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&bus, &house, writer] {
      for (int i = 0; i < 40; ++i) {
        const std::vector<Record> two{
            record(fmt::format("key{}", writer), fmt::format("{}", 2 * i)),
            record(fmt::format("key{}", writer), fmt::format("{}", 2 * i + 1))};
        if (!bus->publish(house.mentions(), two)) return;
      }
    });
  }
  writers.clear();
  std::map<std::string, int> expected;
  for (const Stored& stored : everything(house, *bus))
    CHECK(std::stoi(*stored.value) == expected[stored.key]++);
  REQUIRE(expected.size() == 4);
  for (const auto& [key, count] : expected) CHECK(count == 80);
}

void members_resume(House& house) {
  auto bus = house.open();
  for (int i = 0; i < 20; ++i) publish(house, *bus, {record(fmt::format("k{}", i), "first")});
  auto member = join(house, *bus, "g");
  Drain reading(*bus, house.mentions());
  const auto first = reading.all(*member);
  CHECK(first.size() == 20);
  REQUIRE(member->commit(after(first)));
  publish(house, *bus, {record("k", "second")});
  CHECK(reading.all(*member).size() == 1);  // read, not committed
  const auto committed = bus->committed(house.mentions(), "g");
  REQUIRE(committed);
  for (const auto& [partition, next] : after(first)) CHECK(committed->at(partition) == next);
  member.reset();
  bus.reset();
  bus = house.open();
  member = join(house, *bus, "g");
  const auto again = drain(house, *bus, *member);
  REQUIRE(again.size() == 1);
  CHECK(again[0].value == "second");
  CHECK(drain(house, *bus, *join(house, *bus, "another")).size() == 21);
}

void out_of_range_is_an_incident(House& house) {
  const auto bus = house.open();
  publish(house, *bus, {record("k", "v")});
  const int partition = partition_of("k", bus->partitions(house.mentions()));
  const auto beyond = bus->follow({{house.mentions(), {{partition, 5}}}});
  REQUIRE(!beyond);
  CHECK(beyond.error().fault == Fault::missing);
  auto member = join(house, *bus, "g");
  CHECK(drain(house, *bus, *member).size() == 1);
  REQUIRE(member->commit({{partition, 7}}));
  member.reset();
  member = join(house, *bus, "g");
  for (int times = 0; times < 2; ++times) {  // it stays one until somebody acts
    auto polled = member->poll(10, Duration(0), {});
    for (const Time until = deadline(); polled && is_early(until);) {
      CHECK(polled->records.empty());
      polled = member->poll(10, kWait, {});
    }
    REQUIRE(!polled);
    CHECK(polled.error().fault == Fault::missing);
  }
}

void owners_read_nothing(House& house) {
  const auto bus = house.open();
  publish(house, *bus, {record("k", "v")});
  std::set<int> assigned;
  auto owner =
      join(house, *bus, "floor", {true, [&](const std::set<int>& won) { assigned = won; }, {}});
  for (const Time until = deadline(); assigned.empty() && is_early(until);)
    CHECK(owner->poll(10, kWait, {})->records.empty());
  CHECK(owner->poll(10, kWait, {})->records.empty());
  CHECK(assigned.size() == static_cast<size_t>(bus->partitions(house.mentions())));
  CHECK(owner->owned() == assigned);
  REQUIRE(owner->commit({{partition_of("k", 12), 1}}));
  owner.reset();
  CHECK(drain(house, *bus, *join(house, *bus, "floor")).size() == 1);
}

void groups_are_independent(House& house) {
  const auto bus = house.open();
  publish(house, *bus, {record("k", "v")});
  auto one = join(house, *bus, "one");
  auto two = join(house, *bus, "two");
  Drain of_one(*bus, house.mentions());
  REQUIRE(one->commit(after(of_one.all(*one))));
  CHECK(of_one.all(*one).empty());
  CHECK(drain(house, *bus, *two).size() == 1);
}

// What a member is told of its partitions, and whether what it was given was its own.
struct Told {
  std::set<int> held = {}, ever_lost = {};
  std::vector<Stored> records = {};
  JoinOptions options() {
    return {false, [this](const std::set<int>& won) { held.insert(won.begin(), won.end()); },
            [this](const std::set<int>& lost) {
              for (const int partition : lost) held.erase(partition);
              ever_lost.insert(lost.begin(), lost.end());
            }};
  }
  void poll(Subscription& member) {
    auto batch = member.poll(100, kWait, {});
    REQUIRE_MESSAGE(batch, (batch ? "" : batch.error().text));
    CHECK(held == member.owned());
    for (Stored& stored : batch->records) {
      CHECK(held.contains(stored.position.partition));
      records.push_back(std::move(stored));
    }
  }
};

void losers_are_told(House& house) {
  const std::shared_ptr<Bus> bus = house.open();
  const std::shared_ptr<Bus> beside = house.open_beside(bus);
  Told one_is, two_is;
  auto one = join(house, *bus, "g", one_is.options());
  for (const Time until = deadline(); one_is.held.size() < 12 && is_early(until);)
    one_is.poll(*one);
  CHECK(one->owned().size() == 12);
  auto two = join(house, *beside, "g", two_is.options());
  const auto shared = [&] { return one_is.held.size() == 6 && two_is.held.size() == 6; };
  for (const Time until = deadline(); !shared() && is_early(until);) {
    one_is.poll(*one);
    two_is.poll(*two);
  }
  CHECK(shared());
  for (const int partition : two_is.held) {
    CHECK(!one_is.held.contains(partition));
    CHECK(one_is.ever_lost.contains(partition));
  }
  for (int i = 0; i < 60; ++i) publish(house, *bus, {record(fmt::format("k{}", i), "v")});
  const auto count = [&] { return one_is.records.size() + two_is.records.size(); };
  for (const Time until = deadline(); count() < 60 && is_early(until);) {
    one_is.poll(*one);
    two_is.poll(*two);
  }
  CHECK(count() == 60);
  CHECK(!one_is.records.empty());
  CHECK(!two_is.records.empty());
  two.reset();
  for (const Time until = deadline(); one_is.held.size() < 12 && is_early(until);)
    one_is.poll(*one);
  CHECK(one->owned().size() == 12);
}

void full_queues_wait(House& house) {
  const auto bus = house.open();
  std::vector<std::jthread> callers;
  std::atomic<int> taken = 0;
  for (int caller = 0; caller < 16; ++caller) {
    callers.emplace_back([&, caller] {
      const std::vector<Record> some(20,
                                     record(fmt::format("c{}", caller), std::string(1000, 'x')));
      for (int i = 0; i < 5; ++i) taken += bus->publish(house.mentions(), some) ? 20 : 0;
    });
  }
  callers.clear();
  CHECK(taken == 16 * 5 * 20);
  CHECK(everything(house, *bus).size() == 16 * 5 * 20);
}

void the_reader_says_the_end(House& house) {
  const auto bus = house.open();
  publish(house, *bus, {record("k", "v")});
  auto reader = bus->follow({{house.mentions(), {}}, {house.names.name(Topic::staff), {}}});
  REQUIRE(reader);
  std::set<TopicPartition> ended;
  for (const Time until = deadline(); ended.size() < 12 + 6 && is_early(until);) {
    const auto batch = (*reader)->poll(1, kWait, {});
    REQUIRE(batch);
    ended.insert(batch->at_end.begin(), batch->at_end.end());
  }
  CHECK(ended.size() == 12 + 6);
  const auto ends = bus->ends(house.mentions());
  REQUIRE(ends);
  CHECK((*reader)->positions().at(house.mentions()) == *ends);
}

void waiting_ends(House& house) {
  const auto bus = house.open();
  auto reader = bus->follow({{house.mentions(), {}}});
  REQUIRE(reader);
  std::jthread writer([&] {
    static_cast<void>(bus->publish(house.mentions(), std::vector{record("k", "v")}).has_value());
  });
  size_t read = 0;
  for (const Time until = deadline(); read == 0 && is_early(until);) {
    const auto batch = (*reader)->poll(10, kPatience, {});
    REQUIRE(batch);
    read += batch->records.size();
  }
  CHECK(read == 1);
  std::stop_source stop;
  stop.request_stop();
  const Time asked = real_clock().now();
  for (int times = 0; times < 3; ++times) {
    const auto stopped = (*reader)->poll(10, kPatience, stop.get_token());
    REQUIRE(stopped);
    CHECK(stopped->records.empty());
  }
  CHECK(real_clock().now() - asked < kPatience);
}

void the_bus_stamps(House& house) {
  const auto bus = house.open();
  publish(house, *bus, {record("k", "1")});
  house.advance(std::chrono::minutes(5));
  publish(house, *bus, {record("k", "2")});
  const auto all = everything(house, *bus);
  REQUIRE(all.size() == 2);
  CHECK(all[0].log_time == kStart);
  CHECK(all[1].log_time == kStart + std::chrono::minutes(5));
  const int partition = all[0].position.partition;
  const auto since = bus->since(house.mentions(), kStart + std::chrono::minutes(1));
  REQUIRE(since);
  CHECK(since->at(partition) == 1);
  const auto later = bus->since(house.mentions(), kStart + std::chrono::hours(1));
  REQUIRE(later);
  CHECK(later->at(partition) == 2);
}

void what_cannot_go_is_refused(House& house) {
  const auto bus = house.open();
  const std::vector<Record> batch{record("a", "small"),
                                  record("a", std::string(kValueMax + 1, 'x'))};
  CHECK(bus->publish(house.mentions(), batch).error().fault == Fault::malformed);
  CHECK(bus->publish(house.names.prefix + ".nothing", batch).error().fault == Fault::malformed);
  CHECK(everything(house, *bus).empty());
  const std::vector<Record> largest{record("a", std::string(kValueMax, 'x'))};
  CHECK(bus->publish(house.mentions(), largest));
}

void tombstones_come_back(House& house) {
  const auto bus = house.open();
  publish(house, *bus, {record("k", ""), {"k", std::nullopt, {}, {}}});
  const auto all = everything(house, *bus);
  REQUIRE(all.size() == 2);
  CHECK(all[0].value == "");
  CHECK(!all[1].value);
}

}  // namespace

const std::vector<Promise>& promises() {
  static const std::vector<Promise> all{
      {"1 what publish returned for is never lost", nothing_is_lost},
      {"1 the position that publish returns is where the record is read", positions_are_true},
      {"2 records of one key are read in the order they were published", keys_keep_their_order},
      {"3 a subscription resumes at its last commit; with none, at the oldest", members_resume},
      {"3 an offset out of range is an incident, never a silent reset",
       out_of_range_is_an_incident},
      {"3 a subscription for ownership alone commits nothing and returns no records",
       owners_read_nothing},
      {"4 groups are independent of each other", groups_are_independent},
      {"5 a member that lost a partition is told before its next poll returns a record",
       losers_are_told},
      {"6 many callers wait; nothing is dropped", full_queues_wait},
      {"the end is reached when the reader says so", the_reader_says_the_end},
      {"a waiting reader wakes for a record and for a stop", waiting_ends},
      {"log time is stamped by the bus, in house time", the_bus_stamps},
      {"a value over the limit and an unknown topic are refused, nothing of the batch is kept",
       what_cannot_go_is_refused},
      {"a tombstone comes back as one", tombstones_come_back}};
  return all;
}

std::vector<Stored> Drain::all(Reader& reader) {
  return until_ends([&] { return reader.poll(100, kWait, {}); },
                    [&] {
                      std::set<int> parts;
                      const TopicPositions positions = reader.positions();
                      for (const auto& [partition, next] : positions.at(topic_))
                        parts.insert(partition);
                      return parts;
                    });
}

std::vector<Stored> Drain::all(Subscription& member) {
  return until_ends([&] { return member.poll(100, kWait, {}); }, [&] { return member.owned(); });
}

std::vector<Stored> Drain::until_ends(const Poll& poll, const Parts& parts) {
  const auto ends = bus_.ends(topic_);
  REQUIRE_MESSAGE(ends, (ends ? "" : ends.error().text));
  std::vector<Stored> all;
  const auto is_read = [&] {
    const std::set<int> mine = parts();
    return !mine.empty() && std::ranges::all_of(mine, [&](int partition) {
      const auto seen = seen_.find(partition);
      return seen != seen_.end() && seen->second >= ends->at(partition);
    });
  };
  for (const Time until = deadline(); !is_read() && is_early(until);) {
    auto batch = poll();
    REQUIRE_MESSAGE(batch, (batch ? "" : batch.error().text));
    for (Stored& stored : batch->records) {
      seen_[stored.position.partition] = stored.position.offset + 1;
      all.push_back(std::move(stored));
    }
    for (const TopicPartition& at : batch->at_end)
      seen_[at.partition] = std::max(seen_[at.partition], ends->at(at.partition));
  }
  CHECK(is_read());
  return all;
}

}  // namespace maitred::test
