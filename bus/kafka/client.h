// Client: one librdkafka handle with its callbacks, as an object that can be thrown away at any
// moment. It turns what librdkafka reports into troubles and metrics, remembers a fatal error, and
// ends within kKafkaCloseMax even where librdkafka 2.0 hangs in its destroy: such a handle is left
// behind, purged, so that it can send nothing any more.
//
// handle() may be used from any thread; callbacks come on the thread that polls it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bus/bus.h"
#include "bus/kafka/settings.h"
#include "bus/kafka/troubles.h"

namespace maitred {

inline constexpr Duration kKafkaCloseMax{2'000};

struct KafkaCallbacks {
  std::function<void(const rd_kafka_message_t&)> delivered = {};  // a producer's, once a record
  // A member's: true = these are ours now, false = they are not. It must (un)assign.
  std::function<void(bool assigned, rd_kafka_topic_partition_list_t& list)> rebalanced = {};
};

class KafkaClient {
 public:
  // `name` tells clients apart in troubles and metrics: "publish", "dispatch". broken: librdkafka
  // does not take the properties; the text says which.
  static Result<std::unique_ptr<KafkaClient>> make(const KafkaSettings& settings, KafkaUse use,
                                                   std::string name, std::string_view group,
                                                   KafkaTroubles& troubles,
                                                   KafkaCallbacks callbacks);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* handle() const;
  const std::string& name() const;
  // librdkafka cannot go on: the client has to be made anew. conflict: fenced.
  std::optional<Error> fatal() const;
  // Some request was answered: the connection is no trouble to this client.
  void answered();
  Error diagnosis(rd_kafka_resp_err_t code, std::string_view reason, std::string_view topic) const;

 private:
  friend struct KafkaCallbackDoor;  // librdkafka's C callbacks
  struct State;                     // outlives the client where the handle hangs
  explicit KafkaClient(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// The C library's lists as C++ objects.
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                      decltype(&rd_kafka_topic_partition_list_destroy)>;
PartitionList partition_list(size_t capacity);

// A record as the bus hands it out, stamped in house time. `topic` lives as long as the bus.
Stored stored_from(const rd_kafka_message_t& message, std::string_view topic, const Clock& house);

}  // namespace maitred
