// `maitred topics print`: what has to exist on a Kafka, as commands an operator can run.
#include <fmt/core.h>

#include "daemon/commands/all.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

std::string settings_of(const TopicInfo& topic) {
  using std::chrono::milliseconds;
  if (is_compacted(topic.topic)) {
    return fmt::format("--config cleanup.policy=compact --config delete.retention.ms={}",
                       milliseconds(kTombstonesKept).count());
  }
  return fmt::format("--config cleanup.policy=delete --config retention.ms={}",
                     milliseconds(topic.kept).count());
}

Result<void> print_topics(const Args& args, const Configuration& config) {
  const TopicNames& names = config.topics;
  if (!args.has("--commands")) {
    fmt::print("{:<20} {:>10}  {:<10} {:<36} {:<26} {}\n", "topic", "partitions", "kept", "key",
               "written by", "read by");
  }
  for (const TopicInfo& topic : all_topics()) {
    const std::string name = names.name(topic.topic);
    if (args.has("--commands")) {
      fmt::print(
          "kafka-topics.sh --bootstrap-server \"$BROKER\" --create --if-not-exists --topic {} "
          "--partitions {} "
          "--replication-factor 3 --config min.insync.replicas=2 --config "
          "message.timestamp.type=LogAppendTime "
          "--config segment.ms=86400000 {}\n",
          name, names.count(topic.topic), settings_of(topic));
      continue;
    }
    const std::string kept =
        is_compacted(topic.topic) ? "compacted" : fmt::format("{} d", topic.kept.count());
    fmt::print("{:<20} {:>10}  {:<10} {:<36} {:<26} {}\n", name, names.count(topic.topic), kept,
               topic.key, topic.written_by, topic.read_by);
  }
  return {};
}

int run_print(const Args& args) {
  return with_configuration(
      args, [&](const Configuration& config) { return print_topics(args, config); });
}

}  // namespace

std::span<const Command> topics_commands() {
  static const Command commands[] = {
      {{"topics", "print"},
       kForOperators,
       "Print the topics, how they are kept, and who writes and reads them",
       "The embedded bus makes its topics by itself. For a Kafka, --commands prints what creates "
       "them, to be "
       "read and run by somebody with the right to: topics are never made by accident.\n\n"
       "  maitred topics print\n"
       "  maitred topics print --commands",
       {config_option(), {"--commands", "", "as commands of Kafka's own tool"}},
       run_print}};
  return commands;
}

}  // namespace maitred
