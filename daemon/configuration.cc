#include "daemon/configuration.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/configuration_parts.h"
#include "dispatch/decision/choice.h"

namespace maitred {
namespace {

using std::filesystem::path;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "maitred";
  return name;
}

void read_node(Section root, Configuration& into) {
  into.node = root.text("node", host_name());
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (into.node.empty() || !std::all_of(into.node.begin(), into.node.end(), is_plain)) {
    root.fault("node", fmt::format("'{}' is no name for a host", into.node),
               "use letters, digits, '-', '_' and '.'");
  }
  const path here = into.file.parent_path();
  const std::string given = environment("STATE_DIRECTORY");
  into.state = here / root.text("state", given.empty() ? "/var/lib/maitred" : given);
  into.data = here / root.text("data", data_directory().string());
}

void read_clock(Section section, ClockConfig& clock) {
  constexpr double kRateMax = 10'000;
  clock.start = section.time("start");
  clock.rate = section.number("rate").value_or(1);
  if (!(clock.rate > 0) || clock.rate > kRateMax) {
    section.fault("rate", fmt::format("{} is no rate", clock.rate),
                  "1 = as fast as real time, 60 = an hour a minute");
    clock.rate = 1;
  }
}

void read_log(Section section, Configuration& into) {
  using log::Level;
  into.log_format =
      static_cast<int>(section.integer("format", kTaskEventVersion, 1, kTaskEventVersion));
  const std::vector<std::string> words{"debug", "info", "notice", "warning", "error"};
  const auto level = section.choice("level", words, "info");
  into.log_level = static_cast<Level>(std::find(words.begin(), words.end(), level) - words.begin());
}

void read_brand(Section section, ReadingSettings& reading, Rules& rules) {
  reading.aliases = section.texts("aliases");
  if (reading.aliases.empty()) {
    section.fault("aliases", "missing, so nothing would be about us",
                  "write aliases = [\"…\"] under [brand]");
  }
  reading.accounts = section.texts("accounts");
  reading.homonyms = section.texts("not");
  reading.brand_zone = section.text("zone", "UTC");
  if (!Zone::find(reading.brand_zone)) {
    section.fault("zone", fmt::format("no zone '{}'", reading.brand_zone),
                  "write e.g. \"America/New_York\"");
    reading.brand_zone = "UTC";
  }
  rules.brand_zone = reading.brand_zone;
  for (const std::string& account : reading.accounts) {
    rules.own_accounts.insert(author_id_of(account));
    if (account.find(':') == std::string::npos) {
      section.fault("accounts", fmt::format("'{}' has no network", account),
                    "write \"mastodon:@name@host\"");
    }
  }
  for (const std::string& account : section.texts("mute")) {
    rules.muted.insert(author_id_of(account));
  }
}

// stores.csv and catalogue.csv, and whether they know each other's ids.
void read_tables(Section section, const path& here, Rules& rules,
                 std::vector<ConfigFault>& faults) {
  const auto stores = section.text("stores", "stores.csv");
  const auto catalogue = section.text("catalogue", "catalogue.csv");
  rules.stores = load_stores(here / stores, faults);
  rules.catalogue = load_catalogue(here / catalogue, faults);
  for (const Store& store : rules.stores.all) {
    for (const std::string& item : store.prepares) {
      if (rules.catalogue.find(item)) continue;
      faults.push_back({(here / stores).string(), store.line, "prepares",
                        fmt::format("no item '{}' in the catalogue", item), ""});
    }
  }
  for (const Item& item : rules.catalogue.items) {
    for (const std::string& store : item.stores) {
      if (rules.stores.find(store)) continue;
      faults.push_back({(here / catalogue).string(), item.line, "stores",
                        fmt::format("no store '{}'", store), ""});
    }
  }
}

void read_floor(Section section, FloorSettings& floor) {
  floor.claim_within = section.duration("claim_within", floor.claim_within);
  floor.claim_silence = section.duration("claim_silence", floor.claim_silence);
  floor.far_ahead = section.duration("far_ahead", floor.far_ahead);
  floor.lapse_after = section.duration("lapse_after", floor.lapse_after);
  floor.attempts_max =
      static_cast<int>(section.integer("attempts_max", floor.attempts_max, 1, 100));
  floor.retry_min = section.duration("retry_min", floor.retry_min);
  floor.retry_max = section.duration("retry_max", floor.retry_max);
  if (floor.retry_min.count() == 0) section.fault("retry_min", "0 would retry without a pause");
  if (floor.retry_max < floor.retry_min) section.fault("retry_max", "below retry_min");
}

// What the floor and the reader are told of stores and dishes.
void share_names(const std::shared_ptr<const Rules>& rules, Configuration& into) {
  for (const Store& store : rules->stores.all) {
    into.floor.names.stores[store.id] = {store.name, store.zone.name()};
    into.reading.stores.push_back(
        {store.id, store.name, store.aliases, store.lat, store.lon, store.zone.name()});
  }
  for (const Item& item : rules->catalogue.items) {
    into.floor.names.items[item.id] = item.name;
    std::vector<std::string> aliases = item.aliases;
    aliases.insert(aliases.begin(), item.name);
    into.reading.items.push_back({item.id, std::move(aliases)});
  }
  into.floor.next_store = [rules](const Task& task) {
    return next_store(task.opening.store, task.stores_passed, task.opening.wants, rules->stores,
                      rules->catalogue);
  };
}

void read_web(Section section, Configuration& into) {
  const std::string runtime = environment("RUNTIME_DIRECTORY");
  const path socket = (runtime.empty() ? into.state : path(runtime)) / "maitred.sock";
  into.web.socket = into.file.parent_path() / section.text("socket", socket.string());
  into.web.listen = section.text("listen", "127.0.0.1:8080");
  into.web.public_url = section.text("public_url");
  if (!into.web.listen.empty() && into.web.listen.rfind(':') == std::string::npos) {
    section.fault("listen", fmt::format("'{}' has no port", into.web.listen),
                  "write \"127.0.0.1:8080\", or \"\" for none");
  }
  std::string& url = into.web.public_url;
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
    section.fault("public_url", fmt::format("'{}' is no address", url), "begin with https://");
  }
}

}  // namespace

std::filesystem::path data_directory() {
#ifdef MAITRED_CHECKOUT
  path checkout = path(MAITRED_CHECKOUT) / "config";
  std::error_code none;
  if (std::filesystem::is_directory(checkout, none)) return checkout;
#endif
  return "/usr/share/maitred";
}

std::filesystem::path demo_configuration() {
  return data_directory() / "demo" / "maitred.toml";
}

std::string author_id_of(std::string_view account) {
  std::string id;
  for (size_t i = 0; i < account.size(); ++i) {
    const char c = account[i];
    if (c == '@' && !id.empty() && id.back() == ':') continue;
    id += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return id;
}

Configuration::Loaded Configuration::load(const path& file) {
  Loaded loaded;
  Configuration& into = loaded.configuration;
  std::error_code none;
  into.file = std::filesystem::absolute(file, none);
  Document document = Document::load(file);
  if (!document.readable()) {
    loaded.faults = document.faults();
    into.rules = std::make_shared<Rules>();
    return loaded;
  }
  Section root = document.root();
  auto rules = std::make_shared<Rules>();
  std::vector<ConfigFault> table_faults;
  read_node(root, into);
  read_clock(root.table("clock"), into.clock);
  read_bus(root, into);
  read_log(root.table("log"), into);
  read_brand(root.table("brand"), into.reading, *rules);
  read_tables(root.table("files"), into.file.parent_path(), *rules, table_faults);
  read_playbooks(root, *rules);
  const std::vector<std::string> accounts(rules->own_accounts.begin(), rules->own_accounts.end());
  read_sources(root, accounts, into);
  for (const std::string& network : root.table("identity").texts("never_on")) {
    into.identity.never_on.insert(network);
  }
  read_floor(root.table("floor"), into.floor);
  read_couriers(root, into);
  read_web(root.table("web"), into);
  into.rules = std::move(rules);
  share_names(into.rules, into);

  loaded.faults = document.faults();
  loaded.faults.insert(loaded.faults.end(), table_faults.begin(), table_faults.end());
  loaded.keys = document.known_keys();
  return loaded;
}

Result<std::shared_ptr<const Language>> load_language(const Configuration& configuration) {
  TRY_ASSIGN(const Words words, load_words(configuration.data / "words"));
  TRY_ASSIGN(const Gazetteer gazetteer, load_gazetteer(configuration.data / "gazetteer"));
  return make_language(configuration.reading, words, gazetteer);
}

std::unique_ptr<Clock> make_house_clock(const ClockConfig& clock) {
  const Time now = real_clock().now();
  return std::make_unique<HouseClock>(clock.start.value_or(now), clock.rate, now);
}

}  // namespace maitred
