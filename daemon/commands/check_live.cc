#include "daemon/commands/check_live.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/http.h"
#include "base/http_text.h"
#include "bus/kafka/admin.h"
#include "bus/kafka/kafka_bus.h"
#include "connectors/registry.h"
#include "daemon/rights.h"
#include "daemon/version.h"
#include "dispatch/staff/courier.h"

namespace maitred {
namespace {

constexpr Duration kHttpMax{10'000};
constexpr int64_t kBatchMax = 1'000'000;  // librdkafka's message.max.bytes: what it sends at once
constexpr const char* kBatchSetting = "max.message.bytes";

// Where each group's places lie.
struct Group {
  const char* name;
  Topic topic;
};
constexpr std::array kGroups = {Group{"dispatch", Topic::mentions}, Group{"floor", Topic::tasks},
                                Group{"listen", Topic::cursors}};

class Look {
 public:
  Look(const Configuration& configuration, LiveFindings& into)
      : configuration_(configuration), into_(into) {}

  void fault(std::string key, const Error& error) {
    const bool is_silent = error.fault == Fault::transient || error.fault == Fault::throttled;
    auto& list = is_silent ? into_.silent : into_.faults;
    const ConfigFault fault{configuration_.file.string(), 0, std::move(key), error.text, ""};
    const bool is_said = std::ranges::any_of(
        list, [&](const ConfigFault& one) { return to_text(one) == to_text(fault); });
    if (!is_said) list.push_back(fault);
  }
  void line(std::string_view key, std::string_view text) {
    into_.lines.push_back(fmt::format("{}: {}", key, text));
  }
  bool is_well() const { return into_.faults.empty() && into_.silent.empty(); }

  void at_kafka(const std::set<ProcessRole>& roles);
  void at_source(const SourceConfig& source);
  void at_courier(const CourierConfig& courier);

 private:
  std::vector<TopicPlan> topics_there(KafkaBus& bus, const KafkaSettings& settings);
  void at_settings(const KafkaSettings& settings, const std::vector<TopicPlan>& plans);
  void at_rights(KafkaBus& bus, const std::set<ProcessRole>& roles,
                 const std::vector<TopicPlan>& plans);

  const Configuration& configuration_;
  LiveFindings& into_;
  Http http_{fmt::format("maitred/{}", kVersion)};
};

// Those that are on the cluster and have the partitions we expect.
std::vector<TopicPlan> Look::topics_there(KafkaBus& bus, const KafkaSettings& settings) {
  std::vector<TopicPlan> there;
  for (TopicPlan& plan : topic_plans(settings)) {
    const auto checked = bus.check(plan.name);
    if (checked)
      there.push_back(std::move(plan));
    else
      fault("bus.kafka", checked.error());
  }
  return there;
}

void Look::at_settings(const KafkaSettings& settings, const std::vector<TopicPlan>& plans) {
  auto admin = KafkaAdmin::open(settings);
  if (!admin) return fault("bus.kafka", admin.error());
  auto cluster = (*admin)->describe();
  if (!cluster && cluster.error().fault == Fault::denied)
    return line("kafka", "not checked: how topics are kept; it takes the right to DescribeConfigs");
  if (!cluster) return fault("bus.kafka", cluster.error());
  const auto differs = [this](const TopicPlan& plan, const std::string& what,
                              const std::string& remedy) {
    fault("bus.kafka", {Fault::broken, fmt::format("{}: {}; {}", plan.name, what, remedy), {}});
  };
  for (const TopicPlan& plan : plans) {
    const FoundTopic& found = cluster->topics[plan.name];
    for (const TopicDifference& one : differences(plan, found, cluster->brokers))
      differs(plan, one.what, one.remedy);
    const auto size = found.settings.find(kBatchSetting);
    if (size == found.settings.end() || std::atoll(size->second.c_str()) >= kBatchMax) continue;
    differs(plan,
            fmt::format("{} is {}, and up to {} are sent at once", kBatchSetting, size->second,
                        kBatchMax),
            settings_command(plan.name, {{kBatchSetting, "1048588"}}));
  }
}

void Look::at_rights(KafkaBus& bus, const std::set<ProcessRole>& roles,
                     const std::vector<TopicPlan>& plans) {
  constexpr std::array kRoles = {
      std::pair{ProcessRole::listen, KafkaRole::listen},
      std::pair{ProcessRole::dispatch, KafkaRole::dispatch},
      std::pair{ProcessRole::floor, KafkaRole::floor},
      std::pair{ProcessRole::board, KafkaRole::board},
  };
  std::map<std::string, std::set<std::string>> needed;  // by topic or group
  for (const auto& [process, role] : kRoles) {
    if (!roles.contains(process)) continue;
    for (const KafkaRight& right : rights_of(role, configuration_.topics))
      needed[right.name].insert(right.operations.begin(), right.operations.end());
  }
  std::vector<std::string_view> to_read, to_write;
  for (const TopicPlan& plan : plans) {
    if (needed[plan.name].contains("Read")) to_read.push_back(plan.name);
    if (needed[plan.name].contains("Write")) to_write.push_back(plan.name);
  }
  for (const Error& error : bus.refusals(to_read, to_write)) fault("bus.kafka", error);
  std::string joined;
  for (const Group& group : kGroups) {
    const std::string name = bus.group_name(group.name);
    if (!needed[name].contains("Read")) continue;
    joined += (joined.empty() ? "" : ", ") + name;
    const auto places = bus.committed(configuration_.topics.name(group.topic), group.name);
    if (!places) fault("bus.kafka", places.error());
  }
  if (!joined.empty())
    line("kafka", "not checked: the right to join the groups " + joined + ", short of joining");
}

void Look::at_kafka(const std::set<ProcessRole>& roles) {
  auto house = make_house_clock(configuration_.clock);
  const auto opened = open_bus(configuration_, false, *house);
  if (!opened) return fault("bus.kafka", opened.error());
  auto& bus = dynamic_cast<KafkaBus&>(**opened);
  const Hush hush;
  const KafkaSettings& settings = bus.settings();
  line("kafka",
       fmt::format("answers ({}); librdkafka {}", settings.security, kafka_library_version()));
  if (settings.security.starts_with("sasl_") && settings.mechanism != "PLAIN" &&
      !scram_works_with_kafka4())
    line("kafka", fmt::format("{} works with these brokers; a Kafka 4 takes it only from "
                              "librdkafka 2.6.1 or later",
                              settings.mechanism));
  const std::vector<TopicPlan> there = topics_there(bus, settings);
  at_settings(settings, there);
  at_rights(bus, roles, there);
  if (is_well()) line("kafka", fmt::format("{} topics are there, with all rights", there.size()));
}

void Look::at_source(const SourceConfig& source) {
  const std::string key = "sources." + source.settings.name;
  SourceSettings settings = source.settings;
  Session session;
  session.token = settings.token = read_secret(source.token).value_or("");
  const auto connector = make_connector(settings);
  if (!connector) return fault(key, connector.error());
  const Ask ask = (*connector)->ask({}, session);
  if (!ask.directory.empty()) {
    if (access(ask.directory.c_str(), R_OK | X_OK) != 0)
      return fault(key, {Fault::missing, "cannot read the directory " + ask.directory, {}});
    return line(key, "its directory can be read");
  }
  HttpRequest request;
  request.method = ask.method;
  request.url = ask.url;
  request.headers = ask.headers;
  request.body = ask.body;
  request.trusted = host_of(ask.url) == settings.host;
  request.plain = settings.plain;
  request.limits.total = kHttpMax;
  const auto answer = http_.fetch(request, {});
  if (!answer) return fault(key, answer.error());
  const auto status = check_status(*answer);
  if (!status) return fault(key, status.error());
  line(key, fmt::format("{} answers, and takes who we are", settings.host));
}

void Look::at_courier(const CourierConfig& courier) {
  const std::string key = "couriers." + courier.settings.name;
  CourierSettings settings = courier.settings;
  settings.token = read_secret(courier.token).value_or("");
  const auto made = make_couriers({settings}, http_);
  if (!made) return fault(key, made.error());
  const auto checked = made->begin()->second->check({});
  if (!checked) return fault(key, checked.error());
  line(key, "can be reached");
}

}  // namespace

LiveFindings look_live(const Configuration& configuration, const std::set<ProcessRole>& roles) {
  LiveFindings found;
  Look look(configuration, found);
  if (configuration.bus == "kafka") look.at_kafka(roles);
  if (roles.contains(ProcessRole::listen)) {
    for (const SourceConfig& source : configuration.sources) look.at_source(source);
  }
  if (roles.contains(ProcessRole::floor)) {
    for (const CourierConfig& courier : configuration.couriers) look.at_courier(courier);
  }
  return found;
}

}  // namespace maitred
