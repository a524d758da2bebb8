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

TEST_CASE("accounts become author ids") {
  CHECK(author_id_of("mastodon:@Us@Social.Example") == "mastodon:us@social.example");
  CHECK(author_id_of("mastodon:us@social.example") == "mastodon:us@social.example");
  CHECK(author_id_of("bluesky:did:plc:abc") == "bluesky:did:plc:abc");
}

}  // namespace
}  // namespace maitred
