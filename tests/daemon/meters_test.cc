// What the daemon measures, on a real embedded log and a clock that only the test moves.
#include "daemon/meters.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "bus/embedded/embedded_bus.h"
#include "dispatch/identity/customer_book.h"
#include "tests/bus/faulty_bus.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

struct House {
  test::Scratch scratch;
  FakeClock clock{Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5))};
  TopicNames names;
  std::unique_ptr<EmbeddedBus> log =
      std::move(*EmbeddedBus::open({scratch.path(), names, true, false}, clock));
  test::FaultyBus bus{*log};
  TaskBook tasks{names};
  CustomerBook customers{names};
  Fold fold{bus, names, {&tasks, &customers}, scratch.path()};
  std::vector<SourceStatus> sources;
  std::vector<std::string> blocked;
  Metrics shown;
  Meters meters{{bus, names, clock, fold, tasks, nullptr, [this] { return sources; },
                 [this] { return blocked; }},
                shown};

  House() { REQUIRE(fold.open()); }
  void publish(Topic topic, int count, const std::string& value = "{}") {
    for (int i = 0; i < count; ++i) {
      const std::vector one{make_record(names, topic, fmt::format("key{}", i), "id", value)};
      REQUIRE(log->publish(names.name(topic), one));
    }
  }
  void fold_all() {
    for (int i = 0; i < 100 && !fold.all_ready(); ++i) REQUIRE(fold.step(0ms, {}));
    for (int i = 0; i < 3; ++i) REQUIRE(fold.step(0ms, {}));
  }
  double gauge(const char* name, MetricLabels labels = {}) {
    return shown.gauge(name, "", std::move(labels)).value();
  }
  double counter(const char* name, MetricLabels labels) {
    return shown.counter(name, "", std::move(labels)).value();
  }
  bool shows(const std::string& start) { return shown.text().find(start) != std::string::npos; }
};

const MetricLabels kDispatch{{"group", "dispatch"}, {"topic", "mentions"}};

// To the second, and from a minute on to 2 %.
bool is_about(double seconds, std::chrono::seconds age) {
  const auto exact = static_cast<double>(age.count());
  return seconds <= exact && exact - seconds <= std::max(1.0, exact / 50);
}

}  // namespace

TEST_CASE("a group's lag is what it has not committed, and how old the oldest of that is") {
  for (const auto age : std::initializer_list<std::chrono::seconds>{0s, 1s, 59s, 1h, 30h, 480h}) {
    CAPTURE(age.count());
    House house;
    house.publish(Topic::mentions, 40);  // long done
    auto member = *house.log->join("maitred.mentions", "dispatch", {});
    house.clock.advance(24h);
    const auto done = member->poll(100, 0ms, {});
    REQUIRE(done);
    REQUIRE(done->records.size() == 40);
    REQUIRE(member->commit(*house.log->ends("maitred.mentions")));
    house.publish(Topic::mentions, 3);
    house.clock.advance(age);
    house.publish(Topic::mentions, 2);
    REQUIRE(house.meters.measure());
    CHECK(house.gauge("maitred_group_lag_records", kDispatch) == 5);
    CHECK(is_about(house.gauge("maitred_group_lag_seconds", kDispatch), age));

    REQUIRE(member->poll(100, 0ms, {}));
    REQUIRE(member->commit(*house.log->ends("maitred.mentions")));
    house.clock.advance(1h);
    REQUIRE(house.meters.measure());
    CHECK(house.gauge("maitred_group_lag_records", kDispatch) == 0);
    CHECK(house.gauge("maitred_group_lag_seconds", kDispatch) == 0);
  }
}

TEST_CASE("the age of a topic's newest record goes on growing while nothing comes") {
  House house;
  const MetricLabels verdicts{{"topic", "verdicts"}};
  REQUIRE(house.meters.measure());
  CHECK_FALSE(house.shows("maitred_log_end_age_seconds"));  // nothing is on the log at all
  house.publish(Topic::verdicts, 1);
  house.clock.advance(48h);
  house.publish(Topic::verdicts, 3);
  house.clock.advance(2h);
  REQUIRE(house.meters.measure());
  CHECK(is_about(house.gauge("maitred_log_end_age_seconds", verdicts), 2h));
  CHECK_FALSE(house.shows("maitred_log_end_age_seconds{topic=\"mentions\"}"));
  house.bus.fail_at(1, test::Break::before, true);  // and while the log does not answer
  house.clock.advance(1h);
  CHECK_FALSE(house.meters.measure());
  CHECK(is_about(house.gauge("maitred_log_end_age_seconds", verdicts), 3h));
}

TEST_CASE("a book's lag is what it has not read; topics no book reads have none") {
  House house;
  house.publish(Topic::customers, 4);
  house.fold_all();
  house.publish(Topic::customers, 3);
  REQUIRE(house.meters.measure());
  CHECK(house.gauge("maitred_fold_lag_records", {{"topic", "customers"}}) == 3);
  CHECK(house.gauge("maitred_fold_lag_records", {{"topic", "tasks"}}) == 0);
  CHECK_FALSE(house.shows("maitred_fold_lag_records{topic=\"mentions\"}"));
  house.fold_all();
  REQUIRE(house.meters.measure());
  CHECK(house.gauge("maitred_fold_lag_records", {{"topic", "customers"}}) == 0);
}

TEST_CASE("void events are counted by reason, once, however often the book is read") {
  House house;
  house.publish(Topic::tasks, 3, "no event");
  REQUIRE(house.meters.measure());
  CHECK_FALSE(house.shows("maitred_voids_total"));  // the book has not come to its end yet
  house.fold_all();
  for (int i = 0; i < 3; ++i) REQUIRE(house.meters.measure());
  CHECK(house.counter("maitred_voids_total", {{"reason", "unreadable"}}) == 3);
  house.publish(Topic::tasks, 2, "no event");
  house.fold_all();
  REQUIRE(house.meters.measure());
  CHECK(house.counter("maitred_voids_total", {{"reason", "unreadable"}}) == 5);
  CHECK(house.gauge("maitred_living_tasks") == 0);
}

TEST_CASE("what sources show is counted, and what was dropped or rejected by its reason") {
  House house;
  SourceStatus source;
  source.name = "mortons";
  source.offered = 10;
  source.published = 7;
  source.dropped = {{"own_post", 2}};
  source.rejected = {{"bad_item", 1}};
  source.silent = true;
  house.sources = {source};
  REQUIRE(house.meters.measure());
  house.sources[0].offered = 12;
  house.sources[0].published = 9;
  house.sources[0].silent = false;
  REQUIRE(house.meters.measure());
  CHECK(house.counter("maitred_source_offered_total", {{"source", "mortons"}}) == 12);
  CHECK(house.counter("maitred_source_published_total", {{"source", "mortons"}}) == 9);
  CHECK(house.counter("maitred_source_dropped_total",
                      {{"source", "mortons"}, {"why", "own_post"}}) == 2);
  CHECK(house.counter("maitred_rejects_total", {{"where", "mortons"}, {"why", "bad_item"}}) == 1);
  CHECK(house.gauge("maitred_source_silent", {{"source", "mortons"}}) == 0);
}

TEST_CASE("readiness and the clock are measured also while the log does not answer") {
  House house;
  house.publish(Topic::customers, 1);
  house.fold_all();
  REQUIRE(house.meters.measure());
  CHECK(house.gauge("maitred_blocked_reasons") == 0);
  CHECK(house.gauge("maitred_clock_ok") == 1);
  CHECK(house.gauge("maitred_log_silent_seconds") == 0);
  house.bus.fail_at(1, test::Break::before, true);
  house.blocked = {"no broker answers"};
  house.clock.set(house.clock.now() - 1h);  // stepped back: the log is ahead of it
  const auto measured = house.meters.measure();
  REQUIRE_FALSE(measured);
  CHECK(measured.error().fault == Fault::transient);
  CHECK(house.gauge("maitred_blocked_reasons") == 1);
  CHECK(house.gauge("maitred_clock_ok") == 0);
}

TEST_CASE("a member that comes and one that goes are counted as rebalances of their group") {
  House house;
  const auto count = [](const char* what) {
    return metrics()
        .counter("maitred_rebalances_total", "", {{"group", "counted"}, {"what", what}})
        .value();
  };
  auto first = *house.log->join("maitred.tasks", "counted", {});
  REQUIRE(first->poll(1, 0ms, {}));
  CHECK(count("assigned") == 1);
  CHECK(count("revoked") == 0);
  auto second = *house.log->join("maitred.tasks", "counted", {});
  REQUIRE(first->poll(1, 0ms, {}));
  REQUIRE(second->poll(1, 0ms, {}));
  CHECK(count("assigned") == 2);
  CHECK(count("revoked") == 1);
}
