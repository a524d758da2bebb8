// What can be wrong between maitred and a Kafka: each is named in one sentence with its remedy, by
// `check --live` and by a daemon that was started with it, which stays up, does not spin, heals by
// itself where nobody has to act, and ends when it is asked to.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/files.h"
#include "bus/kafka/admin.h"
#include "daemon/command_line.h"
#include "tests/daemon/kafka_kitchen.h"
#include "tests/daemon/running.h"
#include "tests/servers/kafka_server.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

// A Kafka that asks who one is, with all topics, and ways to come to it that do not work.
struct Row {
  const char* name;
  std::string bus;                    // below [bus.kafka]
  int code;                           // of check --live
  std::vector<std::string> sentence;  // parts of it
};

struct House {
  House() {
    auto started = KafkaServer::start({.secure = true});
    REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
    kafka.emplace(std::move(*started));
    for (const char* user : {"maitred", "reader"})
      REQUIRE(replace_file(kitchen.file(user), kafka->password(user), 0400));
    REQUIRE(replace_file(kitchen.file("wrong"), "swordfish", 0400));
    configure("root", at(kafka->brokers()));
    const Spoken made = kitchen.run("root", "topics create");
    REQUIRE_MESSAGE(made.code == kExitOk, made.text);
  }

  // `above` stands in [bus].
  void configure(const std::string& name, const std::string& bus, const std::string& above = "") {
    kitchen.configure(
        name, "[bus]\nkind = \"kafka\"\n" + above + "[bus.kafka]\nreplication = 1\n" + bus + "\n");
    auto text = read_file(kitchen.file(name) + ".toml");
    REQUIRE(text);
    const size_t web = text->find("[web]\n");
    REQUIRE(web != std::string::npos);
    if (text->find("listen = ") == std::string::npos) text->insert(web + 6, "listen = \"\"\n");
    REQUIRE(replace_file(kitchen.file(name) + ".toml", *text));
  }

  static std::string at(const std::string& broker, const std::string& more = "") {
    return fmt::format("brokers = [\"{}\"]\n{}", broker, more);
  }
  std::string tls(const std::string& ca) const {
    return fmt::format("security = \"tls\"\nca = \"{}\"\n", ca);
  }
  std::string login(const char* user, const char* password, const std::string& more = "") const {
    return fmt::format(
        "security = \"sasl_tls\"\nca = \"{}\"\nuser = \"{}\"\npassword = \"file:{}\"\n{}",
        kafka->ca(), user, kitchen.file(password), more);
  }
  std::string certificate(const char* user) const {
    return tls(kafka->ca()) + fmt::format("certificate = \"{}\"\nkey = \"{}\"\n",
                                          kafka->certificate(user), kafka->key(user));
  }

  std::vector<Row> rows() const;
  // What keeps this daemon from being ready, once that holds all the parts.
  std::string blocked(const std::string& name, const std::vector<std::string>& parts) const {
    Spoken said;
    for (const Time until = now() + 30s; now() < until; wait(200ms)) {
      said = kitchen.run(name, "status --json");
      if (holds(said.text, parts)) break;
    }
    return said.text;
  }
  static bool holds(const std::string& text, const std::vector<std::string>& parts) {
    return std::ranges::all_of(
        parts, [&](const std::string& part) { return text.find(part) != std::string::npos; });
  }

  Kitchen kitchen;
  std::optional<KafkaServer> kafka;
};

std::vector<Row> House::rows() const {
  const std::string none = "127.0.0.1:1";
  return {
      {"down", at(none), kExitUnavailable, {"no broker answers at " + none, "Connection refused"}},
      {"wrong-password",
       at(kafka->sasl(), login("maitred", "wrong")),
       kExitConfig,
       {"the broker refuses the user 'maitred' (PLAIN)", "check [bus.kafka] user, password"}},
      {"scram-library",
       at(kafka->sasl(), login("maitred", "maitred", "mechanism = \"SCRAM-SHA-256\"")),
       kExitConfig,
       {"SCRAM-SHA-256"}},
      {"unknown-ca",
       at(kafka->sasl(),
          [&] {
            std::string other = login("maitred", "maitred");
            return other.replace(other.find(kafka->ca()), kafka->ca().size(), kafka->other_ca());
          }()),
       kExitConfig,
       {"the broker's certificate is not signed by " + kafka->other_ca(), "ca name"}},
      {"plain-on-tls",
       at(kafka->mtls()),
       kExitConfig,
       {"ends the connection at once: a TLS listener does so", "plaintext"}},
      {"tls-on-plain",
       at(kafka->brokers(), tls(kafka->ca())),
       kExitConfig,
       {"breaks off the TLS handshake, as a listener without TLS does"}},
      {"no-password",
       at(kafka->sasl(), tls(kafka->ca())),
       kExitConfig,
       {"the broker wants a password", "sasl_tls"}},
      {"no-certificate",
       at(kafka->mtls(), tls(kafka->ca())),
       kExitConfig,
       {"the broker wants a client certificate it trusts, and we show none",
        "certificate and key"}},
      {"no-rights",
       at(kafka->mtls(), certificate("stranger")),
       kExitConfig,
       {"the holder of " + kafka->certificate("stranger") +
            " has no right to the topic maitred.tasks",
        "`maitred topics print --acls`"}},
  };
}

// One for all of this file: each case leaves it as it was.
House& the_house() {
  static House house;
  return house;
}

}  // namespace

TEST_CASE("check --live names what is wrong in one sentence with its remedy") {
  House& house = the_house();
  for (const Row& row : house.rows()) {
    CAPTURE(std::string(row.name));
    house.configure(row.name, row.bus);
    const Spoken said = house.kitchen.run(row.name, "check --live");
    CAPTURE(said.text);
    CHECK(said.code == row.code);
    CHECK(House::holds(said.text, row.sentence));
    const auto lines = std::count(said.text.begin(), said.text.end(), '\n');
    CHECK(lines <= (std::string_view(row.name) == "no-rights" ? 16 : 5));
    CHECK_FALSE(said.has("bus.trouble"));
  }
  for (const auto& [name, code] :
       {std::pair{"down", kExitUnavailable}, std::pair{"wrong-password", kExitConfig}}) {
    const Spoken said = house.kitchen.run(name, "tail tasks");
    CAPTURE(said.text);
    CHECK(said.code == code);
    CHECK(std::count(said.text.begin(), said.text.end(), '\n') == 1);
  }
}

TEST_CASE("check --live looks at topics and rights, and leaves no trace") {
  House& house = the_house();
  house.configure("absent", House::at(house.kafka->brokers()), "prefix = \"absent\"\n");
  const Spoken absent = house.kitchen.run("absent", "check --live --roles listen");
  CHECK(absent.code == kExitConfig);
  CHECK(absent.has("the topic absent.tasks is not on the broker: `maitred topics create` makes"));

  house.configure("counts", House::at(house.kafka->brokers()), "partitions = 5\n");
  const Spoken counts = house.kitchen.run("counts", "check --live --roles listen");
  CHECK(counts.code == kExitConfig);
  CHECK(counts.has("maitred.tasks has 12 partitions on the broker and 5 in the configuration"));

  const Spoken granted = house.kitchen.run("root", "topics grant --user maitred --role listen");
  REQUIRE_MESSAGE(granted.code == kExitOk, granted.text);
  house.configure("listen", House::at(house.kafka->sasl(), house.login("maitred", "maitred")));
  const Spoken enough = house.kitchen.run("listen", "check --live --roles listen");
  CHECK_MESSAGE(enough.code == kExitOk, enough.text);
  CHECK(enough.has("not checked: how topics are kept; it takes the right to DescribeConfigs"));
  CHECK(enough.has("not checked: the right to join the groups maitred.listen"));
  const Spoken more = house.kitchen.run("listen", "check --live --roles listen,dispatch");
  CHECK(more.code == kExitConfig);
  CHECK(more.has("the user 'maitred' has no right to the topic maitred.verdicts"));  // to write
  CHECK(more.has("the user 'maitred' has no right to the topic maitred.mentions"));  // to read

  const auto settings = kafka_settings(house.kitchen.load("root"));
  REQUIRE(settings);
  const auto admin = KafkaAdmin::open(*settings);
  REQUIRE(admin);
  REQUIRE((*admin)->set("maitred.tasks", "max.message.bytes", "2000"));
  REQUIRE((*admin)->set("maitred.mentions", "retention.ms", "3600000"));
  const Spoken small = house.kitchen.run("root", "check --live");
  CHECK(small.code == kExitConfig);
  CHECK(small.has("maitred.tasks: max.message.bytes is 2000, and up to 1000000 are sent at once"));
  CHECK(small.has("--entity-name maitred.tasks --add-config max.message.bytes=1048588"));
  CHECK(small.has("maitred.mentions: retention.ms is 3600000, not 2592000000"));

  REQUIRE((*admin)->set("maitred.tasks", "max.message.bytes", "1048588"));
  REQUIRE((*admin)->set("maitred.mentions", "retention.ms", "2592000000"));
  CHECK(house.kitchen.run("root", "check --live").code == kExitOk);
  for (const TopicInfo& topic : all_topics()) {
    CAPTURE(std::string(topic.suffix));
    CHECK(house.kitchen.run("root", std::string("tail ") + topic.suffix).text.empty());
  }
}

TEST_CASE("a daemon that cannot use its Kafka stays up, says why, does not spin, and ends") {
  House& house = the_house();
  struct Started {
    Row row;
    std::unique_ptr<Running> daemon;
    int lines = 0;
    Duration cpu{};
  };
  std::vector<Started> all;
  for (const Row& row : house.rows()) {
    house.configure(row.name, row.bus);
    all.push_back({row, std::make_unique<Running>(house.kitchen, row.name)});
  }
  for (Started& one : all) {
    CAPTURE(std::string(one.row.name));
    const std::string status = house.blocked(one.row.name, one.row.sentence);
    CHECK_MESSAGE(House::holds(status, one.row.sentence), status);
    CHECK(status.find(R"("ready":false)") != std::string::npos);
  }
  wait(3s);  // those started last have said all they have to say
  for (Started& one : all) {
    one.lines = one.daemon->lines();
    one.cpu = one.daemon->cpu();
  }
  wait(5s);
  for (Started& one : all) {
    CAPTURE(std::string(one.row.name));
    const std::string log = one.daemon->log();
    CAPTURE(log);
    CHECK(one.daemon->lines() - one.lines <= 1);
    CHECK(one.daemon->lines() <= 22);  // with each of eleven topics
    CHECK(one.daemon->lines(one.row.sentence.front()) >= 1);
    CHECK(one.daemon->cpu() - one.cpu < 2s);
    CHECK(one.daemon->stopped_within(10s) == kExitOk);
  }
}

TEST_CASE("a broker that is there later is all it takes, with one line before and one after") {
  House& house = the_house();
  house.configure("early", House::at(house.kafka->brokers()));
  house.kafka->stop();
  Running daemon(house.kitchen, "early");
  CHECK(house.blocked("early", {"no broker answers"}).find(R"("ready":false)") !=
        std::string::npos);
  REQUIRE(house.kafka->restart());
  const std::string status = house.blocked("early", {R"("ready":true)"});
  CHECK_MESSAGE(status.find(R"("blocked":[])") != std::string::npos, status);
  CAPTURE(daemon.log());
  CHECK(daemon.lines("bus.trouble") == 1);
  CHECK(daemon.lines("bus.recovered") == 1);
  CHECK(daemon.stopped_within(10s) == kExitOk);
}

TEST_CASE("another number of partitions ends the daemon with 78, and says which") {
  House& house = the_house();
  house.configure("counts", House::at(house.kafka->brokers()), "partitions = 5\n");
  Running daemon(house.kitchen, "counts");
  CHECK(daemon.ended_within(30s) == kExitConfig);
  CAPTURE(daemon.log());
  CHECK(daemon.log().find("maitred: maitred.") != std::string::npos);
  CHECK(daemon.log().find("set [bus] partitions = 12, or use another prefix") != std::string::npos);
}

TEST_CASE("SIGTERM ends a daemon whose broker has died or frozen, within ten seconds") {
  House& house = the_house();
  house.configure("first", House::at(house.kafka->brokers()));
  house.configure("second", House::at(house.kafka->brokers()));
  for (const char* name : {"first", "second"}) {
    CAPTURE(std::string(name));
    Running daemon(house.kitchen, name);
    const std::string status = house.blocked(name, {R"("ready":true)"});
    REQUIRE_MESSAGE(status.find(R"("ready":true)") != std::string::npos, status);
    const bool is_first = std::string_view(name) == "first";
    is_first ? house.kafka->freeze() : house.kafka->kill();
    house.kitchen.post(name, "Morton's, a ribeye please");  // somebody waits in publish
    wait(2500ms);
    CHECK(daemon.stopped_within(10s) == kExitOk);
    CAPTURE(daemon.log());
    CHECK(daemon.lines("ended in order") == 1);
    if (is_first) house.kafka->thaw();
  }
}
