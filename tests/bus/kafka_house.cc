#include "tests/bus/kafka_house.h"

#include "base/digest.h"

namespace maitred::test {

KafkaServer& shared_kafka() {
  static Result<KafkaServer> server = KafkaServer::start();
  REQUIRE_MESSAGE(server, (server ? "" : server.error().text));
  return *server;
}

std::unique_ptr<House> kafka_house() {
  TopicNames few;
  few.partitions = 3;
  few.partitions_compacted = 2;
  return std::make_unique<KafkaHouse>(shared_kafka(), few);
}

KafkaHouse::KafkaHouse(KafkaServer& server, TopicNames kept) : server_(server) {
  names = std::move(kept);
  names.prefix = "h" + hex(random_bytes(6));
  const KafkaSettings settings = this->settings("one");
  auto admin = KafkaAdmin::open(settings);
  REQUIRE_MESSAGE(admin, (admin ? "" : admin.error().text));
  const auto created = (*admin)->create(topic_plans(settings));
  REQUIRE_MESSAGE(created, (created ? "" : created.error().text));
}

KafkaSettings KafkaHouse::settings(const std::string& node) const {
  KafkaSettings settings;
  settings.brokers = {server_.brokers()};
  settings.node = node;
  settings.names = names;
  settings.replication = settings.min_insync = 1;
  settings.properties = {{"session.timeout.ms", "2000"}, {"heartbeat.interval.ms", "300"}};
  return settings;
}

std::unique_ptr<KafkaBus> KafkaHouse::open_as(const std::string& node) {
  auto bus = KafkaBus::open(settings(node), clock);
  REQUIRE_MESSAGE(bus, (bus ? "" : bus.error().text));
  return std::move(*bus);
}

void KafkaHouse::advance(Duration by) {
  clock.advance(by);
  const Time moved = real_clock().now();
  while (real_clock().now() <= moved) real_clock().sleep_until(moved + Duration(1), {});
}

}  // namespace maitred::test
