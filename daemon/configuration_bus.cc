#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "daemon/configuration_parts.h"

namespace maitred {
namespace {

using std::filesystem::path;

constexpr size_t kKafkaNameMax = 249;  // of topics, groups and static ids
constexpr size_t kSuffixMax = 16;      // what we put behind the prefix: ".customers", ".dispatch"

bool is_kafka_name(std::string_view name) {
  return name != "." && name != ".." && name.size() <= kKafkaNameMax - kSuffixMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

void read_topics(Section section, TopicNames& topics, bool on_kafka) {
  constexpr int64_t kPartitionsMax = 1000;
  topics.prefix = section.text("prefix", topics.prefix);
  if (topics.prefix.empty()) {
    section.fault("prefix", "empty", "write prefix = \"maitred\"");
  } else if (on_kafka && !is_kafka_name(topics.prefix)) {
    section.fault("prefix", fmt::format("Kafka takes no topic called '{}.tasks'", topics.prefix),
                  "use letters, digits, '-', '_' and '.'");
  }
  topics.partitions =
      static_cast<int>(section.integer("partitions", kPartitionsDefault, 1, kPartitionsMax));
  topics.partitions_compacted = static_cast<int>(
      section.integer("partitions_compacted", kPartitionsCompactedDefault, 1, kPartitionsMax));
}

// "kafka1.example:9092", "[::1]:9092"
bool is_address(std::string_view broker) {
  const size_t colon = broker.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = broker.substr(0, colon), port = broker.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (host.find_first_of(" /,@") != std::string_view::npos) return false;
  if (!bracketed && host.find(':') != std::string_view::npos) return false;
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

void read_brokers(Section section, bool in_use, KafkaSettings& settings) {
  settings.brokers = section.texts("brokers");
  for (const std::string& broker : settings.brokers) {
    if (is_address(broker)) continue;
    section.fault("brokers", fmt::format("'{}' is no host and port", broker),
                  "write e.g. \"kafka1.example:9092\"; how it is spoken to stands in `security`");
  }
  if (settings.brokers.empty() && (in_use || section))
    section.fault("brokers", "missing", "write brokers = [\"kafka1.example:9092\"]");
}

void read_copies(Section section, KafkaSettings& settings) {
  constexpr int64_t kCopiesMax = 100;
  const int64_t copies = section.integer("replication", settings.replication, 1, kCopiesMax);
  const int64_t enough = std::min<int64_t>(copies, settings.min_insync);
  settings.replication = static_cast<int>(copies);
  settings.min_insync = static_cast<int>(section.integer("min_insync", enough, 1, kCopiesMax));
  if (settings.min_insync > settings.replication) {
    section.fault("min_insync",
                  fmt::format("{} replicas of {} can never be in sync, so nothing could be written",
                              settings.min_insync, settings.replication),
                  fmt::format("at most {}; one less lets a broker be down", settings.replication));
  }
}

// Only the way to the broker needs these; whoever never opens the bus may lack them.
void check_file(Section section, std::string_view key, const path& file, bool is_private,
                const path& here, std::vector<ConfigFault>& unreadable) {
  if (file.empty()) return;
  const auto add = [&](std::string what, std::string remedy) {
    unreadable.push_back({here.string(), section.line(key), fmt::format("bus.kafka.{}", key),
                          std::move(what), std::move(remedy)});
  };
  struct stat facts {};
  if (stat(file.c_str(), &facts) != 0 || access(file.c_str(), R_OK) != 0)
    return add(fmt::format("{}: {}", file.string(), std::strerror(errno)),
               "name a PEM file that the daemon may read");
  if (!S_ISREG(facts.st_mode))
    return add(file.string() + " is no file", "name a PEM file that the daemon may read");
  if (is_private && (facts.st_mode & 07) != 0)
    add("others may read " + file.string(), "chmod o= " + file.string());
}

void read_tls(Section section, KafkaConfig& kafka, const path& here) {
  KafkaSettings& settings = kafka.settings;
  const auto file = [&](std::string_view key) {
    const std::string name = section.text(key);
    return name.empty() ? name : (here.parent_path() / name).lexically_normal().string();
  };
  settings.ca = file("ca");
  settings.certificate = file("certificate");
  settings.key = file("key");
  kafka.key_password = read_reference(section, "key_password");
  const bool tls = settings.security.ends_with("tls");
  for (const char* key : {"ca", "certificate", "key", "key_password"}) {
    if (tls || !section.has(key)) continue;
    section.fault(key, fmt::format("is of no use with security = \"{}\"", settings.security),
                  settings.security == "plaintext" ? "write security = \"tls\""
                                                   : "write security = \"sasl_tls\"");
  }
  if (settings.certificate.empty() != settings.key.empty()) {
    const char* missing = settings.key.empty() ? "key" : "certificate";
    section.fault(settings.key.empty() ? "certificate" : "key",
                  fmt::format("is of no use without a {}", missing),
                  fmt::format("write {} = \"/etc/maitred/kafka-{}.pem\"", missing, missing));
  } else if (settings.key.empty() && !kafka.key_password.empty()) {
    section.fault("key_password", "there is no key it could open",
                  "name the `key`, or leave it out");
  }
  check_file(section, "ca", settings.ca, false, here, kafka.unreadable);
  check_file(section, "certificate", settings.certificate, false, here, kafka.unreadable);
  check_file(section, "key", settings.key, true, here, kafka.unreadable);
}

void read_login(Section section, KafkaConfig& kafka) {
  KafkaSettings& settings = kafka.settings;
  settings.mechanism =
      section.choice("mechanism", {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}, settings.mechanism);
  settings.user = section.text("user");
  kafka.password = read_reference(section, "password");
  const bool logs_in = settings.security.starts_with("sasl_");
  for (const char* key : {"mechanism", "user", "password"}) {
    if (logs_in || !section.has(key)) continue;
    section.fault(key, fmt::format("nobody logs in with security = \"{}\"", settings.security),
                  settings.security == "tls" ? "write security = \"sasl_tls\""
                                             : "write security = \"sasl_tls\", or, where the way "
                                               "is your own, \"sasl_plaintext\"");
  }
  if (logs_in && settings.user.empty())
    section.fault("user", "missing", "write the name this daemon logs in with");
  if (logs_in && !section.has("password"))
    section.fault("password", "missing",
                  "write \"credential:NAME\" (systemd's LoadCredential) or \"file:/path\"");
}

void read_kafka(Section section, bool in_use, Configuration& into) {
  KafkaConfig& kafka = into.kafka;
  KafkaSettings& settings = kafka.settings;
  read_brokers(section, in_use, settings);
  read_copies(section, settings);
  settings.security = section.choice("security", {"plaintext", "tls", "sasl_plaintext", "sasl_tls"},
                                     settings.security);
  read_tls(section, kafka, into.file);
  read_login(section, kafka);
  Section properties = section.table("properties");
  settings.properties = properties.values();
  for (PropertyFault& fault : check_properties(settings.properties))
    properties.fault(fault.name, std::move(fault.what), std::move(fault.remedy));
  settings.node = into.node;
  settings.names = into.topics;
}

}  // namespace

void read_bus(Section root, Configuration& into) {
  Section section = root.table("bus");
  into.bus = section.choice("kind", {"embedded", "kafka"}, into.bus);
  const bool on_kafka = into.bus == "kafka";
  read_topics(section, into.topics, on_kafka);
  if (on_kafka && !root.has("node")) {
    root.fault("node",
               "missing: the brokers know this process by it, also after the host was made anew "
               "under another name",
               "write node = \"kitchen-1\", another one for each process");
  } else if (on_kafka && !is_kafka_name(into.node)) {
    root.fault(
        "node", fmt::format("Kafka takes no member called '{}'", into.node),
        fmt::format("use up to {} letters, digits, '-' and '_'", kKafkaNameMax - kSuffixMax));
  }
  Section kafka = section.table("kafka");
  if (kafka && !section.has("kind")) {
    section.fault("kind", "missing, so [bus.kafka] would not be used",
                  "write kind = \"kafka\", or \"embedded\" to keep it for later");
  }
  read_kafka(kafka, on_kafka, into);
}

Result<KafkaSettings> kafka_settings(const Configuration& configuration) {
  const KafkaConfig& kafka = configuration.kafka;
  if (!kafka.unreadable.empty()) return fail(Fault::denied, to_text(kafka.unreadable.front()));
  KafkaSettings settings = kafka.settings;
  const auto read = [](const char* what, const SecretReference& from) -> Result<std::string> {
    auto secret = read_secret(from);
    if (secret) return secret;
    return fail(Fault::denied, fmt::format("read [bus.kafka] {}: {}", what, secret.error().text));
  };
  TRY_ASSIGN(settings.password, read("password", kafka.password));
  TRY_ASSIGN(settings.key_password, read("key_password", kafka.key_password));
  return settings;
}

}  // namespace maitred
