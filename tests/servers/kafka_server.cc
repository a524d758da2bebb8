#include "tests/servers/kafka_server.h"

#include <filesystem>

namespace maitred {
namespace {

constexpr size_t kPort = 1;  // which argument of tests/servers/kafka
constexpr std::string_view kSamePort = "0";
constexpr std::string_view kNewPort = "new";

}  // namespace

Result<KafkaServer> KafkaServer::start(const KafkaOptions& options) {
  TRY_ASSIGN(std::filesystem::path directory, new_directory("kafka"));
  std::vector<std::string> command = {script("kafka"), directory, std::string(kSamePort)};
  if (options.secure) command.emplace_back("--secure");
  for (const std::string& setting : options.settings) {
    command.emplace_back("--set");
    command.push_back(setting);
  }
  KafkaServer server(directory, std::move(command));
  TRY(server.restart());
  return server;
}

Result<void> KafkaServer::restart_at_new_port() {
  return restart_at(std::string(kNewPort));
}

Result<void> KafkaServer::restart_at(const std::string& brokers) {
  set_argument(kPort, brokers.substr(brokers.rfind(':') + 1));
  Result<void> restarted = restart();
  set_argument(kPort, std::string(kSamePort));
  return restarted;
}

std::string KafkaServer::password(std::string_view user) const {
  return fact(std::string(user) + "_password");
}

std::string KafkaServer::certificate(std::string_view user) const {
  return fact(std::string(user) + "_certificate");
}

std::string KafkaServer::key(std::string_view user) const {
  return fact(std::string(user) + "_key");
}

}  // namespace maitred
