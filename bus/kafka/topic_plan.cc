#include "bus/kafka/topic_plan.h"

#include <fmt/core.h>

#include <algorithm>

namespace maitred {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

// Retention and compaction work on whole segments, so a day more than promised at most.
constexpr days kSegment{1};
constexpr const char* kConnect = "--bootstrap-server \"$BROKER\" ${OPTIONS-}";

std::string ms(days time) {
  return std::to_string(milliseconds(time).count());
}

std::string list_of(const std::vector<int32_t>& ids) {
  std::string text;
  for (const int32_t id : ids) text += fmt::format("{}{}", text.empty() ? "" : ",", id);
  return text;
}

// The brokers that would keep a partition: those that do, and as many more as it takes, each
// partition beginning with another so that the load spreads.
std::vector<int32_t> replicas_for(size_t partition, std::vector<int32_t> replicas, size_t wanted,
                                  const std::vector<int32_t>& brokers) {
  replicas.resize(std::min(replicas.size(), wanted));
  for (size_t i = 0; i < brokers.size() && replicas.size() < wanted; ++i) {
    const int32_t next = brokers[(partition + i) % brokers.size()];
    if (std::ranges::find(replicas, next) == replicas.end()) replicas.push_back(next);
  }
  return replicas;
}

std::string reassign_command(const TopicPlan& plan, const FoundTopic& found,
                             const std::vector<int32_t>& brokers) {
  std::string all;
  for (size_t i = 0; i < found.replicas.size(); ++i) {
    const auto replicas =
        replicas_for(i, found.replicas[i], static_cast<size_t>(plan.replication), brokers);
    all += fmt::format(R"({}{{"topic":"{}","partition":{},"replicas":[{}]}})", i ? "," : "",
                       plan.name, i, list_of(replicas));
  }
  return fmt::format(
      R"(echo '{{"version":1,"partitions":[{}]}}' > {}.json && kafka-reassign-partitions.sh {} )"
      "--reassignment-json-file {}.json --execute",
      all, plan.name, kConnect, plan.name);
}

void compare_partitions(const TopicPlan& plan, const FoundTopic& found,
                        std::vector<TopicDifference>& all) {
  const auto count = static_cast<int>(found.replicas.size());
  if (count == plan.partitions) return;
  const bool compacts = plan.settings.at("cleanup.policy") == "compact";
  all.push_back(
      {fmt::format("it has {} partitions, not {}", count, plan.partitions),
       fmt::format("set [bus] {} = {}, or use another prefix: the count of a topic in use "
                   "cannot change, since its keys would go elsewhere",
                   compacts ? "partitions_compacted" : "partitions", count)});
}

void compare_copies(const TopicPlan& plan, const FoundTopic& found,
                    const std::vector<int32_t>& brokers, std::vector<TopicDifference>& all) {
  const auto wanted = static_cast<size_t>(plan.replication);
  const auto other = std::ranges::find_if(
      found.replicas, [&](const auto& replicas) { return replicas.size() != wanted; });
  if (other == found.replicas.end()) return;
  all.push_back({fmt::format("a partition is kept by {} brokers, not {}", other->size(), wanted),
                 brokers.size() < wanted
                     ? fmt::format("the cluster has {} brokers: add some, or set [bus.kafka] "
                                   "replication = {}",
                                   brokers.size(), other->size())
                     : reassign_command(plan, found, brokers)});
}

}  // namespace

std::vector<TopicPlan> topic_plans(const KafkaSettings& settings) {
  std::vector<TopicPlan> plans;
  for (const TopicInfo& topic : all_topics()) {
    TopicPlan plan{settings.names.name(topic.topic),
                   settings.names.count(topic.topic),
                   settings.replication,
                   {{"min.insync.replicas", std::to_string(settings.min_insync)},
                    {"segment.ms", ms(kSegment)},
                    {kStampedBy, kByBroker}}};
    if (is_compacted(topic.topic)) {
      plan.settings["cleanup.policy"] = "compact";
      plan.settings["delete.retention.ms"] = ms(kTombstonesKept);
      plan.settings["max.compaction.lag.ms"] = ms(kCompactedWithin);
    } else {
      plan.settings["cleanup.policy"] = "delete";
      plan.settings["retention.ms"] = ms(topic.kept);
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

std::vector<TopicDifference> differences(const TopicPlan& plan, const FoundTopic& found,
                                         const std::vector<int32_t>& brokers) {
  std::vector<TopicDifference> all;
  compare_partitions(plan, found, all);
  compare_copies(plan, found, brokers, all);
  KafkaProperties to_set;
  std::string what;
  for (const auto& [name, value] : plan.settings) {
    const auto there = found.settings.find(name);
    if (there != found.settings.end() && there->second == value) continue;
    to_set[name] = value;
    what += fmt::format("{}{} is {}, not {}", what.empty() ? "" : "; ", name,
                        there == found.settings.end() ? "unknown" : there->second, value);
  }
  if (!to_set.empty()) all.push_back({what, settings_command(plan.name, to_set)});
  return all;
}

std::string create_command(const TopicPlan& plan) {
  std::string text = fmt::format(
      "kafka-topics.sh {} --create --if-not-exists --topic {} --partitions {} "
      "--replication-factor {}",
      kConnect, plan.name, plan.partitions, plan.replication);
  for (const auto& [name, value] : plan.settings)
    text += fmt::format(" --config {}={}", name, value);
  return text;
}

std::string settings_command(const std::string& topic, const KafkaProperties& settings) {
  std::string all;
  for (const auto& [name, value] : settings)
    all += fmt::format("{}{}={}", all.empty() ? "" : ",", name, value);
  return fmt::format(
      "kafka-configs.sh {} --alter --entity-type topics --entity-name {} --add-config {}", kConnect,
      topic, all);
}

}  // namespace maitred
