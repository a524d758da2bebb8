#include "tests/daemon/kafka_kitchen.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

#include <cstdio>

#include "base/files.h"

namespace maitred::test {

using namespace std::chrono_literals;

Spoken shell(const std::string& line) {
  FILE* pipe = popen(("{ " + line + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe);
  Spoken said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said.text += static_cast<char>(c);
  said.code = WEXITSTATUS(pclose(pipe));
  return said;
}

Kitchen::Kitchen() {
  std::filesystem::create_directories(home() / "inbox");
  // Open day and night: a test must not depend on the hour it runs at.
  REQUIRE(replace_file(home() / "stores.csv",
                       "id,name,lat,lon,zone,hours,minutes_to\n"
                       "hackensack,Hackensack,40.9078,-74.0306,America/New_York,24/7,EWR:45\n"));
  REQUIRE(replace_file(
      home() / "catalogue.csv",
      "id,name,aliases,price,currency,prep_minutes\nribeye,Ribeye,ribeye,54,USD,20\n"));
  REQUIRE(replace_file(home() / "staff.csv",
                       "id,name,role,store,languages,quiet,reach\n"
                       "anna,Anna,crew,hackensack,en,,console\n"));
  REQUIRE(replace_file(home() / "customers.csv", "id,name,tier\nc-kim,Kim,gold\n"));
}

void Kitchen::configure(const std::string& name, const std::string& bus) {
  std::filesystem::create_directories(home() / name);
  REQUIRE(replace_file(home() / (name + ".toml"), fmt::format(R"toml(
node = "{0}"
state = "{0}"
[brand]
aliases = ["Morton's"]
zone = "America/New_York"
[files]
stores = "stores.csv"
catalogue = "catalogue.csv"
[sources.feed]
network = "folder"
directory = "inbox"
every = "1s"
[couriers.console]
kind = "console"
[web]
socket = "{0}/s"
listen = "127.0.0.1:0"
[[playbook]]
name = "any"
when = {{ item = true }}
store = "hackensack"
steps = ["cook"]
ladder = [{{ role = "crew", within = "30m" }}]
within = "5h"
{1})toml",
                                                              name, bus)));
}

Spoken Kitchen::run(const std::string& name, const std::string& words) const {
  return shell(fmt::format("'{}' {} --config '{}.toml'", MAITRED_BINARY, words, file(name)));
}

Configuration Kitchen::load(const std::string& name) const {
  auto loaded = Configuration::load(home() / (name + ".toml"));
  REQUIRE_MESSAGE(loaded.faults.empty(), to_text(loaded.faults));
  return std::move(loaded.configuration);
}

std::unique_ptr<Daemon> Kitchen::start(const std::string& name, std::set<ProcessRole> roles) const {
  auto daemon = Daemon::make(load(name), std::move(roles));
  REQUIRE_MESSAGE(daemon, (daemon ? "" : daemon.error().text));
  const auto started = (*daemon)->start();
  REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  return std::move(*daemon);
}

void Kitchen::post(const std::string& id, const std::string& text) const {
  REQUIRE(replace_file(
      home() / "inbox" / (id + ".ndjson"),
      fmt::format(
          R"({{"id":"folder:{}","text":"{}","author":{{"id":"folder:kim","handle":"kim"}}}})"
          "\n",
          id, text)));
}

std::string blocked(Daemon& daemon) {
  const Time until = real_clock().now() + 30s;
  auto reasons = daemon.blocked();
  while (!reasons.empty() && real_clock().now() < until) {
    real_clock().sleep_until(real_clock().now() + 100ms, {});
    reasons = daemon.blocked();
  }
  std::string all;
  for (const std::string& reason : reasons) all += reason + "; ";
  return all;
}

}  // namespace maitred::test
