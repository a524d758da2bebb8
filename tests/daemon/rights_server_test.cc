// What `topics print --acls` prints, granted on a Kafka that asks who one is: each role does its
// work with it, and nothing beyond.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/files.h"
#include "bus/kafka/kafka_bus.h"
#include "daemon/command_line.h"
#include "daemon/rights.h"
#include "tests/daemon/kafka_kitchen.h"
#include "tests/servers/kafka_server.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

// One user for each role, and one with none: the password is the name.
KafkaServer start_secure() {
  std::string users =
      "listener.name.sasl_ssl.plain.sasl.jaas.config="
      "org.apache.kafka.common.security.plain.PlainLoginModule required user_root=\"root\"";
  for (const KafkaRole role : kafka_roles()) users += fmt::format(" user_{0}=\"{0}\"", word(role));
  auto started =
      KafkaServer::start({.secure = true, .settings = {users + " user_nobody=\"nobody\";"}});
  REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  return std::move(*started);
}

std::string bus_section(const std::string& brokers, const std::string& more) {
  return fmt::format(
      "[bus]\nkind = \"kafka\"\n[bus.kafka]\nbrokers = [\"{}\"]\nreplication = 1\n{}", brokers,
      more);
}

std::string with_password(const KafkaServer& kafka, const Kitchen& kitchen,
                          const std::string& user) {
  REQUIRE(replace_file(kitchen.home() / (user + ".password"), user, 0600));
  return bus_section(kafka.sasl(),
                     fmt::format("security = \"sasl_tls\"\nca = \"{}\"\nuser = \"{}\"\n"
                                 "password = \"file:{}.password\"\n",
                                 kafka.ca(), user, kitchen.file(user)));
}

std::string with_certificate(const KafkaServer& kafka, const std::string& user) {
  return bus_section(kafka.mtls(),
                     fmt::format("security = \"tls\"\nca = \"{}\"\n"
                                 "certificate = \"{}\"\nkey = \"{}\"\n",
                                 kafka.ca(), kafka.certificate(user), kafka.key(user)));
}

void grant(const Kitchen& kitchen, const std::string& user, const std::string& role) {
  const Spoken granted =
      kitchen.run("root", fmt::format("topics grant --user {} --role {}", user, role));
  REQUIRE_MESSAGE(granted.code == kExitOk, granted.text);
}

// "read write", as the broker lets this user do.
std::string may(KafkaBus& bus, const std::string& topic) {
  std::string can;
  const auto reader = bus.follow({{topic, {}}});
  if (reader && read_to_end(**reader, [](const Stored&) { return true; })) can += "read ";
  const Record record{"key", "{}", {}, {}};
  if (bus.publish(topic, std::span(&record, 1))) can += "write ";
  return can;
}

// Whether the user comes to own a partition by joining.
bool joins(KafkaBus& bus, const std::string& topic, const std::string& group, Duration patience) {
  auto member = bus.join(topic, group, {});
  if (!member) return false;
  const Time until = real_clock().now() + patience;
  while ((*member)->owned().empty() && real_clock().now() < until) {
    // A right that was just granted may be refused once more.
    if (!(*member)->poll(1, 200ms, {})) real_clock().sleep_until(real_clock().now() + 200ms, {});
  }
  return !(*member)->owned().empty();
}

struct Row {
  Topic topic;
  std::string_view writers, readers;
};
constexpr Row kRows[] = {
    {Topic::mentions, "listen board all admin", "dispatch ops all admin"},
    {Topic::verdicts, "dispatch all admin", "ops all admin"},
    {Topic::tasks, "dispatch floor board all admin", "listen dispatch floor board ops all admin"},
    {Topic::pushes, "floor all admin", "listen dispatch floor board ops all admin"},
    {Topic::customers, "crm all admin", "listen dispatch floor board crm ops all admin"},
    {Topic::cursors, "listen board all admin", "listen ops all admin"},
    {Topic::rejects, "listen dispatch floor board all admin", "ops all admin"},
};

bool names(std::string_view words, std::string_view word) {
  return (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

}  // namespace

TEST_CASE("each role may do what it is granted, and nothing else") {
  const KafkaServer kafka = start_secure();
  Kitchen kitchen;
  kitchen.configure("root", with_password(kafka, kitchen, "root"));
  REQUIRE(kitchen.run("root", "topics create").code == kExitOk);
  kitchen.configure("nobody", with_password(kafka, kitchen, "nobody"));
  const Spoken nobody = kitchen.run("nobody", "topics create");
  CHECK(nobody.code == kExitConfig);
  CHECK_MESSAGE(nobody.has("the user 'nobody' has no right to the topic maitred."), nobody.text);
  const Spoken cheeky = kitchen.run("nobody", "topics grant --user nobody --role all");
  CHECK(cheeky.code == kExitConfig);
  CHECK_MESSAGE(cheeky.has("the user 'nobody' has no right to change the cluster"), cheeky.text);

  for (const KafkaRole role : kafka_roles()) {
    const std::string user = word(role);
    CAPTURE(user);
    kitchen.configure(user, with_password(kafka, kitchen, user));
    grant(kitchen, user, user);
    auto settings = kafka_settings(kitchen.load(user));
    REQUIRE(settings);
    auto bus = KafkaBus::open(std::move(*settings), real_clock());
    REQUIRE(bus);
    for (const Row& row : kRows) {
      const std::string topic = std::string("maitred.") + info(row.topic).suffix;
      CAPTURE(topic);
      std::string expected = names(row.readers, user) ? "read " : "";
      if (names(row.writers, user)) expected += "write ";
      CHECK(may(**bus, topic) == expected);
    }
    for (const auto& [group, topic, members] :
         {std::tuple("listen", "maitred.cursors", "listen all"),
          std::tuple("dispatch", "maitred.mentions", "dispatch all"),
          std::tuple("floor", "maitred.tasks", "floor all")}) {
      CAPTURE(group);
      if (names(members, user)) CHECK(joins(**bus, topic, group, 30s));
      if (role != KafkaRole::ops) continue;
      CHECK_FALSE(joins(**bus, topic, group, 5s));
      const auto blocked = (*bus)->health().blocked;
      CHECK(std::ranges::any_of(blocked, [&](const std::string& why) {
        return why.find("no right to the group") != std::string::npos;
      }));
    }
  }
  CHECK(kitchen.run("admin", "topics create").code == kExitOk);
}

TEST_CASE("only who may alter topics moves a house onto them") {
  const KafkaServer kafka = start_secure();
  Kitchen kitchen;
  kitchen.configure("root", with_password(kafka, kitchen, "root"));
  REQUIRE(kitchen.run("root", "topics create").code == kExitOk);
  for (const std::string user : {"all", "admin"}) {
    kitchen.configure(user, with_password(kafka, kitchen, user));
    grant(kitchen, user, user);
  }
  kitchen.configure("embedded", "");
  const auto copy = [&](const char* user) {
    return kitchen.run(
        "embedded", fmt::format("topics copy --topics replies --to '{}.toml'", kitchen.file(user)));
  };
  const Spoken as_all = copy("all"), as_admin = copy("admin");
  CHECK(as_all.code == kExitConfig);
  CHECK_MESSAGE(as_all.has("the user 'all' has no right to the topic maitred."), as_all.text);
  CHECK_MESSAGE(as_admin.code == kExitOk, as_admin.text);
}

TEST_CASE("four processes, each with the rights of its role, bring a post to a phone") {
  const KafkaServer kafka = start_secure();
  Kitchen kitchen;
  kitchen.configure("root", with_password(kafka, kitchen, "root"));
  REQUIRE(kitchen.run("root", "topics create").code == kExitOk);
  for (const KafkaRole role : kafka_roles()) {
    const std::string user = word(role);
    kitchen.configure(user, with_password(kafka, kitchen, user));
    grant(kitchen, user, user);
  }
  for (const char* words : {"staff import '{}'", "crm import '{}'"}) {
    const char* file = words[0] == 's' ? "staff.csv" : "customers.csv";
    const Spoken said = kitchen.run("crm", fmt::format(fmt::runtime(words), kitchen.file(file)));
    CHECK_MESSAGE(said.code == kExitOk, said.text);
  }
  std::vector<std::unique_ptr<Daemon>> processes;
  for (const auto& [name, role] :
       {std::pair("listen", ProcessRole::listen), std::pair("dispatch", ProcessRole::dispatch),
        std::pair("floor", ProcessRole::floor), std::pair("board", ProcessRole::board)}) {
    CAPTURE(name);
    processes.push_back(kitchen.start(name, {role}));
    CHECK(blocked(*processes.back()) == "");
  }
  kitchen.post("1", "Morton's, could somebody bring a ribeye to Newark airport in four hours?");
  const Time until = real_clock().now() + 60s;
  Spoken pushes;
  while (!pushes.has("anna") && real_clock().now() < until) {
    real_clock().sleep_until(real_clock().now() + 500ms, {});
    pushes = kitchen.run("ops", "tail pushes");
  }
  CHECK_MESSAGE(pushes.has("anna"), pushes.text);
  for (const auto& process : processes) CHECK(blocked(*process) == "");
  for (const auto& process : processes) process->stop();
}

TEST_CASE("a user known by a certificate has the rights that were granted, and no others") {
  auto started = KafkaServer::start({.secure = true});
  REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  const KafkaServer& kafka = *started;
  Kitchen kitchen;
  kitchen.configure("root", bus_section(kafka.brokers(), ""));
  REQUIRE(kitchen.run("root", "topics create").code == kExitOk);
  kitchen.configure("maitred", with_certificate(kafka, "maitred"));
  kitchen.configure("stranger", with_certificate(kafka, "stranger"));
  grant(kitchen, "maitred", "all");
  grant(kitchen, "stranger", "ops");

  const auto daemon = kitchen.start("maitred", all_roles());
  CHECK(blocked(*daemon) == "");
  daemon->stop();
  CHECK(kitchen.run("stranger", "tail tasks").code == kExitOk);
  const Spoken written =
      kitchen.run("stranger", fmt::format("crm import '{}'", kitchen.file("customers.csv")));
  CHECK(written.code != kExitOk);
  CHECK_MESSAGE(written.has("stranger.pem has no right to write"), written.text);
}
