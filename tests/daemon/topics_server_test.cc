// `maitred topics` on a real Kafka: what is made, what is said of topics that are otherwise, what
// another program reads there, and a house that moves in and out again.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "bus/embedded/embedded_bus.h"
#include "daemon/command_line.h"
#include "daemon/copy/tally.h"
#include "daemon/rights.h"
#include "tests/daemon/kafka_kitchen.h"
#include "tests/servers/kafka_server.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

std::string on(const KafkaServer& kafka, std::string_view prefix, std::string_view more = {}) {
  return fmt::format(
      "[bus]\nkind = \"kafka\"\nprefix = \"{}\"\n{}[bus.kafka]\nbrokers = [\"{}\"]\n"
      "replication = 1\n",
      prefix, more, kafka.brokers());
}

KafkaServer start_kafka() {
  auto started = KafkaServer::start();
  REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  return std::move(*started);
}

// The people, then a post and a line that is none, until the push is on the log.
void play_evening(const Kitchen& kitchen, const std::string& name) {
  const std::string staff = fmt::format("staff import '{}/staff.csv'", kitchen.home().string());
  const std::string customers =
      fmt::format("crm import '{}/customers.csv'", kitchen.home().string());
  for (const std::string& words : {staff, customers}) {
    const Spoken said = kitchen.run(name, words);
    REQUIRE_MESSAGE(said.code == kExitOk, said.text);
  }
  const auto daemon = kitchen.start(name, all_roles());
  kitchen.post("1", "Morton's, could somebody bring a ribeye to Newark airport in four hours?");
  const Time until = real_clock().now() + 60s;
  Spoken pushes;
  while (!pushes.has("anna") && real_clock().now() < until) {
    real_clock().sleep_until(real_clock().now() + 500ms, {});
    pushes = kitchen.run(name, "tail pushes");
  }
  REQUIRE_MESSAGE(pushes.has("anna"), pushes.text);
  daemon->stop();
}

// What the log of a configuration says, topic by topic.
std::map<std::string, Tally> tallies(const Configuration& config) {
  const auto clock = open_house_clock(config);
  REQUIRE(clock);
  const auto bus = open_bus(config, false, **clock);
  REQUIRE_MESSAGE(bus, (bus ? "" : bus.error().text));
  std::map<std::string, Tally> all;
  for (const TopicInfo& topic : all_topics()) {
    const auto reader = (*bus)->follow({{config.topics.name(topic.topic), {}}});
    REQUIRE(reader);
    REQUIRE(read_to_end(**reader, [&](const Stored& record) {
      all[topic.suffix].add(record, record.position.partition, record.log_time);
      return true;
    }));
  }
  return all;
}

int64_t records(const std::map<std::string, Tally>& log, const std::string& topic) {
  const auto found = log.find(topic);
  return found == log.end() ? 0 : found->second.records();
}

}  // namespace

TEST_CASE("topics are made once, as printed, and what differs is named") {
  const KafkaServer kafka = start_kafka();
  Kitchen kitchen;
  kitchen.configure("house", on(kafka, "house"));

  const Spoken asked = kitchen.run("house", "topics create --dry-run");
  CHECK(asked.code == kExitOk);
  CHECK(asked.has("house.tasks: would be made, with 12 partitions kept 1 times"));
  const Spoken made = kitchen.run("house", "topics create");
  CHECK(made.code == kExitOk);
  CHECK(made.has("house.customers: made, with 6 partitions kept 1 times"));
  const Spoken again = kitchen.run("house", "topics create");
  CHECK_MESSAGE(again.code == kExitOk, again.text);
  CHECK(again.has("house.customers: is as it should be"));
  CHECK_FALSE(again.has("made"));

  // What is printed for Kafka's own tools is what was made.
  const auto printed = json::Document::parse(kitchen.run("house", "topics print --json").text);
  REQUIRE(printed);
  CHECK(printed->root()["topics"].size() == all_topics().size());
  for (const TopicPlan& plan : topic_plans(kitchen.load("house").kafka.settings))
    CHECK(kitchen.run("house", "topics print --commands").has(create_command(plan)));

  kitchen.configure("other", on(kafka, "house", "partitions = 24\n"));
  const Spoken other = kitchen.run("other", "topics create");
  CHECK(other.code == kExitRefused);
  CHECK(other.has("house.tasks: it has 12 partitions, not 24"));
  CHECK(other.has("set [bus] partitions = 12"));
  CHECK(other.has("house.customers: is as it should be"));

  kitchen.configure("embedded", "");
  const Spoken embedded = kitchen.run("embedded", "topics create");
  CHECK(embedded.code == kExitOk);
  CHECK(embedded.has("makes its topics by itself"));
  CHECK(kitchen.run("embedded", "topics print --commands --acls").has("--group maitred.dispatch"));
}

TEST_CASE("kcat and jq read every topic, headers and all") {
  const KafkaServer kafka = start_kafka();
  Kitchen kitchen;
  kitchen.configure("house", on(kafka, "house"));
  REQUIRE(kitchen.run("house", "topics create").code == kExitOk);
  REQUIRE(replace_file(kitchen.home() / "inbox/0.ndjson", "this is no JSON\n"));
  play_evening(kitchen, "house");
  for (const std::string topic :
       {"mentions", "verdicts", "tasks", "pushes", "customers", "staff", "cursors", "rejects"}) {
    CAPTURE(topic);
    const std::string read = fmt::format("timeout 30 kcat -C -e -q -o beginning -b {} -t house.{}",
                                         kafka.brokers(), topic);
    const Spoken headers = shell(read +
                                 " -J | jq -es 'length > 0 and all(.headers | "
                                 "index(\"ce_id\") and index(\"ce_type\"))'");
    CHECK_MESSAGE(headers.code == 0, headers.text);
    if (topic == "rejects") continue;  // as they came
    const Spoken values = shell(read + " | jq -es 'length > 0 and all(type == \"object\")'");
    CHECK_MESSAGE(values.code == 0, values.text);
  }
}

TEST_CASE("a house moves from the embedded log to Kafka, and back, with all it knows") {
  const KafkaServer kafka = start_kafka();
  Kitchen kitchen;
  kitchen.configure("small", "");
  kitchen.configure("big", on(kafka, "house"));
  kitchen.configure("again", "");
  play_evening(kitchen, "small");
  const std::string to_big = fmt::format("topics copy --to '{}.toml'", kitchen.file("big"));

  const Spoken too_early = kitchen.run("small", to_big);
  CHECK(too_early.code == kExitConfig);
  CHECK_MESSAGE(too_early.has("`maitred topics create` makes it"), too_early.text);
  REQUIRE(kitchen.run("big", "topics create").code == kExitOk);
  {
    const auto at_work = kitchen.start("small", {ProcessRole::listen});
    const Spoken busy = kitchen.run("small", to_big);
    CHECK(busy.code == kExitRefused);
    CHECK(busy.has("another maitred daemon is running"));
    at_work->stop();
  }
  const auto before = tallies(kitchen.load("small"));
  REQUIRE(records(before, "tasks") > 0);
  const Spoken copied = kitchen.run("small", to_big);
  CHECK_MESSAGE(copied.code == kExitOk, copied.text);
  CHECK(copied.has(fmt::format("house.tasks: {} records of 1 keys, copied and read back",
                               records(before, "tasks"))));
  const Spoken twice = kitchen.run("small", to_big);
  CHECK(twice.code == kExitRefused);
  CHECK(twice.has("a copy goes onto empty topics"));
  const Spoken resumed = kitchen.run("small", to_big + " --resume");
  CHECK_MESSAGE(resumed.code == kExitOk, resumed.text);
  // The broker stamps again, and nothing else was changed.
  CHECK(kitchen.run("big", "topics create").code == kExitOk);

  const Spoken back =
      kitchen.run("big", fmt::format("topics copy --to '{}.toml'", kitchen.file("again")));
  CHECK_MESSAGE(back.code == kExitOk, back.text);
  for (const std::string name : {"big", "again"}) {
    CAPTURE(name);
    const auto after = tallies(kitchen.load(name));
    CHECK(after.size() == before.size());
    for (const auto& [topic, tally] : before) {
      CAPTURE(topic);
      const auto there = after.find(topic);
      REQUIRE(there != after.end());
      CHECK(tally.difference(there->second, false).value_or("") == "");
    }
  }

  // The house goes on where it was: one more post is one more verdict, and no old one comes again.
  const auto daemon = kitchen.start("big", all_roles());
  CHECK(blocked(*daemon) == "");
  kitchen.post("2", "Morton's, please bring two ribeyes to Newark airport in three hours");
  const Time until = real_clock().now() + 60s;
  const auto verdicts = [&] { return records(tallies(kitchen.load("big")), "verdicts"); };
  while (verdicts() == records(before, "verdicts") && real_clock().now() < until)
    real_clock().sleep_until(real_clock().now() + 500ms, {});
  daemon->stop();
  CHECK(verdicts() == records(before, "verdicts") + 1);
}
