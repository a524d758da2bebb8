// What it takes to talk to a Kafka: [bus.kafka] as plain data, and the librdkafka properties that
// follow from it. Ours, which the bus's promises rest on (acknowledgements, idempotence, no
// auto-commit, range assignment, static ids), stand above the operator's own
// [bus.kafka.properties]; naming one of ours there is a fault, not a silent loser. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bus/topics.h"

namespace maitred {

// A publish is over by then, one way or the other: what no broker took fails as `transient`.
inline constexpr Duration kKafkaPublishMax{15'000};

using KafkaProperties = std::map<std::string, std::string>;

struct KafkaSettings {
  std::vector<std::string> brokers;  // "host:9092"
  std::string node;                  // this host: the static member id, the same after a restart
  TopicNames names;
  int replication = 3;                 // of topics we create
  int min_insync = 2;                  // replicas that must have a record before it counts
  std::string security = "plaintext";  // plaintext tls sasl_plaintext sasl_tls
  std::string ca;                      // PEM file; empty = what the system trusts
  std::string certificate, key;        // PEM files of ours; empty = none
  std::string key_password;            // secrets: the words themselves, already read
  std::string mechanism = "PLAIN";     // PLAIN SCRAM-SHA-256 SCRAM-SHA-512
  std::string user, password;          // of SASL
  KafkaProperties properties;          // the operator's own
};

enum class KafkaUse { producer, follower, member, admin };

// Everything a client of that use is made with; `group` only for a member.
KafkaProperties kafka_properties(const KafkaSettings& settings, KafkaUse use,
                                 std::string_view group = {});

struct PropertyFault {
  std::string name, what, remedy;
};
// What is wrong with the operator's properties: ours, unknown to this librdkafka, no such value.
std::vector<PropertyFault> check_properties(const KafkaProperties& properties);

// "2.0.2", and whether SCRAM works against Kafka 4 (since 2.6.1; before, the final message repeats
// the client's nonce, which Kafka 4 refuses as a wrong password).
std::string kafka_library_version();
bool scram_works_with_kafka4();

}  // namespace maitred
