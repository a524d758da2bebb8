// Topics made, compared and changed on a real Kafka, and the places of groups.
#include <doctest/doctest.h>

#include "bus/kafka/admin.h"
#include "tests/bus/kafka_house.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

// A Kafka that has none of our topics yet: another prefix for each test.
struct EmptyHouse {
  test::KafkaHouse house{test::shared_kafka()};
  std::unique_ptr<KafkaAdmin> admin;
  explicit EmptyHouse(int partitions = 3) {
    KafkaSettings settings = house.settings("one");
    settings.names.prefix += "-new";
    settings.names.partitions = partitions;
    settings.names.partitions_compacted = 2;
    auto opened = KafkaAdmin::open(std::move(settings));
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().text));
    admin = std::move(*opened);
  }
  const KafkaSettings& settings() const { return admin->settings(); }
  std::string name(Topic topic) const { return settings().names.name(topic); }
  KafkaCluster describe() {
    auto cluster = admin->describe();
    REQUIRE_MESSAGE(cluster, (cluster ? "" : cluster.error().text));
    return std::move(*cluster);
  }
  void create() {
    const auto made = admin->create(topic_plans(settings()));
    REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
  }
};

}  // namespace

TEST_CASE("topics are made as planned, and once") {
  EmptyHouse kafka;
  CHECK(kafka.describe().topics.empty());
  const auto plans = topic_plans(kafka.settings());
  CHECK(kafka.admin->create(plans, true));
  CHECK(kafka.describe().topics.empty());  // that was only asked
  kafka.create();
  kafka.create();
  const KafkaCluster cluster = kafka.describe();
  CHECK(cluster.topics.size() == plans.size());
  for (const TopicPlan& plan : plans) {
    CAPTURE(plan.name);
    const auto found = cluster.topics.find(plan.name);
    REQUIRE(found != cluster.topics.end());
    for (const TopicDifference& one : differences(plan, found->second, cluster.brokers))
      FAIL_CHECK(one.what);
  }
}

TEST_CASE("more copies than brokers are refused in a sentence") {
  EmptyHouse kafka;
  auto plans = topic_plans(kafka.settings());
  for (TopicPlan& plan : plans) plan.replication = 3;
  for (const bool only_try : {true, false}) {
    const auto made = kafka.admin->create(plans, only_try);
    REQUIRE_FALSE(made);
    CHECK(made.error().fault == Fault::denied);
    CHECK(made.error().text.find("fewer brokers") != std::string::npos);
  }
}

TEST_CASE("one setting is changed, and the others stay") {
  EmptyHouse kafka;
  kafka.create();
  const std::string tasks = kafka.name(Topic::tasks);
  REQUIRE(kafka.admin->set(tasks, kStampedBy, kByWriter));
  const FoundTopic changed = kafka.describe().topics.at(tasks);
  KafkaProperties expected =
      topic_plans(kafka.settings())[static_cast<size_t>(Topic::tasks)].settings;
  expected[kStampedBy] = kByWriter;
  CHECK(changed.own == expected);
  const auto none = kafka.admin->set("nothing.tasks", kStampedBy, kByWriter);
  REQUIRE_FALSE(none);
  CHECK(none.error().text.find("nothing.tasks is not on the broker") != std::string::npos);
}

TEST_CASE("a stamp a writer names is kept where the topic takes it, and only there") {
  EmptyHouse kafka;
  kafka.create();
  const Time long_ago = real_clock().now() - std::chrono::days(3);
  const std::string mentions = kafka.name(Topic::mentions), tasks = kafka.name(Topic::tasks);
  REQUIRE(kafka.admin->set(mentions, kStampedBy, kByWriter));
  auto bus = KafkaBus::open(kafka.settings(), real_clock());
  REQUIRE(bus);
  Record record{"k", "{}", {}, {}, long_ago};
  for (const auto& [topic, kept] : {std::pair(mentions, true), std::pair(tasks, false)}) {
    CAPTURE(topic);
    REQUIRE((*bus)->publish(topic, std::span(&record, 1)));
    const auto reader = (*bus)->follow({{topic, {}}});
    REQUIRE(reader);
    std::vector<Time> stamps;
    REQUIRE(read_to_end(**reader, [&](const Stored& stored) {
      stamps.push_back(stored.log_time);
      return true;
    }));
    REQUIRE(stamps.size() == 1);
    CHECK((stamps[0] == long_ago) == kept);
  }
  CHECK((*bus)->health().clock_ok);
}

TEST_CASE("a group's place is moved while nobody is joined, and not else") {
  EmptyHouse kafka;
  kafka.create();
  const std::string mentions = kafka.name(Topic::mentions);
  auto bus = KafkaBus::open(kafka.settings(), real_clock());
  REQUIRE(bus);
  const Record record{"k", "{}", {}, 1};
  for (int i = 0; i < 5; ++i) REQUIRE((*bus)->publish(mentions, std::span(&record, 1)));

  auto nobody = kafka.admin->members("dispatch");
  REQUIRE(nobody);
  CHECK(nobody->empty());
  const auto moved = kafka.admin->commit("dispatch", mentions, {{0, 0}, {1, 3}, {2, 0}});
  REQUIRE_MESSAGE(moved, (moved ? "" : moved.error().text));
  CHECK((*bus)->committed(mentions, "dispatch").value() == Positions{{0, 0}, {1, 3}, {2, 0}});

  const auto member = (*bus)->join(mentions, "dispatch", {});
  REQUIRE(member);
  const Time until = real_clock().now() + 20s;
  std::optional<int64_t> first;
  while (!first && real_clock().now() < until) {
    const auto batch = (*member)->poll(1, 200ms, {});
    REQUIRE(batch);
    if (!batch->records.empty()) first = batch->records[0].position.offset;
  }
  CHECK(first == 3);
  CHECK(kafka.admin->members("dispatch").value() == std::vector<std::string>{"one"});
  const auto late = kafka.admin->commit("dispatch", mentions, {{1, 0}});
  REQUIRE_FALSE(late);
  CHECK(late.error().fault == Fault::conflict);
  CHECK(late.error().text.find("somebody is joined") != std::string::npos);
}

TEST_CASE("rights cannot be granted where nobody's are checked") {
  EmptyHouse kafka;
  const auto granted = kafka.admin->grant(
      "User:anna", {{KafkaRight::On::topic, kafka.name(Topic::tasks), {"Read"}}});
  REQUIRE_FALSE(granted);
  CHECK(granted.error().text.find("no authorizer") != std::string::npos);
}

TEST_CASE("a cluster that does not answer is named within seconds") {
  KafkaSettings settings;
  settings.brokers = {"127.0.0.1:9"};  // nobody listens on the port of "discard"
  settings.node = "one";
  auto admin = KafkaAdmin::open(std::move(settings));
  REQUIRE(admin);
  const Time began = real_clock().now();
  const auto cluster = (*admin)->describe();
  REQUIRE_FALSE(cluster);
  CHECK(cluster.error().fault == Fault::transient);
  CHECK(cluster.error().text.find("no broker answers at 127.0.0.1:9") != std::string::npos);
  CHECK(real_clock().now() - began < 10s);
}
