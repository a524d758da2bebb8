// Consumer: a librdkafka consumer as both a follower and a group's member use it. It fills batches
// one message at a time (the batch calls of librdkafka 2.0 lose records around a pause), says
// where the end was reached, and sorts errors: what passes by itself is left to librdkafka, what
// does not is returned, but never in place of records already in hand.
//
// Belongs to one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bus/kafka/client.h"

namespace maitred {

class KafkaBus;

class KafkaConsumer {
 public:
  // `is_member`: it cannot do without its group; others have a group in name alone.
  KafkaConsumer(KafkaBus& bus, std::unique_ptr<KafkaClient> client, bool is_member = false)
      : bus_(bus), client_(std::move(client)), is_member_(is_member) {}

  // As Reader::poll. Waits in short slices, so that a stop is noticed.
  Result<Batch> poll(size_t max, Duration wait, std::stop_token stop);
  // Begins to read at these places, instead of what was read before.
  Result<void> assign(std::string_view topic, const Positions& from);
  Result<void> assign(const TopicPositions& from);
  Result<void> pause(std::string_view topic, const Positions& which);
  const TopicPositions& positions() const { return positions_; }

  // From inside a poll: records in hand are no longer ours; the poll ends with this error.
  void drop_batch() { dropped_ = true; }
  void fail_poll(Error error) { error_ = std::move(error); }
  KafkaClient& client() { return *client_; }

 private:
  struct Known {
    std::string_view topic;     // lives as long as the bus
    Positions* next = nullptr;  // its part of positions_
  };
  Known& known(const rd_kafka_message_t& message);
  void take(const rd_kafka_message_t& message, Batch& batch);
  void note_error(const rd_kafka_message_t& message, Batch& batch);

  KafkaBus& bus_;
  std::unique_ptr<KafkaClient> client_;
  const bool is_member_;
  TopicPositions positions_;
  std::map<const rd_kafka_topic_t*, Known> topics_;  // of positions_
  std::optional<Error> error_;
  bool dropped_ = false;
};

}  // namespace maitred
