// What a librdkafka error means for us: the Fault that names the reaction, and one sentence that
// says what is wrong and what to do. Pure; the table of cases is in tests/bus.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "bus/kafka/settings.h"

namespace maitred {

// About whom and what: `topic` and `group` may be empty.
struct KafkaSubject {
  const KafkaSettings& settings;
  std::string_view topic = {};
  std::string_view group = {};
  bool was_up = false;  // there has been a connection: listener and login suit each other
};

// `reason` is librdkafka's own text, which tells cases apart that share a code. transient: brokers
// that do not answer. denied: passwords, certificates, rights, a topic that is not there (a person
// has to act). malformed: a record the broker will not have. missing: a place that is not kept.
// conflict: another process has joined under our `node`.
Error diagnose(rd_kafka_resp_err_t code, std::string_view reason, const KafkaSubject& subject);

// A connection that broke off tells of a listener of another kind, or of a broker that is dying.
bool is_broken_off(std::string_view reason);

}  // namespace maitred
