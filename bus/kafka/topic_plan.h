// What has to exist on a Kafka: each topic of bus/topics.h with its partitions, copies and
// settings, how one that is there differs from that, and the commands of Kafka's own tools that
// make or mend it. The one source for what `maitred topics create` makes, what it compares, and
// what `topics print` prints. Pure; kafka/admin asks and tells the cluster.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bus/kafka/settings.h"

namespace maitred {

// A topic compacts this soon, however little is written to it, as the embedded log does.
inline constexpr std::chrono::days kCompactedWithin{1};
// What says who stamps a topic's records, and the two who may.
inline constexpr const char* kStampedBy = "message.timestamp.type";
inline constexpr const char* kByBroker = "LogAppendTime";
inline constexpr const char* kByWriter = "CreateTime";

struct TopicPlan {
  std::string name;
  int partitions = 0;
  int replication = 0;
  KafkaProperties settings;
};
std::vector<TopicPlan> topic_plans(const KafkaSettings& settings);

// A topic as the cluster has it.
struct FoundTopic {
  std::vector<std::vector<int32_t>> replicas;  // of each partition: the brokers that keep it
  KafkaProperties settings;                    // in force, wherever they come from
  KafkaProperties own;                         // those set on the topic itself
};

struct TopicDifference {
  std::string what;    // "retention.ms is 604800000, not 2592000000"
  std::string remedy;  // a command, or a sentence where no command is safe
};
// `brokers`: the ids of all. Settings that are mended together share one remedy.
std::vector<TopicDifference> differences(const TopicPlan& plan, const FoundTopic& found,
                                         const std::vector<int32_t>& brokers);

// For a shell in which BROKER is set, and OPTIONS where the cluster asks who one is
// ("--command-config admin.properties").
std::string create_command(const TopicPlan& plan);
std::string settings_command(const std::string& topic, const KafkaProperties& settings);

}  // namespace maitred
