#include "bus/kafka/admin.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "bus/kafka/diagnosis.h"

namespace maitred {
namespace {

constexpr Duration kSlice{1'000};     // of a wait, so that a trouble is noticed
constexpr Duration kGroupMax{2'000};  // for one question about a group, before it is asked anew
constexpr Duration kAgain{50};        // before a change that is not seen yet is looked for again
constexpr int kEventLate = 2'000;     // ms: librdkafka's own deadline comes first
constexpr Duration kPatience{5'000};  // with brokers that do not answer at all

template <auto destroy>
struct Destroy {
  template <typename T>
  void operator()(T* object) const {
    destroy(object);
  }
};
template <typename T, auto destroy>
using Owned = std::unique_ptr<T, Destroy<destroy>>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using Options = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Metadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using Resource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Acl = Owned<rd_kafka_AclBinding_t, rd_kafka_AclBinding_destroy>;
using Alter =
    Owned<rd_kafka_AlterConsumerGroupOffsets_t, rd_kafka_AlterConsumerGroupOffsets_destroy>;

Time now() {
  return real_clock().now();
}

Options options_for(rd_kafka_t* handle, rd_kafka_admin_op_t operation, Duration max = kAdminMax) {
  Options options(rd_kafka_AdminOptions_new(handle, operation));
  const int ms = static_cast<int>(max.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), ms, nullptr, 0);
  return options;
}

Event answer_on(const Queue& queue) {
  constexpr int kWait = static_cast<int>(kAdminMax.count()) + kEventLate;
  return Event(rd_kafka_queue_poll(queue.get(), kWait));
}

// Asks about all of `what` at once; librdkafka takes plain pointers.
template <typename T, auto destroy, typename F>
Event ask(rd_kafka_t* handle, const Options& options, const std::vector<Owned<T, destroy>>& what,
          F request) {
  std::vector<T*> pointers;
  for (const auto& one : what) pointers.push_back(one.get());
  const Queue queue(rd_kafka_queue_new(handle));
  request(handle, pointers.data(), pointers.size(), options.get(), queue.get());
  return answer_on(queue);
}

rd_kafka_AclOperation_t operation_of(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, rd_kafka_AclOperation_t>, 6> kOperations = {{
      {"Read", RD_KAFKA_ACL_OPERATION_READ},
      {"Write", RD_KAFKA_ACL_OPERATION_WRITE},
      {"Create", RD_KAFKA_ACL_OPERATION_CREATE},
      {"Describe", RD_KAFKA_ACL_OPERATION_DESCRIBE},
      {"DescribeConfigs", RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS},
      {"AlterConfigs", RD_KAFKA_ACL_OPERATION_ALTER_CONFIGS},
  }};
  const auto found =
      std::ranges::find(kOperations, word, &decltype(kOperations)::value_type::first);
  return found == kOperations.end() ? RD_KAFKA_ACL_OPERATION_UNKNOWN : found->second;
}

rd_kafka_ResourceType_t resource_of(KafkaRight::On on) {
  // What an ACL calls the cluster has the number of a broker elsewhere.
  constexpr std::array kResources = {RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_RESOURCE_GROUP,
                                     RD_KAFKA_RESOURCE_BROKER};
  return kResources[static_cast<size_t>(on)];
}

bool has_all(const rd_kafka_DescribeAcls_result_t* there, const std::vector<Acl>& wanted) {
  size_t count = 0;
  const auto* const* all = rd_kafka_DescribeAcls_result_acls(there, &count);
  return std::ranges::all_of(wanted, [&](const Acl& acl) {
    return std::any_of(all, all + count, [&](const rd_kafka_AclBinding_t* one) {
      return rd_kafka_AclBinding_restype(one) == rd_kafka_AclBinding_restype(acl.get()) &&
             rd_kafka_AclBinding_operation(one) == rd_kafka_AclBinding_operation(acl.get()) &&
             std::string_view(rd_kafka_AclBinding_name(one)) == rd_kafka_AclBinding_name(acl.get());
    });
  });
}

FoundTopic found_from(const rd_kafka_metadata_topic_t& topic) {
  FoundTopic found;
  for (const auto& one : std::span(topic.partitions, static_cast<size_t>(topic.partition_cnt)))
    found.replicas.emplace_back(one.replicas, one.replicas + one.replica_cnt);
  return found;
}

}  // namespace

const char* word(KafkaRight::On on) {
  constexpr std::array kWords = {"topic", "group", "cluster"};
  return kWords[static_cast<size_t>(on)];
}

Result<std::unique_ptr<KafkaAdmin>> KafkaAdmin::open(KafkaSettings settings) {
  std::unique_ptr<KafkaAdmin> admin(new KafkaAdmin(std::move(settings)));
  TRY(admin->make_client());
  return admin;
}

Result<void> KafkaAdmin::make_client() {
  TRY_ASSIGN(client_, KafkaClient::make(settings_, KafkaUse::admin, "admin", {}, troubles_, {}));
  return {};
}

// Who coordinates a group may still have to be found out, as for the first one of a cluster. By
// then librdkafka 2.0 has dropped the question in silence, or keeps to whom it asked first.
template <typename F>
auto KafkaAdmin::until_answered(F ask) -> decltype(ask()) {
  for (const Time until = now() + kAdminMax;;) {
    auto answer = ask();
    if (answer || answer.error().fault != Fault::transient || now() >= until) return answer;
    real_clock().sleep_until(now() + kAgain, {});
    TRY(make_client());
  }
}

std::string KafkaAdmin::group_name(std::string_view group) const {
  return fmt::format("{}.{}", settings_.names.prefix, group);
}

Error KafkaAdmin::diagnosis(rd_kafka_resp_err_t code, const char* reason, std::string_view topic,
                            std::string_view group) const {
  if (code == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    if (const auto trouble = troubles_.of(kKafkaConnection)) return *trouble;
  }
  return diagnose(code, reason ? reason : "", {settings_, topic, group});
}

Result<void> KafkaAdmin::check(rd_kafka_event_t* event, std::string_view group) const {
  if (!event) return tl::unexpected(diagnosis(RD_KAFKA_RESP_ERR__TIMED_OUT, {}, {}, group));
  const auto failed = rd_kafka_event_error(event);
  if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return tl::unexpected(diagnosis(failed, rd_kafka_event_error_string(event), {}, group));
}

Result<void> KafkaAdmin::check(const rd_kafka_ConfigResource_t& answer) const {
  const auto failed = rd_kafka_ConfigResource_error(&answer);
  if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return tl::unexpected(diagnosis(failed, rd_kafka_ConfigResource_error_string(&answer),
                                  rd_kafka_ConfigResource_name(&answer)));
}

// Our topics and the brokers, from the list of all: asking for a topic by name may make it.
Result<KafkaCluster> KafkaAdmin::look() {
  const Time began = now();
  for (;;) {
    const rd_kafka_metadata_t* answer = nullptr;
    const auto asked =
        rd_kafka_metadata(handle(), 1, nullptr, &answer, static_cast<int>(kSlice.count()));
    rd_kafka_poll(handle(), 0);  // why it failed comes this way
    if (asked == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const Metadata metadata(answer);
      client_->answered();
      KafkaCluster cluster;
      for (int i = 0; i < metadata->broker_cnt; ++i)
        cluster.brokers.push_back(metadata->brokers[i].id);
      for (int i = 0; i < metadata->topic_cnt; ++i) {
        const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
        const auto known = settings_.names.find(topic.topic);
        if (known && settings_.names.name(*known) == topic.topic)
          cluster.topics[topic.topic] = found_from(topic);
      }
      return cluster;
    }
    const auto trouble = troubles_.of(kKafkaConnection);
    const bool is_lasting = trouble && trouble->fault != Fault::transient;
    if (is_lasting || now() - began >= kPatience) {
      if (trouble) return tl::unexpected(*trouble);
      return tl::unexpected(diagnosis(RD_KAFKA_RESP_ERR__TRANSPORT, {}, {}));
    }
  }
}

Result<KafkaCluster> KafkaAdmin::describe() {
  TRY_ASSIGN(KafkaCluster cluster, look());
  if (!cluster.topics.empty()) TRY(read_settings(cluster));
  return cluster;
}

Result<void> KafkaAdmin::read_settings(KafkaCluster& cluster) {
  std::vector<Resource> resources;
  for (const auto& [name, found] : cluster.topics)
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  const Event event = ask(handle(), options_for(handle(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS),
                          resources, rd_kafka_DescribeConfigs);
  TRY(check(event.get()));
  size_t count = 0;
  const auto* const* answers = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    TRY(check(*answers[i]));
    FoundTopic& found = cluster.topics[rd_kafka_ConfigResource_name(answers[i])];
    size_t entries = 0;
    const auto* const* all = rd_kafka_ConfigResource_configs(answers[i], &entries);
    for (size_t j = 0; j < entries; ++j) {
      const char* value = rd_kafka_ConfigEntry_value(all[j]);
      if (!value) continue;
      const char* name = rd_kafka_ConfigEntry_name(all[j]);
      found.settings[name] = value;
      if (rd_kafka_ConfigEntry_source(all[j]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
        found.own[name] = value;
    }
  }
  return {};
}

Result<void> KafkaAdmin::create(const std::vector<TopicPlan>& plans, bool only_try) {
  std::vector<NewTopic> topics;
  for (const TopicPlan& plan : plans) {
    topics.emplace_back(
        rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, plan.replication, nullptr, 0));
    if (!topics.back())
      return fail(Fault::broken, fmt::format("'{}' is no topic that could be made", plan.name));
    for (const auto& [name, value] : plan.settings)
      rd_kafka_NewTopic_set_config(topics.back().get(), name.c_str(), value.c_str());
  }
  if (topics.empty()) return {};
  const Options how = options_for(handle(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_AdminOptions_set_validate_only(how.get(), only_try ? 1 : 0, nullptr, 0);
  const Event event = ask(handle(), how, topics, rd_kafka_CreateTopics);
  TRY(check(event.get()));
  size_t count = 0;
  const auto* const* answers =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const auto failed = rd_kafka_topic_result_error(answers[i]);
    const bool is_there = failed == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;  // or just now made
    if (failed == RD_KAFKA_RESP_ERR_NO_ERROR || is_there) continue;
    return tl::unexpected(diagnosis(failed, rd_kafka_topic_result_error_string(answers[i]),
                                    rd_kafka_topic_result_name(answers[i])));
  }
  return only_try ? Result<void>() : wait_until_there(plans);
}

Result<void> KafkaAdmin::wait_until_there(const std::vector<TopicPlan>& plans) {
  for (const Time until = now() + kAdminMax;;) {
    TRY_ASSIGN(const KafkaCluster cluster, look());
    const auto missing = std::ranges::find_if(
        plans, [&](const TopicPlan& plan) { return !cluster.topics.contains(plan.name); });
    if (missing == plans.end()) return {};
    if (now() >= until) {
      return fail(Fault::denied,
                  fmt::format("{} is on the broker, but we do not see it: {}", missing->name,
                              "`maitred topics print --acls` prints the right to describe it"));
    }
    real_clock().sleep_until(now() + kAgain, {});
  }
}

// librdkafka 2.0 only knows the request that replaces all of a topic's settings, so all are sent.
Result<void> KafkaAdmin::set(const std::string& topic, const std::string& name,
                             const std::string& value) {
  TRY_ASSIGN(const KafkaCluster before, describe());
  const auto found = before.topics.find(topic);
  if (found == before.topics.end())
    return tl::unexpected(diagnosis(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, {}, topic));
  KafkaProperties own = found->second.own;
  own[name] = value;
  std::vector<Resource> resources;
  resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto& [setting, as] : own)
    rd_kafka_ConfigResource_set_config(resources[0].get(), setting.c_str(), as.c_str());
  const Event event = ask(handle(), options_for(handle(), RD_KAFKA_ADMIN_OP_ALTERCONFIGS),
                          resources, rd_kafka_AlterConfigs);
  TRY(check(event.get()));
  size_t count = 0;
  const auto* const* answers = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) TRY(check(*answers[i]));
  for (const Time until = now() + kAdminMax;;) {
    TRY_ASSIGN(const KafkaCluster after, describe());
    const auto at = after.topics.find(topic);
    if (at != after.topics.end() && at->second.settings.at(name) == value) return {};
    if (now() >= until)
      return fail(Fault::transient, fmt::format("{}: {} does not become {}", topic, name, value));
    real_clock().sleep_until(now() + kAgain, {});
  }
}

Result<void> KafkaAdmin::grant(const std::string& principal,
                               const std::vector<KafkaRight>& rights) {
  std::vector<Acl> acls;
  for (const KafkaRight& right : rights) {
    for (const std::string& operation : right.operations) {
      acls.emplace_back(rd_kafka_AclBinding_new(resource_of(right.on), right.name.c_str(),
                                                RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                                                principal.c_str(), "*", operation_of(operation),
                                                RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, nullptr, 0));
      if (!acls.back())
        return fail(Fault::broken, fmt::format("no right: {} on {}", operation, right.name));
    }
  }
  const Event event =
      ask(handle(), options_for(handle(), RD_KAFKA_ADMIN_OP_CREATEACLS), acls, rd_kafka_CreateAcls);
  TRY(check(event.get()));
  size_t count = 0;
  const auto* const* answers =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    if (const rd_kafka_error_t* failed = rd_kafka_acl_result_error(answers[i]))
      return tl::unexpected(diagnosis(rd_kafka_error_code(failed), rd_kafka_error_string(failed)));
  }
  // The broker checks rights by what the controller told it, a moment later.
  const Acl filter(rd_kafka_AclBindingFilter_new(
      RD_KAFKA_RESOURCE_ANY, nullptr, RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal.c_str(), nullptr,
      RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, nullptr, 0));
  for (const Time until = now() + kAdminMax; now() < until;) {
    const Queue queue(rd_kafka_queue_new(handle()));
    rd_kafka_DescribeAcls(handle(), filter.get(), nullptr, queue.get());
    const Event answer = answer_on(queue);
    TRY(check(answer.get()));
    if (has_all(rd_kafka_event_DescribeAcls_result(answer.get()), acls)) return {};
    real_clock().sleep_until(now() + kAgain, {});
  }
  return fail(Fault::transient, "the broker has not taken the rights over yet");
}

Result<std::vector<std::string>> KafkaAdmin::members(std::string_view group) {
  return until_answered([&] { return ask_members(group_name(group)); });
}

Result<std::vector<std::string>> KafkaAdmin::ask_members(const std::string& name) {
  const char* names[] = {name.c_str()};
  const Options how = options_for(handle(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, kGroupMax);
  const Queue queue(rd_kafka_queue_new(handle()));
  rd_kafka_DescribeConsumerGroups(handle(), names, 1, how.get(), queue.get());
  const Event event = answer_on(queue);
  TRY(check(event.get(), name));
  size_t count = 0;
  const auto* const* groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  std::vector<std::string> nodes;
  if (count == 0) return nodes;
  if (const auto* failed = rd_kafka_ConsumerGroupDescription_error(groups[0])) {
    return tl::unexpected(
        diagnosis(rd_kafka_error_code(failed), rd_kafka_error_string(failed), {}, name));
  }
  for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(groups[0]); ++i) {
    const auto* member = rd_kafka_ConsumerGroupDescription_member(groups[0], i);
    const char* node = rd_kafka_MemberDescription_group_instance_id(member);
    nodes.emplace_back(node ? node : rd_kafka_MemberDescription_client_id(member));
  }
  return nodes;
}

Result<void> KafkaAdmin::commit(std::string_view group, const std::string& topic,
                                const Positions& next) {
  return until_answered([&] { return move_place(group_name(group), topic, next); });
}

Result<void> KafkaAdmin::move_place(const std::string& name, const std::string& topic,
                                    const Positions& next) {
  const auto list = partition_list(next.size());
  for (const auto& [partition, offset] : next)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  std::vector<Alter> places;
  places.emplace_back(rd_kafka_AlterConsumerGroupOffsets_new(name.c_str(), list.get()));
  const Event event =
      ask(handle(), options_for(handle(), RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, kGroupMax),
          places, rd_kafka_AlterConsumerGroupOffsets);
  TRY(check(event.get(), name));
  size_t count = 0;
  const auto* const* groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    if (const auto* failed = rd_kafka_group_result_error(groups[i])) {
      return tl::unexpected(
          diagnosis(rd_kafka_error_code(failed), rd_kafka_error_string(failed), topic, name));
    }
    const auto* partitions = rd_kafka_group_result_partitions(groups[i]);
    for (int j = 0; j < partitions->cnt; ++j) {
      if (const auto failed = partitions->elems[j].err)
        return tl::unexpected(diagnosis(failed, {}, topic, name));
    }
  }
  return {};
}

}  // namespace maitred
