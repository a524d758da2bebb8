// A real Kafka for tests: one broker that is its own controller (servers.h, "Real servers"). It
// makes no topics by itself, starts in little more than a second, and comes back two seconds after
// a kill: the controller waits until the killed one's session has ended.
//
//   auto kafka = KafkaServer::start({.settings = {"message.max.bytes=2000"}});
//   REQUIRE_MESSAGE(kafka, kafka.error().text);
//   connect(kafka->brokers());
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/servers/servers.h"

namespace maitred {

struct KafkaOptions {
  bool secure = false;                     // listeners that ask who one is, and ACLs
  std::vector<std::string> settings = {};  // of the broker, "name=value"; they win over ours
};

class KafkaServer : public TestServer {
 public:
  static Result<KafkaServer> start(const KafkaOptions& options = {});

  // "127.0.0.1:PORT", without TLS or password; on a secure one whoever comes here may do all.
  std::string brokers() const { return fact("brokers"); }

  // The same broker with the same data, which now answers at another port alone: a new one, or one
  // that it had before ("127.0.0.1:PORT").
  Result<void> restart_at_new_port();
  Result<void> restart_at(const std::string& brokers);

  // What only a secure one has. What no ACL allows is denied to all but root.
  std::string sasl() const { return fact("sasl"); }      // SASL_SSL with PLAIN: "127.0.0.1:PORT"
  std::string password(std::string_view user) const;     // of root, maitred or reader
  std::string mtls() const { return fact("mtls"); }      // SSL; the certificate's CN is the user
  std::string certificate(std::string_view user) const;  // a file; of maitred or stranger
  std::string key(std::string_view user) const;          // a file, without pass phrase
  std::string ca() const { return fact("ca"); }          // a file: who signed all of these
  std::string other_ca() const { return fact("other_ca"); }  // a file: who signed none

 private:
  using TestServer::TestServer;
};

}  // namespace maitred
