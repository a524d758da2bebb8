#include "bus/kafka/diagnosis.h"

#include <fmt/core.h>

namespace maitred {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string user_of(const KafkaSettings& settings) {
  if (!settings.user.empty()) return fmt::format("the user '{}'", settings.user);
  return settings.certificate.empty() ? "this client" : "the holder of " + settings.certificate;
}

std::string brokers_of(const KafkaSettings& settings) {
  std::string all;
  for (const std::string& broker : settings.brokers) all += (all.empty() ? "" : ", ") + broker;
  return all;
}

Error wrong_password(const KafkaSettings& settings) {
  std::string text =
      fmt::format("the broker refuses {} ({}): check [bus.kafka] user, password and mechanism",
                  user_of(settings), settings.mechanism);
  if (settings.mechanism.starts_with("SCRAM") && !scram_works_with_kafka4()) {
    text += fmt::format(
        "; if they are right, this is librdkafka {}, whose SCRAM a Kafka 4 refuses: use "
        "mechanism = \"PLAIN\" over TLS, client certificates, or librdkafka 2.6.1 or later",
        kafka_library_version());
  }
  return {Fault::denied, std::move(text), {}};
}

Error tls_trouble(std::string_view reason, const KafkaSettings& settings) {
  if (has(reason, "certificate verify failed")) {
    return {Fault::denied,
            fmt::format("the broker's certificate is not signed by {}: let [bus.kafka] ca name "
                        "the PEM file of the authority that signed it",
                        settings.ca.empty() ? "any authority this system trusts" : settings.ca),
            {}};
  }
  if (has(reason, "wrong version number") || has(reason, "unknown protocol") ||
      has(reason, "packet length too long")) {
    return {Fault::denied,
            fmt::format("{} does not speak TLS: its listener wants another [bus.kafka] security "
                        "than \"{}\"",
                        brokers_of(settings), settings.security),
            {}};
  }
  if (has(reason, "unexpected eof")) {
    return {Fault::denied,
            fmt::format("{} breaks off the TLS handshake, as a listener without TLS does: is "
                        "[bus.kafka] security = \"{}\" what it wants?",
                        brokers_of(settings), settings.security),
            {}};
  }
  return {Fault::denied, fmt::format("TLS with {} fails: {}", brokers_of(settings), reason), {}};
}

Error no_answer(std::string_view reason, const KafkaSettings& settings) {
  if (has(reason, "Timed out")) reason = "it takes the connection and then says nothing";
  return {Fault::transient,
          fmt::format("no broker answers at {}{}{}", brokers_of(settings),
                      reason.empty() ? "" : ": ", reason),
          {}};
}

Error no_connection(std::string_view reason, const KafkaSettings& settings) {
  if (has(reason, "bad certificate") || has(reason, "certificate required") ||
      has(reason, "unknown ca") || has(reason, "certificate unknown")) {
    return {
        Fault::denied,
        fmt::format("the broker wants a client certificate it trusts, and {}: set [bus.kafka] "
                    "certificate and key",
                    settings.certificate.empty() ? "we show none" : "not " + settings.certificate),
        {}};
  }
  if (has(reason, "Disconnected while requesting ApiVersion")) {
    return {Fault::denied,
            fmt::format("the broker ends the connection at once: a TLS listener does so to "
                        "[bus.kafka] security = \"{}\"",
                        settings.security),
            {}};
  }
  if (has(reason, "might require SASL")) {
    return {Fault::denied,
            fmt::format("the broker wants a password: write [bus.kafka] security = \"{}\", user "
                        "and password",
                        settings.security == "tls" ? "sasl_tls" : "sasl_plaintext"),
            {}};
  }
  return no_answer(reason, settings);
}

Error no_right(std::string_view to_what, const KafkaSettings& settings) {
  return {Fault::denied,
          fmt::format("{} has no right to {}: `maitred topics print --acls` prints what to grant",
                      user_of(settings), to_what),
          {}};
}

Error no_topic(const KafkaSubject& subject) {
  return {Fault::denied,
          fmt::format("the topic {} is not on the broker: `maitred topics create` makes it",
                      subject.topic.empty() ? "asked for" : subject.topic),
          {}};
}

// The cluster understood, and its owner's rules or settings say no.
Error refused(std::string_view reason, const KafkaSubject& subject) {
  return {
      Fault::denied, fmt::format("the cluster will not have {}: {}", subject.topic, reason), {}};
}

Error somebody_joined(const KafkaSubject& subject) {
  return {Fault::conflict,
          fmt::format("somebody is joined to the group {}: stop every daemon that uses this "
                      "prefix; one that was killed is forgotten after 45 s",
                      subject.group),
          {}};
}

Error too_large(const KafkaSubject& subject) {
  return {Fault::malformed,
          fmt::format("a record is too large for the topic {}: its max.message.bytes has to allow "
                      "{} bytes, the default of 1048588 does",
                      subject.topic, kValueMax),
          {}};
}

// What only an operator's commands ask of the cluster.
Error diagnose_command(rd_kafka_resp_err_t code, std::string_view reason,
                       const KafkaSubject& subject) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      return {Fault::denied,
              fmt::format("the cluster has fewer brokers than [bus.kafka] replication = {}",
                          subject.settings.replication),
              {}};
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
      return refused(reason, subject);
    case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
      return {Fault::denied,
              "the cluster checks nobody's rights (it has no authorizer), so none can be granted",
              {}};
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
      return somebody_joined(subject);
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return {Fault::malformed,
              fmt::format("{} takes no record with a stamp so far from the broker's clock: see "
                          "its message.timestamp.before.max.ms and after.max.ms",
                          subject.topic),
              {}};
    default:
      return {Fault::transient,
              fmt::format("{}{}{}", rd_kafka_err2str(code), reason.empty() ? "" : ": ", reason),
              {}};
  }
}

}  // namespace

bool is_broken_off(std::string_view reason) {
  return has(reason, "Disconnected") || has(reason, "unexpected eof");
}

Error diagnose(rd_kafka_resp_err_t code, std::string_view reason, const KafkaSubject& subject) {
  const KafkaSettings& settings = subject.settings;
  if (subject.was_up && is_broken_off(reason)) return no_answer(reason, settings);
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return wrong_password(settings);
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
      return {Fault::denied,
              fmt::format("the broker does not offer [bus.kafka] mechanism = \"{}\": {}",
                          settings.mechanism, reason),
              {}};
    case RD_KAFKA_RESP_ERR__SSL:
      return tls_trouble(reason, settings);
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return no_connection(reason, settings);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return no_right(fmt::format("the topic {}", subject.topic), settings);
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return no_right(fmt::format("the group {}", subject.group), settings);
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return no_right(has(reason, "PID") ? "write to any topic" : "change the cluster", settings);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return no_topic(subject);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return too_large(subject);
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return {Fault::transient,
              fmt::format("fewer replicas of {} are in sync than its min.insync.replicas asks for",
                          subject.topic),
              {}};
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return {Fault::missing,
              fmt::format("{} does not keep the place we had come to: retention took it, or the "
                          "topic was made anew",
                          subject.topic),
              {}};
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return {Fault::conflict,
              fmt::format("another process has joined {} as node = \"{}\"", subject.group,
                          settings.node),
              {}};
    case RD_KAFKA_RESP_ERR__DESTROY:
      return {Fault::transient,
              fmt::format("librdkafka let go of {}: it may have been deleted", subject.topic),
              {}};
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return {Fault::transient, "the process is ending", {}};
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return {Fault::transient,
              fmt::format("no broker took the record within {} s", kKafkaPublishMax.count() / 1000),
              {}};
    default:
      return diagnose_command(code, reason, subject);
  }
}

}  // namespace maitred
