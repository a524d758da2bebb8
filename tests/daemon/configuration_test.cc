#include "daemon/configuration.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>

#include "base/digest.h"
#include "base/files.h"
#include "base/zone.h"

namespace maitred {
namespace {

namespace fs = std::filesystem;

// A directory that goes when the test does.
struct Scratch {
  Scratch() : path(fs::temp_directory_path() / ("maitred-config-" + hex(random_bytes(6)))) {
    fs::create_directories(path);
  }
  ~Scratch() { fs::remove_all(path); }
  fs::path write(const std::string& name, std::string_view text, unsigned mode = 0644) const {
    REQUIRE(replace_file(path / name, text, mode));
    return path / name;
  }
  fs::path path;
};

const fs::path kConfig = fs::path(MAITRED_SOURCE_DIR) / "config";

std::string faults_of(const Configuration::Loaded& loaded) {
  return to_text(loaded.faults);
}

// What is switched off in the example ("#key = …") switched on.
std::string all_on(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  for (std::string line; std::getline(lines, line); all += line + "\n") {
    const size_t at = line.find_first_not_of(' ');
    const bool off = at != std::string::npos && at + 1 < line.size() && line[at] == '#' &&
                     line[at + 1] != ' ' && line[at + 1] != '#';
    if (off) line.erase(at, 1);
  }
  return all;
}

TEST_CASE("the example has no fault and documents every key the code knows") {
  const auto loaded = Configuration::load(kConfig / "maitred.example.toml");
  CHECK(faults_of(loaded) == "");
  const auto text = read_file(kConfig / "maitred.example.toml");
  REQUIRE(text);
  const Document whole = Document::parse(all_on(*text), "example");
  CHECK(to_text(whole.faults()) == "");
  CHECK(loaded.keys.size() > 80);
  for (const std::string& key : loaded.keys) {
    CAPTURE(key);
    CHECK(whole.has(key));
  }
  // Switched on, each is read and none is unknown.
  Scratch scratch;
  fs::copy(kConfig / "demo", scratch.path / "demo");
  const auto on = Configuration::load(scratch.write("maitred.toml", all_on(*text)));
  CHECK(faults_of(on) == "");
  CHECK(on.configuration.clock.rate == 60);
  CHECK(on.configuration.node == "kitchen-1");
}

TEST_CASE("the demo's configuration has no fault and its settings reach the modules") {
  const auto loaded = Configuration::load(demo_configuration());
  CHECK(faults_of(loaded) == "");
  const Configuration& configuration = loaded.configuration;
  CHECK(configuration.rules->stores.all.size() >= 5);
  for (const char* id : {"hackensack", "manhattan", "taipei-xinyi"}) {
    CHECK(configuration.rules->stores.find(id) != nullptr);
    CHECK(configuration.floor.names.stores.count(id) == 1);
  }
  for (const char* id : {"porterhouse", "ribeye", "filet", "shrimp", "lobster", "potatoes",
                         "onion-bread", "cheesecake", "coffee"}) {
    CHECK(configuration.rules->catalogue.find(id) != nullptr);
  }
  CHECK(configuration.rules->own_accounts.count("mastodon:mortons@social.example") == 1);
  CHECK(configuration.clock.rate == 60);
  CHECK(configuration.floor.couriers.count("console") == 1);
  REQUIRE(configuration.sources.size() == 1);
  CHECK(configuration.sources[0].settings.every == std::chrono::seconds(1));
  CHECK(fs::path(configuration.sources[0].settings.directory).is_absolute());
  Task task;
  task.opening.store = "hackensack";
  task.opening.wants = {{"lobster", 1, ""}};
  CHECK(configuration.floor.next_store(task) == "manhattan");
  task.stores_passed = {"manhattan", "great-neck"};
  CHECK(configuration.floor.next_store(task) == "");
}

TEST_CASE("all that is wrong is said at once") {
  Scratch scratch;
  scratch.write("stores.csv",
                "id,name,lat,lon,zone,hours,prepares,minutes_to,speed\n"
                "a,A,40,-74,America/New_York,24/7,steak,,\n"
                "b,B,400,-74,Mars/Base,always,,EWR,fast\n");
  scratch.write("catalogue.csv", "id,name,price,currency,stores\ntea,Tea,5,USD,nowhere\n");
  const auto loaded =
      Configuration::load(scratch.write("maitred.toml",
                                        "nod = 'x'\n"
                                        "[brand]\nzone = 'Mars/Base'\n"
                                        "[clock]\nrate = 0\n"
                                        "[sources.a]\nnetwork = 'mastodn'\n"
                                        "[sources.b]\nnetwork = 'folder'\n"
                                        "token = 'sikrit'\n"
                                        "[couriers.n]\nkind = 'ntfy'\n"
                                        "url = 'http://x'\n"
                                        "[[playbook]]\nname = 'p'\n"
                                        "when = { intent = ['wish'] }\n"
                                        "store = 'c'\n"
                                        "gesture = { what = 'x', free_upto = '5' }\n"
                                        "[[playbook]]\nname = 'p'\n"));
  const std::string text = faults_of(loaded);
  CAPTURE(text);
  for (const char* part : {
           ":1: nod: no such key; did you mean node?",
           ":2: brand.aliases: missing",
           ":3: brand.zone: no zone 'Mars/Base'",
           ":5: clock.rate: 0 is no rate",
           ":7: sources.a.network: 'mastodn' is not known; did you mean \"mastodon\"?",
           ":8: sources.b.directory: missing",
           ":10: sources.b.token: a secret does not belong in this file; write \"credential:NAME\"",
           ":13: couriers.n.url: http:// shows",
           ":16: playbook[1].when.intent: 'wish' is not known; one of: request",
           ":17: playbook[1].store: no store 'c'",
           ":18: playbook[1].gesture.free_upto: '5' is not a sum of money",
           ":20: playbook[2].name: 'p' is there twice",
           "stores.csv:2: prepares: no item 'steak' in the catalogue",
           "stores.csv:3: lat: '400' is not a number from -90 to 90",
           "stores.csv:3: zone: no zone 'Mars/Base'",
           "stores.csv:3: hours: ",
           "stores.csv:3: minutes_to: 'EWR' is not a place and its minutes",
           "stores.csv:3: speed: 'fast' is not a speed",
           "catalogue.csv:2: stores: no store 'nowhere'",
       }) {
    CAPTURE(std::string(part));
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(text.find("sikrit") == std::string::npos);
}

TEST_CASE("a secret is read where it lies, and only if nobody else can") {
  Scratch scratch;
  const auto file = [&](const char* name) { return "file:" + (scratch.path / name).string(); };
  scratch.write("good", "abc\n", 0400);
  scratch.write("open", "abc\n", 0644);
  scratch.write("empty", "\n", 0400);
  CHECK(*read_secret(file("good")) == "abc");
  CHECK(*read_secret("") == "");
  CHECK(read_secret(file("open")).error().fault == Fault::denied);
  CHECK_FALSE(read_secret(file("empty")));
  CHECK_FALSE(read_secret(file("absent")));
  setenv("CREDENTIALS_DIRECTORY", scratch.path.c_str(), 1);
  CHECK(*read_secret("credential:good") == "abc");
  unsetenv("CREDENTIALS_DIRECTORY");
  CHECK_FALSE(read_secret("credential:good"));
}

// A configuration that is in order but for what is written about the bus.
Configuration::Loaded load_with_bus(const Scratch& scratch, const std::string& above,
                                    const std::string& bus) {
  scratch.write("stores.csv", "id,name,lat,lon,zone,hours\n");
  scratch.write("catalogue.csv", "id,name\n");
  return Configuration::load(
      scratch.write("maitred.toml", above + "\n" + bus + "\n[brand]\naliases = ['us']\n"));
}

TEST_CASE("switched to Kafka, the example's settings reach the bus") {
  Scratch scratch;
  fs::copy(kConfig / "demo", scratch.path / "demo");
  auto text = all_on(*read_file(kConfig / "maitred.example.toml"));
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  };
  replace("kind = \"embedded\"", "kind = \"kafka\"");
  replace("/etc/maitred/", "");
  scratch.write("kafka-ca.pem", "ca");
  scratch.write("kafka-certificate.pem", "certificate");
  scratch.write("kafka-key.pem", "key", 0640);
  scratch.write("kafka", "swordfish\n", 0400);
  scratch.write("kafka-key", "open sesame\n", 0400);
  const auto loaded = Configuration::load(scratch.write("maitred.toml", text));
  CHECK(faults_of(loaded) == "");
  const Configuration& configuration = loaded.configuration;
  CHECK(configuration.bus == "kafka");
  CHECK(to_text(configuration.kafka.unreadable) == "");
  CHECK(configuration.kafka.settings.password == "");  // not until somebody opens the bus

  setenv("CREDENTIALS_DIRECTORY", scratch.path.c_str(), 1);
  const auto settings = kafka_settings(configuration);
  unsetenv("CREDENTIALS_DIRECTORY");
  REQUIRE_MESSAGE(settings, settings.error().text);
  CHECK(settings->brokers.size() == 3);
  CHECK(settings->node == "kitchen-1");
  CHECK(settings->names.prefix == "maitred");
  CHECK(settings->replication == 3);
  CHECK(settings->min_insync == 2);
  CHECK(settings->security == "sasl_tls");
  CHECK(settings->ca == (scratch.path / "kafka-ca.pem").string());
  CHECK(settings->key == (scratch.path / "kafka-key.pem").string());
  CHECK(settings->key_password == "open sesame");
  CHECK(settings->mechanism == "PLAIN");
  CHECK(settings->user == "maitred");
  CHECK(settings->password == "swordfish");
  CHECK(settings->properties == KafkaProperties{{"client.rack", "kitchen"}, {"linger.ms", "5"}});

  const auto without = kafka_settings(configuration);
  REQUIRE_FALSE(without);
  CHECK(without.error().fault == Fault::denied);
  CHECK(without.error().text.find("read [bus.kafka] password: credential:kafka") !=
        std::string::npos);
}

TEST_CASE("what cannot work with a Kafka is said with its line and remedy") {
  struct Row {
    const char* bus;                  // line 1 is `node`
    std::vector<const char*> faults;  // all of them; none: it is in order
  };
  const std::string kafka = "[bus]\nkind = 'kafka'\n[bus.kafka]\n";  // lines 2, 3 and 4
  const std::vector<Row> rows = {
      {"brokers = ['a:9092']", {}},
      {"brokers = ['[::1]:9092', 'kafka.example:9092']\nreplication = 1", {}},
      {"brokers = 'a:9092'\nsecurity = 'tls'", {}},
      {"brokers = ['a:9092']\nsecurity = 'sasl_tls'\nuser = 'u'\npassword = 'file:/p'", {}},
      {"", {":4: bus.kafka.brokers: missing; write brokers = ["}},
      {"brokers = []", {":5: bus.kafka.brokers: missing"}},
      {"brokers = ['a', ':1', 'a:0', 'a:65536', 'a:x', 'SSL://a:1', 'a:1,b:1', '::1:9092']",
       {"'a' is no host and port; write e.g. \"kafka1.example:9092\"", "':1' is", "'a:0' is",
        "'a:65536' is", "'a:x' is", "'SSL://a:1' is", "'a:1,b:1' is", "'::1:9092' is"}},
      {"brokers = ['a:1']\nreplication = 0\nmin_insync = 5",
       {":6: bus.kafka.replication: 0 is out of range",
        ":7: bus.kafka.min_insync: 5 replicas of 3 can never be in sync"}},
      {"brokers = ['a:1']\nreplication = 2\nmin_insync = 3", {":7: bus.kafka.min_insync: 3"}},
      {"brokers = ['a:1']\nsecurity = 'ssl'", {":6: bus.kafka.security: 'ssl' is not known"}},
      {"brokers = ['a:1']\nca = 'ca.pem'",
       {":6: bus.kafka.ca: is of no use with security = \"plaintext\"; write security = \"tls\""}},
      {"brokers = ['a:1']\nsecurity = 'tls'\nuser = 'u'",
       {":7: bus.kafka.user: nobody logs in with security = \"tls\"; write security = "
        "\"sasl_tls\""}},
      {"brokers = ['a:1']\nsecurity = 'sasl_plaintext'\nkey_password = 'file:/k'",
       {":7: bus.kafka.key_password: is of no use", ":7: bus.kafka.key_password: there is no key",
        ":4: bus.kafka.user: missing", ":4: bus.kafka.password: missing; write \"credential:"}},
      {"brokers = ['a:1']\nsecurity = 'sasl_tls'\nuser = 'u'\npassword = 'sikrit'\n"
       "mechanism = 'scram'",
       {":8: bus.kafka.password: a secret does not belong in this file",
        ":9: bus.kafka.mechanism: 'scram' is not known"}},
      {"brokers = ['a:1']\nsecurity = 'tls'\ncertificate = 'c.pem'",
       {":7: bus.kafka.certificate: is of no use without a key; write key = "}},
      {"brokers = ['a:1']\nsecurity = 'tls'\nkey = 'k.pem'",
       {":7: bus.kafka.key: is of no use without a certificate"}},
      {"brokers = ['a:1']\nbroker = 'b:1'", {":6: bus.kafka.broker: no such key; did you mean"}},
      {"brokers = ['a:1']\n[bus.kafka.properties]\nlinger.ms = 5\n'socket.keepalive.enable' = true",
       {}},
      {"brokers = ['a:1']\n[bus.kafka.properties]\nlinger.ms = 'long'\nacks = 1\n'no.such' = 'x'\n"
       "'ssl.ca.location' = 'x'\nbatch.size = [1]",
       {":7: bus.kafka.properties.linger.ms: ",
        ":8: bus.kafka.properties.acks: is not for [bus.kafka.properties]; leave it out",
        ":9: bus.kafka.properties.no.such: No such configuration property",
        ":10: bus.kafka.properties.ssl.ca.location: is not for [bus.kafka.properties]; write it",
        ":11: bus.kafka.properties.batch.size: a list is not a text"}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.bus));
    Scratch scratch;
    const auto loaded = load_with_bus(scratch, "node = 'n'", kafka + row.bus);
    const std::string text = faults_of(loaded);
    CAPTURE(text);
    CHECK(loaded.faults.size() == row.faults.size());
    for (const char* part : row.faults) {
      CAPTURE(std::string(part));
      CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text.find("sikrit") == std::string::npos);
  }
}

TEST_CASE("on a Kafka a process needs a name that outlives its host, and topics one it takes") {
  Scratch scratch;
  const std::string kafka = "[bus.kafka]\nbrokers = ['a:1']\n";
  struct Row {
    std::string above, bus, fault;
  };
  const std::vector<Row> rows = {
      {"", "[bus]\nkind = 'kafka'\n" + kafka, ": node: missing: the brokers know this process"},
      {"", "[bus]\nkind = 'embedded'\n" + kafka, ""},
      {"", "[bus]\n" + kafka, ": bus.kind: missing, so [bus.kafka] would not be used"},
      {"", kafka, ": bus.kind: missing, so [bus.kafka] would not be used"},
      {"node = '..'", "[bus]\nkind = 'kafka'\n" + kafka, ":1: node: Kafka takes no member"},
      {"node = 'n'", "[bus]\nkind = 'kafka'\nprefix = 'our posts'\n" + kafka,
       ":4: bus.prefix: Kafka takes no topic called 'our posts.tasks'"},
      {"node = 'n'", "[bus]\nkind = 'kafak'\n" + kafka, ":3: bus.kind: 'kafak' is not known"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.above);
    CAPTURE(row.bus);
    const auto loaded = load_with_bus(scratch, row.above, row.bus);
    const std::string text = faults_of(loaded);
    CAPTURE(text);
    CHECK(loaded.faults.size() == (row.fault.empty() ? 0 : 1));
    CHECK(text.find(row.fault) != std::string::npos);
  }
}

TEST_CASE("a certificate that cannot be read keeps nobody from what needs no bus") {
  Scratch scratch;
  scratch.write("good.pem", "x");
  scratch.write("open.pem", "x", 0604);
  fs::create_directory(scratch.path / "folder.pem");
  const auto loaded = load_with_bus(scratch, "node = 'n'",
                                    "[bus]\nkind = 'kafka'\n[bus.kafka]\nbrokers = ['a:1']\n"
                                    "security = 'tls'\nca = 'folder.pem'\n"
                                    "certificate = 'absent.pem'\nkey = 'open.pem'\n");
  CHECK(faults_of(loaded) == "");
  const std::string text = to_text(loaded.configuration.kafka.unreadable);
  CAPTURE(text);
  for (const std::string& part :
       {std::string(":7: bus.kafka.ca: ") + (scratch.path / "folder.pem").string() + " is no file",
        std::string(":8: bus.kafka.certificate: "),
        std::string("No such file or directory; name a PEM"),
        std::string(":9: bus.kafka.key: others may read "), std::string("; chmod o= ")}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  const auto settings = kafka_settings(loaded.configuration);
  REQUIRE_FALSE(settings);
  CHECK(settings.error().fault == Fault::denied);
  CHECK(settings.error().text.find("bus.kafka.ca") != std::string::npos);
}

TEST_CASE("accounts become author ids") {
  CHECK(author_id_of("mastodon:@Us@Social.Example") == "mastodon:us@social.example");
  CHECK(author_id_of("mastodon:us@social.example") == "mastodon:us@social.example");
  CHECK(author_id_of("bluesky:did:plc:abc") == "bluesky:did:plc:abc");
}

}  // namespace
}  // namespace maitred
