// What has to exist on a Kafka, and what is said of a topic that is otherwise.
#include "bus/kafka/topic_plan.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace maitred;

namespace {

KafkaSettings settings() {
  KafkaSettings settings;
  settings.names = {"shop", 12, 6};
  settings.replication = 3;
  settings.min_insync = 2;
  return settings;
}

TopicPlan plan_of(const std::string& name) {
  const auto plans = topic_plans(settings());
  const auto found = std::ranges::find(plans, name, &TopicPlan::name);
  REQUIRE(found != plans.end());
  return *found;
}

// A topic just as the plan wants it, on the brokers 1, 2, 3.
FoundTopic made_from(const TopicPlan& plan) {
  FoundTopic found;
  found.replicas.assign(static_cast<size_t>(plan.partitions), {1, 2, 3});
  found.settings = found.own = plan.settings;
  found.settings["max.message.bytes"] = "1048588";  // what nobody planned is nobody's business
  return found;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every topic has its partitions, copies and settings") {
  struct Line {
    const char* name;
    int partitions;
    KafkaProperties settings;
  };
  const KafkaProperties all = {{"min.insync.replicas", "2"},
                               {"segment.ms", "86400000"},
                               {"message.timestamp.type", "LogAppendTime"}};
  const KafkaProperties compacted = {{"cleanup.policy", "compact"},
                                     {"delete.retention.ms", "2592000000"},
                                     {"max.compaction.lag.ms", "86400000"}};
  const Line lines[] = {
      {"shop.mentions", 12, {{"cleanup.policy", "delete"}, {"retention.ms", "2592000000"}}},
      {"shop.tasks", 12, {{"cleanup.policy", "delete"}, {"retention.ms", "7776000000"}}},
      {"shop.rejects", 12, {{"cleanup.policy", "delete"}, {"retention.ms", "2592000000"}}},
      {"shop.customers", 6, compacted},
      {"shop.cursors", 6, compacted},
  };
  CHECK(topic_plans(settings()).size() == all_topics().size());
  for (const Line& line : lines) {
    CAPTURE(line.name);
    const TopicPlan plan = plan_of(line.name);
    KafkaProperties expected = line.settings;
    expected.insert(all.begin(), all.end());
    CHECK(plan.partitions == line.partitions);
    CHECK(plan.replication == 3);
    CHECK(plan.settings == expected);
  }
}

TEST_CASE("the command that makes a topic says all that the plan does") {
  const TopicPlan plan = plan_of("shop.links");
  const std::string command = create_command(plan);
  CHECK(command.starts_with("kafka-topics.sh --bootstrap-server \"$BROKER\""));
  for (const char* part : {"--create", "--if-not-exists", "--topic shop.links ", "--partitions 6 ",
                           "--replication-factor 3 "}) {
    CAPTURE(part);
    CHECK(has(command, part));
  }
  for (const auto& [name, value] : plan.settings) {
    CAPTURE(name);
    CHECK(has(command, "--config " + name + "=" + value));
  }
}

TEST_CASE("a topic as planned differs in nothing") {
  for (const TopicPlan& plan : topic_plans(settings())) {
    CAPTURE(plan.name);
    CHECK(differences(plan, made_from(plan), {1, 2, 3}).empty());
  }
}

TEST_CASE("what differs is named, with what mends it") {
  const TopicPlan tasks = plan_of("shop.tasks");
  const FoundTopic good = made_from(tasks);
  struct Line {
    const char* about;
    FoundTopic found;
    std::vector<int32_t> brokers;
    const char* what;
    const char* remedy;
  };
  const auto changed = [&](auto change) {
    FoundTopic found = good;
    change(found);
    return found;
  };
  const Line lines[] = {
      {"partitions",
       changed([](auto& found) {
         found.replicas.resize(24, {1, 2, 3});
       }),
       {1, 2, 3},
       "24 partitions, not 12",
       "set [bus] partitions = 24"},
      {"too few copies",
       changed([](auto& found) { found.replicas.assign(12, {2}); }),
       {1, 2, 3},
       "kept by 1 brokers, not 3",
       R"(0,"replicas":[2,1,3]},{"topic":"shop.tasks","partition":1,"replicas":[2,3,1])"},
      {"too many copies",
       changed([](auto& found) {
         found.replicas.assign(12, {4, 3, 2, 1});
       }),
       {1, 2, 3, 4},
       "kept by 4 brokers, not 3",
       R"("partition":11,"replicas":[4,3,2])"},
      {"too few brokers",
       changed([](auto& found) { found.replicas.assign(12, {1}); }),
       {1},
       "kept by 1 brokers, not 3",
       "the cluster has 1 brokers: add some, or set [bus.kafka]"},
      {"retention",
       changed([](auto& found) { found.settings["retention.ms"] = "604800000"; }),
       {1, 2, 3},
       "retention.ms is 604800000, not 7776000000",
       "--entity-name shop.tasks --add-config retention.ms=7776000000"},
      {"two settings at once",
       changed([](auto& found) {
         found.settings["cleanup.policy"] = "compact";
         found.settings["message.timestamp.type"] = "CreateTime";
       }),
       {1, 2, 3},
       "cleanup.policy is compact, not delete; message.timestamp.type is CreateTime",
       "--add-config cleanup.policy=delete,message.timestamp.type=LogAppendTime"},
      {"a broker that does not know the setting",
       changed([](auto& found) { found.settings.erase("segment.ms"); }),
       {1, 2, 3},
       "segment.ms is unknown",
       "--add-config segment.ms=86400000"},
  };
  for (const Line& line : lines) {
    CAPTURE(line.about);
    const auto all = differences(tasks, line.found, line.brokers);
    REQUIRE(all.size() == 1);
    CHECK_MESSAGE(has(all[0].what, line.what), all[0].what);
    CHECK_MESSAGE(has(all[0].remedy, line.remedy), all[0].remedy);
  }
}

TEST_CASE("the count of a compacted topic is another key of the configuration") {
  const TopicPlan links = plan_of("shop.links");
  FoundTopic found = made_from(links);
  found.replicas.resize(3);
  const auto all = differences(links, found, {1, 2, 3});
  REQUIRE(all.size() == 1);
  CHECK(has(all[0].remedy, "set [bus] partitions_compacted = 3"));
}
