// What a Kafka can do to us, and what we do then: nothing is lost, nobody waits for ever, and it is
// said once when it starts and once when it ends.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "tests/bus/kafka_house.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using maitred::test::Drain;
using maitred::test::KafkaHouse;
using maitred::test::record;
using maitred::test::shared_kafka;
using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience{60'000};

// The lines logged while it lives.
class Lines {
 public:
  Lines() {
    log::set_sink(
        [](std::string_view line, void* context) {
          auto& self = *static_cast<Lines*>(context);
          std::scoped_lock lock(self.mutex_);
          self.lines_.emplace_back(line);
        },
        this);
  }
  ~Lines() { log::set_sink(nullptr, nullptr); }
  int count(std::string_view part) const {
    std::scoped_lock lock(mutex_);
    return static_cast<int>(std::ranges::count_if(
        lines_, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

template <typename Condition>
bool comes_true(Condition condition, Duration within = kPatience) {
  const Time until = real_clock().now() + within;
  while (!condition()) {
    if (real_clock().now() > until) return false;
    real_clock().sleep_until(real_clock().now() + 20ms, {});
  }
  return true;
}

// Publishes numbered records of a few keys, each until the bus takes it, as a poller would.
class Feeder {
 public:
  Feeder(Bus& bus, std::string topic) : bus_(bus), topic_(std::move(topic)) {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  }
  int taken() const { return taken_; }
  int failures() const { return failures_; }
  int stop() {
    thread_.request_stop();
    thread_.join();
    return taken_;
  }

 private:
  void run(std::stop_token stop) {
    while (!stop.stop_requested()) {
      const int number = taken_;
      const std::vector one{record(fmt::format("k{}", number % 7), std::to_string(number))};
      if (bus_.publish(topic_, one)) {
        ++taken_;
      } else {
        ++failures_;
        real_clock().sleep_until(real_clock().now() + 50ms, stop);
      }
    }
  }

  Bus& bus_;
  std::string topic_;
  std::atomic<int> taken_ = 0, failures_ = 0;
  std::jthread thread_;
};

// Each number that was taken is there, and those of one key in order (a repetition may follow).
void check_all_there(KafkaHouse& house, Bus& bus, int taken) {
  auto reader = bus.follow({{house.mentions(), {}}});
  REQUIRE_MESSAGE(reader, (reader ? "" : reader.error().text));
  std::map<std::string, int> newest;
  std::set<int> there;
  for (const Stored& stored : Drain(bus, house.mentions()).all(**reader)) {
    const int number = std::stoi(*stored.value);
    const bool is_new = there.insert(number).second;
    if (!is_new) continue;
    const auto [last, first] = newest.try_emplace(stored.key, number);
    if (!first) CHECK(last->second < number);
    last->second = number;
  }
  for (int number = 0; number < taken; ++number) CHECK(there.contains(number));
}

}  // namespace

TEST_CASE("a broker that goes away and comes back: one line each, nothing lost") {
  KafkaServer& server = shared_kafka();
  KafkaHouse house(server);
  const auto bus = house.open_as("one");
  Lines lines;
  Feeder feeder(*bus, house.mentions());
  REQUIRE(comes_true([&] { return feeder.taken() > 20; }));
  const auto outage = [&](const auto& begin, const auto& end) {
    begin();
    REQUIRE(comes_true([&] { return !bus->health().blocked.empty(); }));
    CHECK(bus->health().blocked.size() == 1);
    CAPTURE(bus->health().blocked[0]);
    CHECK(bus->health().blocked[0].find("no broker answers at 127.0.0.1:") == 0);
    const Result<void> back = end();
    REQUIRE_MESSAGE(back, (back ? "" : back.error().text));
    const int before = feeder.taken();
    CHECK(comes_true([&] { return feeder.taken() > before + 20; }));
    CHECK(comes_true([&] { return bus->health().blocked.empty(); }));
    CHECK(lines.count("bus.trouble") == 1);
    CHECK(lines.count("bus.recovered") == 1);
  };
  SUBCASE("stopped") {
    outage([&] { server.stop(); }, [&] { return server.restart(); });
  }
  SUBCASE("killed") {
    outage([&] { server.kill(); }, [&] { return server.restart(); });
  }
  SUBCASE("frozen for longer than a publish waits") {
    outage(
        [&] {
          server.freeze();
          real_clock().sleep_until(real_clock().now() + 20s, {});
        },
        [&] {
          server.thaw();
          return Result<void>();
        });
  }
  check_all_there(house, *bus, feeder.stop());
}

TEST_CASE("brokers that come back at another of their addresses are found") {
  auto server = KafkaServer::start();
  REQUIRE_MESSAGE(server, (server ? "" : server.error().text));
  const std::string first = server->brokers();
  REQUIRE(server->restart_at_new_port());
  KafkaHouse house(*server);
  KafkaSettings settings = house.settings("one");
  settings.brokers = {first, server->brokers()};
  auto opened = KafkaBus::open(settings, house.clock);
  REQUIRE(opened);
  Bus& bus = **opened;
  Feeder feeder(bus, house.mentions());
  REQUIRE(comes_true([&] { return feeder.taken() > 20; }));
  REQUIRE(server->restart_at(first));
  const int before = feeder.taken();
  CHECK(comes_true([&] { return feeder.taken() > before + 20; }));
  check_all_there(house, bus, feeder.stop());
}

TEST_CASE("no broker at the start: opening succeeds, using it says why it cannot be used") {
  FakeClock clock(test::kStart);
  KafkaSettings settings;
  settings.brokers = {"127.0.0.1:1"};
  settings.node = "one";
  auto bus = KafkaBus::open(settings, clock);
  REQUIRE(bus);
  const Time asked = real_clock().now();
  const std::vector one{record("k", "v")};
  const auto published = (*bus)->publish("maitred.mentions", one);
  REQUIRE(!published);
  CHECK(published.error().fault == Fault::transient);
  CHECK(published.error().text.find("no broker answers at 127.0.0.1:1") != std::string::npos);
  CHECK(!(*bus)->follow({{"maitred.mentions", {}}}));
  CHECK(!(*bus)->join("maitred.mentions", "g", {}));
  CHECK(!(*bus)->health().blocked.empty());
  CHECK(real_clock().now() - asked < 15s);
}

TEST_CASE("who waits in publish is told when the process ends") {
  KafkaServer& server = shared_kafka();
  KafkaHouse house(server);
  const auto bus = house.open_as("one");
  REQUIRE(bus->publish(house.mentions(), std::vector{record("k", "v")}));
  server.freeze();
  auto waiting = std::async(std::launch::async, [&] {
    return bus->publish(house.mentions(), std::vector{record("k", "w")}).has_value();
  });
  const Time before = real_clock().now();
  real_clock().sleep_until(before + 200ms, {});
  bus->give_up();
  CHECK(!waiting.get());
  CHECK(real_clock().now() - before < 3s);
  CHECK(!bus->publish(house.mentions(), std::vector{record("k", "x")}));
  server.thaw();
}

TEST_CASE("a bus ends in time though its broker is frozen") {
  KafkaServer& server = shared_kafka();
  KafkaHouse house(server);
  auto bus = house.open_as("one");
  auto reader = bus->follow({{house.mentions(), {}}});
  auto member = bus->join(house.mentions(), "g", {});
  REQUIRE(reader);
  REQUIRE(member);
  REQUIRE((*member)->poll(10, 500ms, {}));
  server.freeze();
  const Time before = real_clock().now();
  reader->reset();
  member->reset();
  bus.reset();
  CHECK(real_clock().now() - before < 3 * kKafkaCloseMax + 1s);
  server.thaw();
}

TEST_CASE("a queue that is full makes the caller wait, and drops nothing") {
  KafkaServer& server = shared_kafka();
  KafkaHouse house(server);
  KafkaSettings settings = house.settings("one");
  settings.properties["queue.buffering.max.messages"] = "50";
  auto bus = KafkaBus::open(settings, house.clock);
  REQUIRE(bus);
  REQUIRE((*bus)->publish(house.mentions(), std::vector{record("k", "first")}));
  server.freeze();
  auto waiting = std::async(std::launch::async, [&] {
    return (*bus)->publish(house.mentions(), std::vector(400, record("k", "v"))).has_value();
  });
  CHECK(waiting.wait_for(1s) == std::future_status::timeout);
  server.thaw();
  CHECK(waiting.get());
  auto reader = (*bus)->follow({{house.mentions(), {}}});
  REQUIRE_MESSAGE(reader, (reader ? "" : reader.error().text));
  CHECK(Drain(**bus, house.mentions()).all(**reader).size() == 401);
}

TEST_CASE("after a fatal error the producer is made anew and goes on") {
  KafkaHouse house(shared_kafka());
  KafkaTroubles troubles;
  const KafkaSettings settings = house.settings("one");
  auto producer = KafkaProducer::make(settings, troubles);
  REQUIRE(producer);
  const std::vector one{record("k", "v")};
  REQUIRE((*producer)->publish(house.mentions(), one, 12));
  for (int times = 0; times < 3; ++times) {
    rd_kafka_test_fatal_error((*producer)->client()->handle(),
                              RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made up");
    CHECK(comes_true([&] { return (*producer)->publish(house.mentions(), one, 12).has_value(); }));
  }
}

TEST_CASE("of two processes of one node the first gives way when it was fenced three times") {
  KafkaHouse house(shared_kafka());
  const auto first = house.open_as("same");
  const auto second = house.open_as("same");
  auto one = first->join(house.mentions(), "g", {});
  auto two = second->join(house.mentions(), "g", {});
  REQUIRE(one);
  REQUIRE(two);
  CHECK(comes_true([&] {
    static_cast<void>((*one)->poll(10, 50ms, {}).has_value());
    static_cast<void>((*two)->poll(10, 50ms, {}).has_value());
    return first->health().fatal || second->health().fatal;
  }));
  for (int times = 0; times < 20; ++times) {
    static_cast<void>((*one)->poll(10, 50ms, {}).has_value());
    CHECK((*two)->poll(10, 50ms, {}));
  }
  CHECK(!second->health().fatal);
  CHECK(!(*two)->owned().empty());
  REQUIRE(first->health().fatal);
  CHECK(first->health().fatal->fault == Fault::conflict);
  CHECK(first->health().fatal->text.find("node = \"same\"") != std::string::npos);
}

TEST_CASE("a record that the topic does not take is named, with the setting to change") {
  auto server = KafkaServer::start({.settings = {"message.max.bytes=2000"}});
  REQUIRE_MESSAGE(server, (server ? "" : server.error().text));
  KafkaHouse house(*server);
  const auto bus = house.open_as("one");
  const auto published =
      bus->publish(house.mentions(), std::vector{record("k", hex(random_bytes(4000)))});
  REQUIRE(!published);
  CHECK(published.error().fault == Fault::malformed);
  CHECK(published.error().text.find("max.message.bytes") != std::string::npos);
  CHECK(bus->publish(house.mentions(), std::vector{record("k", "small")}));
}
