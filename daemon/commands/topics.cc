// `maitred topics`: what has to exist on a Kafka and who may do what there, printed or made.
#include <fmt/core.h>

#include "base/json.h"
#include "daemon/commands/all.h"
#include "daemon/rights.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

// Whose rights, and which.
struct Grant {
  std::string principal;  // "User:maitred"
  KafkaRole role = KafkaRole::all;
};

Result<Grant> grant_from(const Args& args, const Configuration& config) {
  Grant grant;
  TRY_ASSIGN(grant.role, kafka_role_from(args.get("--role")));
  const std::string& own = config.kafka.settings.user;
  std::string user = args.get("--user");
  if (user.empty()) user = own.empty() ? "maitred" : own;
  grant.principal = user.starts_with("User:") ? user : "User:" + user;
  return grant;
}

void write_topic(json::Writer& json, const TopicInfo& topic, const TopicPlan& plan) {
  json.begin_object()
      .member("name", plan.name)
      .member("partitions", plan.partitions)
      .member("replication", plan.replication)
      .key("settings")
      .begin_object();
  for (const auto& [name, value] : plan.settings) json.member(name, value);
  json.end_object()
      .member("key", topic.key)
      .member("value", topic.value)
      .member("written_by", topic.written_by)
      .member("read_by", topic.read_by)
      .end_object();
}

void write_right(json::Writer& json, const Grant& grant, const KafkaRight& right) {
  json.begin_object()
      .member("principal", grant.principal)
      .member("role", word(grant.role))
      .member("on", word(right.on))
      .member("name", right.name)
      .key("operations")
      .begin_array();
  for (const std::string& operation : right.operations) json.string(operation);
  json.end_array().end_object();
}

Result<void> print_json(const Args& args, const Configuration& config) {
  const auto plans = topic_plans(config.kafka.settings);
  json::Writer json;
  json.begin_object().key("topics").begin_array();
  for (size_t i = 0; i < plans.size(); ++i) write_topic(json, all_topics()[i], plans[i]);
  json.end_array();
  if (args.has("--acls")) {
    TRY_ASSIGN(const Grant grant, grant_from(args, config));
    json.key("acls").begin_array();
    for (const KafkaRight& right : rights_of(grant.role, config.topics))
      write_right(json, grant, right);
    json.end_array();
  }
  fmt::print("{}\n", json.end_object().take());
  return {};
}

void print_table(const Configuration& config) {
  fmt::print("{:<20} {:>10}  {:<10} {:<36} {:<26} {}\n", "topic", "partitions", "kept", "key",
             "written by", "read by");
  for (const TopicInfo& topic : all_topics()) {
    const std::string kept =
        is_compacted(topic.topic) ? "compacted" : fmt::format("{} d", topic.kept.count());
    fmt::print("{:<20} {:>10}  {:<10} {:<36} {:<26} {}\n", config.topics.name(topic.topic),
               config.topics.count(topic.topic), kept, topic.key, topic.written_by, topic.read_by);
  }
}

Result<void> print_topics(const Args& args, const Configuration& config) {
  if (args.has("--json")) return print_json(args, config);
  if (args.has("--commands")) {
    for (const TopicPlan& plan : topic_plans(config.kafka.settings))
      fmt::print("{}\n", create_command(plan));
  }
  if (args.has("--acls")) {
    TRY_ASSIGN(const Grant grant, grant_from(args, config));
    for (const KafkaRight& right : rights_of(grant.role, config.topics))
      fmt::print("{}\n", grant_command(grant.principal, right));
  }
  if (!args.has("--commands") && !args.has("--acls")) print_table(config);
  return {};
}

int run_print(const Args& args) {
  return with_configuration(
      args, [&](const Configuration& config) { return print_topics(args, config); });
}

Result<std::unique_ptr<KafkaAdmin>> open_admin(const Configuration& config) {
  TRY_ASSIGN(KafkaSettings settings, kafka_settings(config));
  return KafkaAdmin::open(std::move(settings));
}

// One line a topic, and below it what would mend it. false: it is not as it should be.
bool print_topic(const TopicPlan& plan, const FoundTopic& found,
                 const std::vector<int32_t>& brokers) {
  const auto all = differences(plan, found, brokers);
  if (all.empty()) fmt::print("{}: is as it should be\n", plan.name);
  for (const TopicDifference& one : all)
    fmt::print("{}: {}\n    {}\n", plan.name, one.what, one.remedy);
  return all.empty();
}

Result<void> create_topics(const Args& args, const Configuration& config) {
  if (config.bus != "kafka") {
    fmt::print("the embedded bus makes its topics by itself: there is nothing to do\n");
    return {};
  }
  const Hush hush;
  TRY_ASSIGN(const auto admin, open_admin(config));
  TRY_ASSIGN(const KafkaCluster cluster, admin->describe());
  const auto plans = topic_plans(admin->settings());
  std::vector<TopicPlan> missing;
  size_t others = 0;
  for (const TopicPlan& plan : plans) {
    const auto found = cluster.topics.find(plan.name);
    if (found == cluster.topics.end())
      missing.push_back(plan);
    else if (!print_topic(plan, found->second, cluster.brokers))
      ++others;
  }
  const bool only_try = args.has("--dry-run");
  TRY(admin->create(missing, only_try));
  for (const TopicPlan& plan : missing) {
    fmt::print("{}: {}, with {} partitions kept {} times\n", plan.name,
               only_try ? "would be made" : "made", plan.partitions, plan.replication);
  }
  if (others == 0) return {};
  return fail(Fault::conflict,
              fmt::format("{} of {} topics are not as they should be, and were left so", others,
                          plans.size()));
}

int run_create(const Args& args) {
  return with_configuration(
      args, [&](const Configuration& config) { return create_topics(args, config); });
}

Result<void> grant_rights(const Args& args, const Configuration& config) {
  if (config.bus != "kafka") {
    fmt::print("the embedded bus asks nobody for rights: there is nothing to do\n");
    return {};
  }
  TRY_ASSIGN(const Grant grant, grant_from(args, config));
  const auto rights = rights_of(grant.role, config.topics);
  if (!args.has("--dry-run")) {
    const Hush hush;
    TRY_ASSIGN(const auto admin, open_admin(config));
    TRY(admin->grant(grant.principal, rights));
  }
  for (const KafkaRight& right : rights) {
    std::string operations;
    for (const std::string& one : right.operations)
      operations += fmt::format("{}{}", operations.empty() ? "" : ", ", one);
    fmt::print("{} may {} the {} {}\n", grant.principal, operations, word(right.on), right.name);
  }
  return {};
}

int run_grant(const Args& args) {
  return with_configuration(
      args, [&](const Configuration& config) { return grant_rights(args, config); });
}

Option user_option() {
  return {"--user", "NAME",
          "who: the name after \"User:\"; else the `user` of [bus.kafka], else maitred"};
}

Option role_option() {
  return {"--role", "ROLE", "listen, dispatch, floor, board, crm, ops (looks only), admin or all",
          false,    false,  "all"};
}

Command topics_print_command() {
  return {
      {"topics", "print"},
      kForOperators,
      "Print the topics, how they are kept, and who writes and reads them",
      "The embedded bus makes its topics by itself. For a Kafka, --commands prints what makes them "
      "and --acls what lets a user do the work of a role, as commands of Kafka's own tools. Set "
      "BROKER for these, and OPTIONS=\"--command-config FILE\" where the cluster asks who you "
      "are.\n\n"
      "  maitred topics print\n"
      "  maitred topics print --commands | BROKER=kafka1:9092 sh\n"
      "  maitred topics print --acls --user maitred --role all",
      {config_option(),
       {"--commands", "", "as commands that make the topics"},
       {"--acls", "", "as commands that grant rights"},
       user_option(),
       role_option(),
       {"--json", "", "one JSON object: topics, and with --acls the rights"}},
      run_print};
}

Command topics_create_command() {
  return {
      {"topics", "create"},
      kForOperators,
      "Make the topics that a Kafka does not have yet",
      "Makes what is missing on the cluster that the configuration names, and compares what is "
      "there: partitions, copies and settings. What differs is named with the command that mends "
      "it, is left as it is, and makes the exit status 1.\n\n"
      "  maitred topics create --dry-run\n"
      "  maitred topics create",
      {config_option(), {"--dry-run", "", "ask the cluster whether it would, and make nothing"}},
      run_create};
}

Command topics_grant_command() {
  return {
      {"topics", "grant"},
      kForOperators,
      "Give a user of the Kafka the rights of a role",
      "Grants what `topics print --acls` prints, logged in as the configuration says, which has to "
      "be somebody who may alter the cluster. Takes nothing back.\n\n"
      "  maitred topics grant --config admin.toml --user maitred --role all",
      {config_option(),
       user_option(),
       role_option(),
       {"--dry-run", "", "only print what would be granted"}},
      run_grant};
}

}  // namespace

std::span<const Command> topics_commands() {
  static const Command commands[] = {topics_print_command(), topics_create_command(),
                                     topics_grant_command(), topics_copy_command()};
  return commands;
}

}  // namespace maitred
