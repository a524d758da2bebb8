// A House on a real Kafka (tests/bus/house.h): one broker for all houses of a test program, and
// for each house topics of its own under a prefix nobody else has.
#pragma once

#include "bus/kafka/admin.h"
#include "bus/kafka/kafka_bus.h"
#include "tests/bus/promises.h"
#include "tests/servers/kafka_server.h"

namespace maitred::test {

class KafkaHouse : public House {
 public:
  explicit KafkaHouse(KafkaServer& server, TopicNames kept = {});  // its prefix is made up anew
  std::unique_ptr<Bus> open() override { return open_as("one"); }
  std::shared_ptr<Bus> open_beside(const std::shared_ptr<Bus>&) override { return open_as("two"); }
  std::unique_ptr<KafkaBus> open_as(const std::string& node);
  // A broker stamps whole milliseconds: what was published before the move stays before it.
  void advance(Duration by) override;
  KafkaSettings settings(const std::string& node) const;

 private:
  KafkaServer& server_;
};

// The broker that this test program starts with its first house, and ends with itself.
KafkaServer& shared_kafka();
// On that one, with few partitions, since a broker takes its time over many.
std::unique_ptr<House> kafka_house();

}  // namespace maitred::test
