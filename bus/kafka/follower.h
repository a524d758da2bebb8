// A reader of a Kafka without a group: partitions are assigned by hand, with the place each begins
// at, and nothing is ever committed. Belongs to one thread.
#pragma once

#include <memory>

#include "bus/kafka/consumer.h"

namespace maitred {

class KafkaFollower : public Reader {
 public:
  // missing: a place below what is kept, or above the end (another log).
  static Result<std::unique_ptr<Reader>> open(KafkaBus& bus, const TopicPositions& from,
                                              int number);
  Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) override;
  TopicPositions positions() const override { return consumer_.positions(); }

 private:
  KafkaFollower(KafkaBus& bus, std::unique_ptr<KafkaClient> client)
      : bus_(bus), consumer_(bus, std::move(client)) {}
  KafkaBus& bus_;
  KafkaConsumer consumer_;
  std::set<std::string_view> troubled_ = {};
};

// Where each partition begins to be read: at `from`, else at the oldest. missing: out of range.
Result<Positions> places_within(std::string_view topic, const Positions& from,
                                const Positions& begins, const Positions& ends);

}  // namespace maitred
