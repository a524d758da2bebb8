#include "tests/servers/kafka_server.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/clock.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

// What a shell command prints, errors included.
std::string shell(const std::string& command) {
  std::string answer;
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> bytes;
  while (size_t count = fread(bytes.data(), 1, bytes.size(), pipe)) {
    answer.append(bytes.data(), count);
  }
  pclose(pipe);
  return answer;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string brokers_seen(const std::string& properties, int seconds = 20) {
  return shell("kcat -L -m " + std::to_string(seconds) + " " + properties);
}

std::string produce(const std::string& properties, const std::string& value) {
  return shell("echo '" + value + "' | kcat -P -t orders -X message.timeout.ms=20000 " +
               properties);
}

// All that is on the topic.
std::string consume(const std::string& properties) {
  return shell("timeout 30 kcat -C -e -q -t orders -o beginning " + properties);
}

std::string plain(const KafkaServer& server) {
  return "-b " + server.brokers();
}

std::string as(const KafkaServer& server, const std::string& user, const std::string& password) {
  return "-b " + server.sasl() +
         " -X security.protocol=SASL_SSL -X sasl.mechanism=PLAIN -X sasl.username=" + user +
         " -X sasl.password=" + password + " -X ssl.ca.location=" + server.ca();
}

std::string with_certificate(const KafkaServer& server, const std::string& user) {
  return "-b " + server.mtls() + " -X security.protocol=SSL -X ssl.ca.location=" + server.ca() +
         " -X ssl.certificate.location=" + server.certificate(user) +
         " -X ssl.key.location=" + server.key(user);
}

Result<KafkaServer> start(bool secure) {
  return KafkaServer::start({.secure = secure, .settings = {"auto.create.topics.enable=true"}});
}

}  // namespace

TEST_CASE("a record on Kafka survives a kill, and answers at the same address") {
  auto server = start(false);
  REQUIRE_MESSAGE(server, server.error().text);
  CHECK(has(brokers_seen(plain(*server)), " 1 brokers:"));
  CHECK(produce(plain(*server), "two porterhouses") == "");
  std::string address = server->brokers();
  server->kill();
  CHECK_FALSE(has(brokers_seen(plain(*server), 1), " 1 brokers:"));
  auto again = server->restart();
  REQUIRE_MESSAGE(again, again.error().text);
  CHECK(server->brokers() == address);
  CHECK(consume(plain(*server)) == "two porterhouses\n");
}

TEST_CASE("Kafka at a new port has its records, and nobody answers at the old one") {
  auto server = start(false);
  REQUIRE_MESSAGE(server, server.error().text);
  CHECK(produce(plain(*server), "two porterhouses") == "");
  std::string old = plain(*server);
  auto again = server->restart_at_new_port();
  REQUIRE_MESSAGE(again, again.error().text);
  CHECK(plain(*server) != old);
  CHECK(consume(plain(*server)) == "two porterhouses\n");
  CHECK_FALSE(has(brokers_seen(old, 1), " 1 brokers:"));
}

TEST_CASE("a frozen Kafka says nothing, and goes on when it thaws") {
  auto server = start(false);
  REQUIRE_MESSAGE(server, server.error().text);
  CHECK(produce(plain(*server), "two porterhouses") == "");
  server->freeze();
  CHECK_FALSE(has(brokers_seen(plain(*server), 2), " 1 brokers:"));
  server->thaw();
  CHECK(produce(plain(*server), "and a filet") == "");
  CHECK(consume(plain(*server)) == "two porterhouses\nand a filet\n");
}

TEST_CASE("a secure Kafka asks who one is, and what one may") {
  auto server = start(true);
  REQUIRE_MESSAGE(server, server.error().text);
  std::string root = as(*server, "root", server->password("root"));
  std::string reader = as(*server, "reader", server->password("reader"));

  CHECK(produce(root, "two porterhouses") == "");
  CHECK(consume(root) == "two porterhouses\n");
  CHECK(consume(plain(*server)) == "two porterhouses\n");
  CHECK(has(brokers_seen(as(*server, "root", "guess"), 2), "Invalid username or password"));
  std::string stranger_ca = root + " -X ssl.ca.location=" + server->other_ca();
  CHECK(has(brokers_seen(stranger_ca, 2), "certificate verify failed"));

  CHECK(has(brokers_seen(with_certificate(*server, "maitred")), " 1 brokers:"));
  CHECK(has(brokers_seen("-b " + server->mtls() +
                             " -X security.protocol=SSL -X ssl.ca.location=" + server->ca(),
                         2),
            "bad certificate"));
  for (const std::string& who : {reader, with_certificate(*server, "stranger")}) {
    CAPTURE(who);
    CHECK(has(produce(who, "nothing"), "authorization failed"));
  }
}
