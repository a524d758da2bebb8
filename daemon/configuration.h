// Configuration: one TOML file and the tables beside it, made into the settings that each module
// asks for in its own header. Reading it never stops at the first mistake; what is wrong comes out
// as a list with file, line, key and remedy, and a process with any of them does not start (78).
// Secrets are not in it: only where they lie.
//
// Plain data once loaded; a reload loads another and swaps.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "bus/kafka/settings.h"
#include "bus/topics.h"
#include "config/document.h"
#include "config/fault.h"
#include "connectors/connector.h"
#include "dispatch/decision/rules.h"
#include "dispatch/identity/identify.h"
#include "dispatch/reading/language.h"
#include "dispatch/staff/courier.h"
#include "dispatch/staff/owed.h"

namespace maitred {

// Where a secret lies: "credential:NAME" or "file:/path"; empty = there is none.
using SecretReference = std::string;

// credential: $CREDENTIALS_DIRECTORY/NAME. file: must be readable by its owner alone. One line,
// the newline at its end is not part of it. Empty for an empty reference.
Result<std::string> read_secret(const SecretReference& reference);

struct SourceConfig {
  SourceSettings settings;
  SecretReference token;
};

struct CourierConfig {
  CourierSettings settings;  // without its token
  SecretReference token;
};

struct KafkaConfig {
  KafkaSettings settings;  // without its secrets
  SecretReference password, key_password;
  std::vector<ConfigFault> unreadable;  // certificates and keys; only who opens the bus needs them
};

struct ClockConfig {
  std::optional<Time> start;  // house time begins here; none = the machine's own
  double rate = 1;
};

struct WebConfig {
  std::filesystem::path socket;
  std::string listen;      // "127.0.0.1:8080"; empty = no public listener
  std::string public_url;  // where buttons lead; empty = http://<listen>
};

struct Configuration {
  std::filesystem::path file;
  std::string node;
  std::filesystem::path state;  // books, log.db, sessions, keys
  std::filesystem::path data;   // word lists and gazetteer
  ClockConfig clock;
  std::string bus = "embedded";  // or "kafka"
  KafkaConfig kafka;
  TopicNames topics;
  int log_format = 1;
  log::Level log_level = log::Level::info;
  std::vector<SourceConfig> sources;
  std::shared_ptr<const Rules> rules;
  ReadingSettings reading;
  IdentityPolicy identity;
  FloorSettings floor;
  std::vector<CourierConfig> couriers;
  WebConfig web;

  struct Loaded;
  static Loaded load(const std::filesystem::path& file);
};

struct Configuration::Loaded {
  Configuration configuration;
  std::vector<ConfigFault> faults;  // not empty: do not run with it
  std::set<std::string> keys;       // every key the code knows, "sources.*.every"
};

// [bus.kafka] with its secrets read. denied: one of them, or a file it names, cannot be.
Result<KafkaSettings> kafka_settings(const Configuration& configuration);

// The word lists and the gazetteer of the data directory, with the configuration's own names.
Result<std::shared_ptr<const Language>> load_language(const Configuration& configuration);

// The example configuration of the data directory: what `explain` tries posts on by itself.
std::filesystem::path demo_configuration();
std::filesystem::path data_directory();

// The clock that [clock] asks for; without it, one that agrees with the machine's own.
std::unique_ptr<Clock> make_house_clock(const ClockConfig& clock);

// "mastodon:@Us@Social.Example" as an author id: "mastodon:us@social.example".
std::string author_id_of(std::string_view account);

}  // namespace maitred
