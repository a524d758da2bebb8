// What the daemon measures, over a real Kafka.
#include "daemon/meters.h"

#include <doctest/doctest.h>

#include "bus/kafka/kafka_bus.h"
#include "dispatch/identity/customer_book.h"
#include "tests/bus/kafka_house.h"

using namespace maitred;
using namespace std::chrono_literals;

TEST_CASE("on a Kafka the lag grows while nobody dispatches, and is gone when somebody did") {
  test::KafkaHouse house(test::shared_kafka());
  auto opened = KafkaBus::open(house.settings("meters"), real_clock());
  REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().text));
  KafkaBus& bus = **opened;
  const TopicNames& names = house.names;
  TaskBook tasks{names};
  CustomerBook customers{names};
  test::Scratch scratch;
  Fold fold{bus, names, {&tasks, &customers}, scratch.path()};
  REQUIRE(fold.open());
  Metrics shown;
  Meters meters({bus, names, real_clock(), fold, tasks}, shown);
  const auto gauge = [&](const char* name, MetricLabels labels) {
    return shown.gauge(name, "", std::move(labels)).value();
  };
  const MetricLabels dispatch{{"group", "dispatch"}, {"topic", "mentions"}};
  const MetricLabels mentions{{"topic", "mentions"}};
  const auto publish = [&](Topic topic, int count) {
    std::vector<Record> records;
    for (int i = 0; i < count; ++i)
      records.push_back(make_record(names, topic, std::to_string(i), "id", "{}"));
    REQUIRE(bus.publish(names.name(topic), records));
  };
  // Measures until it shows that, and fails if it never does.
  const auto until = [&](const std::function<bool()>& is_so) {
    const Time late = real_clock().now() + 60s;
    for (;;) {
      const auto measured = meters.measure();
      REQUIRE_MESSAGE(measured, (measured ? "" : measured.error().text));
      if (is_so()) return;
      REQUIRE(real_clock().now() < late);
      real_clock().sleep_until(real_clock().now() + 100ms, {});
    }
  };

  publish(Topic::mentions, 30);
  publish(Topic::customers, 7);
  until([&] { return gauge("maitred_group_lag_seconds", dispatch) >= 1; });
  CHECK(gauge("maitred_group_lag_records", dispatch) == 30);
  publish(Topic::mentions, 10);
  until([&] { return gauge("maitred_group_lag_seconds", dispatch) >= 2; });
  CHECK(gauge("maitred_group_lag_records", dispatch) == 40);
  CHECK(gauge("maitred_log_end_age_seconds", mentions) <=
        gauge("maitred_group_lag_seconds", dispatch));

  const Time late = real_clock().now() + 60s;
  while (!fold.all_ready() && real_clock().now() < late) REQUIRE(fold.step(100ms, {}));
  auto member = bus.join(names.name(Topic::mentions), "dispatch", {});
  REQUIRE_MESSAGE(member, (member ? "" : member.error().text));
  size_t read = 0;
  while (read < 40 && real_clock().now() < late) {
    const auto batch = (*member)->poll(100, 500ms, {});
    REQUIRE_MESSAGE(batch, (batch ? "" : batch.error().text));
    read += batch->records.size();
  }
  REQUIRE(read == 40);
  REQUIRE((*member)->commit(*bus.ends(names.name(Topic::mentions))));
  until([&] { return gauge("maitred_group_lag_records", dispatch) == 0; });
  CHECK(gauge("maitred_group_lag_seconds", dispatch) == 0);
  CHECK(gauge("maitred_fold_lag_records", {{"topic", "customers"}}) == 0);
  publish(Topic::customers, 5);
  REQUIRE(meters.measure());
  CHECK(gauge("maitred_fold_lag_records", {{"topic", "customers"}}) == 5);
}
