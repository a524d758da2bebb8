// A daemon through every way in which its Kafka can go away. Posts keep coming meanwhile: nothing
// is lost, nothing is decided twice, what blocks is named, and each outage is two lines in the log.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <functional>

#include "base/json.h"
#include "bus/kafka/admin.h"
#include "daemon/command_line.h"
#include "tests/daemon/kafka_kitchen.h"
#include "tests/daemon/running.h"
#include "tests/servers/kafka_server.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience{60'000};

class Outages {
 public:
  Outages() {
    auto started = KafkaServer::start();
    REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
    kafka.emplace(std::move(*started));
    first_address = kafka->brokers();
    REQUIRE(kafka->restart_at_new_port());
    kitchen.configure("house", fmt::format(R"([bus]
kind = "kafka"
[bus.kafka]
brokers = ["{}", "{}"]
replication = 1
min_insync = 1
)",
                                           first_address, kafka->brokers()));
    const Spoken made = kitchen.run("house", "topics create");
    REQUIRE_MESSAGE(made.code == kExitOk, made.text);
  }

  void post() {
    ++posts;
    kitchen.post(fmt::format("p{}", posts), "Morton's, a ribeye please");
  }
  bool status_says(std::string_view part) {
    for (const Time until = now() + kPatience; now() < until; wait(200ms)) {
      status = kitchen.run("house", "status --json").text;
      if (status.find(part) != std::string::npos) return true;
    }
    return false;
  }
  // Every post so far has a verdict.
  bool drained() {
    for (const Time until = now() + kPatience; now() < until; wait(500ms)) {
      const Spoken said = kitchen.run("house", "tail verdicts --json");
      int decided = 0;
      for (int post = 1; post <= posts; ++post)
        decided += said.has(fmt::format("\"mention\":\"folder:p{}\"", post));
      if (decided == posts) return true;
    }
    return false;
  }
  // The outage begins, is noticed, a post comes, the outage ends, all is well.
  void play(const std::function<void()>& begin, std::string_view sentence,
            const std::function<void()>& end) {
    const int before = daemon->lines("bus.trouble"), over = daemon->lines("bus.recovered");
    begin();
    post();
    CHECK(status_says(sentence));
    CHECK(status.find(R"("ready":false)") != std::string::npos);
    end();
    CHECK(status_says(R"("ready":true)"));
    CHECK(drained());
    CAPTURE(status);
    CAPTURE(daemon->log());
    // One line each; a machine so busy that a broker seems gone again may make it two.
    const int began = daemon->lines("bus.trouble") - before;
    CHECK(began >= 1);
    CHECK(began <= 2);
    CHECK(daemon->lines("bus.recovered") - over == began);
    CHECK(daemon->lines(".failed") == 0);  // one says it, the others need not
  }

  Kitchen kitchen;
  std::optional<KafkaServer> kafka;
  std::string first_address;
  std::optional<Running> daemon;
  std::string status;
  int posts = 0;
};

void delete_topic(const KafkaSettings& settings, const std::string& name) {
  KafkaTroubles troubles;
  const auto client = KafkaClient::make(settings, KafkaUse::admin, "delete", {}, troubles, {});
  REQUIRE(client);
  rd_kafka_t* handle = (*client)->handle();
  rd_kafka_DeleteTopic_t* deletion = rd_kafka_DeleteTopic_new(name.c_str());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  rd_kafka_DeleteTopics(handle, &deletion, 1, nullptr, queue);
  rd_kafka_event_t* answer = rd_kafka_queue_poll(queue, 10'000);
  CHECK(rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR);
  if (answer) rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(queue);
  rd_kafka_DeleteTopic_destroy(deletion);
}

}  // namespace

TEST_CASE("a daemon outlives its Kafka's every absence") {
  Outages house;
  const std::string no_answer = "no broker answers at";
  house.kafka->stop();
  house.daemon.emplace(house.kitchen, "house");
  house.play([] {}, no_answer, [&] { REQUIRE(house.kafka->restart()); });
  SUBCASE("killed, then frozen for 20 s, then back at another of its addresses") {
    house.play([&] { house.kafka->kill(); }, no_answer, [&] { REQUIRE(house.kafka->restart()); });
    house.play(
        [&] {
          house.kafka->freeze();
          wait(20s);
        },
        no_answer, [&] { house.kafka->thaw(); });
    house.play([&] { house.kafka->stop(); }, no_answer,
               [&] { REQUIRE(house.kafka->restart_at(house.first_address)); });
  }
  SUBCASE("a topic deleted, and made again") {
    const auto settings = kafka_settings(house.kitchen.load("house"));
    REQUIRE(settings);
    for (const char* topic : {"maitred.verdicts", "maitred.tasks"}) {
      CAPTURE(std::string(topic));
      house.play([&] { delete_topic(*settings, topic); },
                 fmt::format("the topic {} is not on the broker", topic),
                 [&] {
                   const Spoken made = house.kitchen.run("house", "topics create");
                   REQUIRE_MESSAGE(made.code == kExitOk, made.text);
                   house.posts = 0;  // what was decided before went with the topic
                 });
    }
  }
  // Two lines an outage, two for begin and end, and what each source and thread says of itself.
  CAPTURE(house.daemon->log());
  CHECK(house.daemon->stopped_within(10s) == kExitOk);
}
