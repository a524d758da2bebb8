#include "bus/kafka/settings.h"

#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <memory>

namespace maitred {
namespace {

struct Ours {
  std::string_view name;
  std::string_view remedy;
};
constexpr std::string_view kPromise = "leave it out: the bus's promises rest on ours";
constexpr std::array kOurs = {
    Ours{"bootstrap.servers", "write it as [bus.kafka] brokers"},
    Ours{"metadata.broker.list", "write it as [bus.kafka] brokers"},
    Ours{"security.protocol", "write it as [bus.kafka] security"},
    Ours{"sasl.mechanism", "write it as [bus.kafka] mechanism"},
    Ours{"sasl.mechanisms", "write it as [bus.kafka] mechanism"},
    Ours{"sasl.username", "write it as [bus.kafka] user"},
    Ours{"sasl.password", "write where it lies as [bus.kafka] password"},
    Ours{"ssl.ca.location", "write it as [bus.kafka] ca"},
    Ours{"ssl.certificate.location", "write it as [bus.kafka] certificate"},
    Ours{"ssl.key.location", "write it as [bus.kafka] key"},
    Ours{"ssl.key.password", "write where it lies as [bus.kafka] key_password"},
    Ours{"client.id", "it is made of `node`"},
    Ours{"group.id", "it is made of [bus] prefix"},
    Ours{"group.instance.id", "it is made of `node`"},
    Ours{"acks", kPromise},
    Ours{"request.required.acks", kPromise},
    Ours{"enable.idempotence", kPromise},
    Ours{"enable.gapless.guarantee", kPromise},
    Ours{"transactional.id", kPromise},
    Ours{"partitioner", kPromise},
    Ours{"message.timeout.ms", kPromise},
    Ours{"delivery.timeout.ms", kPromise},
    Ours{"enable.auto.commit", kPromise},
    Ours{"enable.auto.offset.store", kPromise},
    Ours{"auto.offset.reset", kPromise},
    Ours{"enable.partition.eof", kPromise},
    Ours{"partition.assignment.strategy", kPromise},
    Ours{"delivery.report.only.error", kPromise},
    Ours{"allow.auto.create.topics", kPromise},
    Ours{"statistics.interval.ms", kPromise},
};

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ",") + text;
  return all;
}

void add_security(const KafkaSettings& settings, KafkaProperties& all) {
  const std::string& kind = settings.security;
  const bool tls = kind == "tls" || kind == "sasl_tls";
  const bool sasl = kind.starts_with("sasl_");
  all["security.protocol"] = fmt::format("{}{}", sasl ? "sasl_" : "", tls ? "ssl" : "plaintext");
  if (tls) {
    if (!settings.ca.empty()) all["ssl.ca.location"] = settings.ca;
    if (!settings.certificate.empty()) all["ssl.certificate.location"] = settings.certificate;
    if (!settings.key.empty()) all["ssl.key.location"] = settings.key;
    if (!settings.key_password.empty()) all["ssl.key.password"] = settings.key_password;
  }
  if (sasl) {
    all["sasl.mechanism"] = settings.mechanism;
    all["sasl.username"] = settings.user;
    all["sasl.password"] = settings.password;
  }
}

// What may be tuned; the operator's properties come after these.
void add_defaults(KafkaUse use, KafkaProperties& all) {
  all["socket.timeout.ms"] = "6000";  // a frozen leader keeps its requests for so long
  all["socket.keepalive.enable"] = "true";
  all["socket.nagle.disable"] = "true";
  all["reconnect.backoff.ms"] = "50";
  all["reconnect.backoff.max.ms"] = "1000";
  all["topic.metadata.refresh.interval.ms"] = "10000";
  all["topic.metadata.refresh.fast.interval.ms"] = "100";
  if (use == KafkaUse::producer) {
    all["linger.ms"] = "1";
    // The others are silently left out against brokers of Kafka 4 (librdkafka issue 4956).
    all["compression.codec"] = "zstd";
    all["queue.buffering.max.messages"] = "50000";
    all["queue.buffering.max.kbytes"] = "65536";
    all["retry.backoff.ms"] = "100";
    all["request.timeout.ms"] = "6000";
  }
  if (use == KafkaUse::follower || use == KafkaUse::member) {
    all["fetch.wait.max.ms"] = "100";
    all["fetch.error.backoff.ms"] = "100";
    all["queued.max.messages.kbytes"] = "16384";
    all["heartbeat.interval.ms"] = "3000";
    all["session.timeout.ms"] = "45000";
  }
}

void add_ours(const KafkaSettings& settings, KafkaUse use, std::string_view group,
              KafkaProperties& all) {
  all["bootstrap.servers"] = joined(settings.brokers);
  all["client.id"] = "maitred-" + settings.node;
  all["statistics.interval.ms"] = "1000";
  if (use == KafkaUse::producer) {
    all["enable.idempotence"] = "true";
    all["acks"] = "all";
    all["message.timeout.ms"] = std::to_string(kKafkaPublishMax.count());
  }
  if (use == KafkaUse::follower || use == KafkaUse::member) {
    all["group.id"] = group.empty() ? settings.names.prefix + ".follow" : std::string(group);
    all["enable.auto.commit"] = "false";
    all["enable.auto.offset.store"] = "false";
    all["auto.offset.reset"] = "error";
    all["enable.partition.eof"] = "true";
    all["partition.assignment.strategy"] = "range";
    all["allow.auto.create.topics"] = "false";
  }
  if (use == KafkaUse::member) all["group.instance.id"] = settings.node;
}

}  // namespace

KafkaProperties kafka_properties(const KafkaSettings& settings, KafkaUse use,
                                 std::string_view group) {
  KafkaProperties all;
  add_defaults(use, all);
  for (const auto& [name, value] : settings.properties) all[name] = value;
  add_security(settings, all);
  add_ours(settings, use, group, all);
  return all;
}

std::vector<PropertyFault> check_properties(const KafkaProperties& properties) {
  std::vector<PropertyFault> faults;
  const std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(
      rd_kafka_conf_new(), rd_kafka_conf_destroy);
  for (const auto& [name, value] : properties) {
    const auto ours = std::ranges::find(kOurs, name, &Ours::name);
    if (ours != kOurs.end()) {
      faults.push_back({name, "is not for [bus.kafka.properties]", std::string(ours->remedy)});
      continue;
    }
    std::array<char, 512> why{};
    const auto set =
        rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size());
    if (set == RD_KAFKA_CONF_OK) continue;
    faults.push_back({name, why.data(),
                      fmt::format("librdkafka {} lists its properties in CONFIGURATION.md",
                                  kafka_library_version())});
  }
  return faults;
}

std::string kafka_library_version() {
  return rd_kafka_version_str();
}

bool scram_works_with_kafka4() {
  constexpr int kFixed = 0x020601ff;
  return rd_kafka_version() >= kFixed;
}

}  // namespace maitred
