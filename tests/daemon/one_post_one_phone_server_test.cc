// The whole way, all of it real: a post on a server of the Mastodon API, the daemon as `maitred
// run` makes it, a push from ntfy, and a test that plays the phone and taps the button.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/http.h"
#include "base/http_text.h"
#include "bus/topics.h"
#include "daemon/local_api.h"
#include "daemon/people_tables.h"
#include "daemon/wiring.h"
#include "tests/servers/servers.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience{90'000};  // this server's own queue takes ten seconds

struct Evening {
  Evening() {
    auto feed_started = MastodonServer::start();
    REQUIRE_MESSAGE(feed_started, (feed_started ? "" : feed_started.error().text));
    feed.emplace(std::move(*feed_started));
    auto phone_started = NtfyServer::start();
    REQUIRE_MESSAGE(phone_started, (phone_started ? "" : phone_started.error().text));
    phones.emplace(std::move(*phone_started));
    home = feed->directory() / "maitred";
    std::filesystem::create_directories(home / "state");
    // Open day and night: the test must not depend on the hour it runs at.
    write("stores.csv",
          "id,name,lat,lon,zone,hours,minutes_to\n"
          "hackensack,Hackensack,40.9078,-74.0306,America/New_York,24/7,EWR:45\n");
    write("catalogue.csv",
          "id,name,aliases,price,currency,prep_minutes\nribeye,Ribeye,ribeye,54,USD,20\n");
    write("feed.token", feed->token("brand"));
    write("ntfy.token", phones->publish_token());
    write("staff.csv",
          "id,name,role,store,languages,quiet,reach\n"
          "anna,Anna,crew,hackensack,en,,ntfy:store-hackensack\n"
          "ben,Ben,crew,hackensack,en,,ntfy:store-hackensack-ben\n");
    write("maitred.toml", fmt::format(R"toml(
node = "test"
state = "state"
[brand]
aliases = ["Morton's"]
accounts = ["mastodon:brand@{0}"]
zone = "America/New_York"
[files]
stores = "stores.csv"
catalogue = "catalogue.csv"
[sources.mentions]
network = "mastodon"
host = "{0}"
ask = "mentions"
plain = true
token = "file:{1}/feed.token"
every = "1s"
[couriers.ntfy]
kind = "ntfy"
url = "{2}"
plain = true
token = "file:{1}/ntfy.token"
[web]
socket = "state/s"
listen = "127.0.0.1:0"
[[playbook]]
name = "any"
when = {{ item = true }}
store = "hackensack"
steps = ["cook"]
ladder = [{{ role = "crew", within = "30m" }}]
within = "5h"
)toml",
                                      feed->host(), home.string(), phones->url()));
    auto loaded = Configuration::load(home / "maitred.toml");
    REQUIRE_MESSAGE(loaded.faults.empty(), to_text(loaded.faults));
    configuration = std::move(loaded.configuration);
  }

  void write(const std::string& name, const std::string& text) {
    REQUIRE(replace_file(home / name, text, 0600));
  }

  void import_staff() {
    std::vector<ConfigFault> faults;
    const auto people = load_people(home / "staff.csv", faults);
    REQUIRE(faults.empty());
    auto bus = open_bus(configuration, false, real_clock());
    REQUIRE(bus);
    for (const Person& person : people) {
      const std::vector one{make_record(configuration.topics, Topic::staff, staff_key(person),
                                        staff_key(person), to_json(person))};
      REQUIRE((*bus)->publish("maitred.staff", one));
    }
  }

  HttpAnswer fetch(const std::string& method, const std::string& url, const std::string& token = {},
                   const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.body = body;
    request.trusted = request.plain = true;
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    const auto answer = http.fetch(request, {});
    REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().text));
    return *answer;
  }

  void post(const std::string& text) {
    json::Writer body;
    body.begin_object().member("status", fmt::format("@brand@{} {}", feed->host(), text));
    body.member("visibility", "public").end_object();
    REQUIRE(
        fetch("POST", feed->url() + "/api/v1/statuses", feed->token("alice"), body.take()).status ==
        200);
  }

  // The URL of a button on a phone, once the push is there.
  std::string button(const std::string& topic, std::string_view label) {
    const Time until = real_clock().now() + kPatience;
    while (real_clock().now() < until) {
      const auto lines = fetch("GET", phones->url() + "/" + topic + "/json?poll=1&since=all",
                               phones->phone_token());
      for (size_t at = 0; at < lines.body.size();) {
        const size_t end = std::min(lines.body.find('\n', at), lines.body.size());
        const auto line = json::Document::parse(lines.body.substr(at, end - at));
        at = end + 1;
        const json::View actions = line ? line->root()["actions"] : json::View();
        for (size_t i = 0; i < actions.size(); ++i) {
          if (actions.at(i)["label"].string() == label)
            return std::string(actions.at(i)["url"].string());
        }
      }
      real_clock().sleep_until(real_clock().now() + 200ms, {});
    }
    FAIL("the push did not come");
    return {};
  }

  json::Document tasks() {
    auto reply = ask_daemon(configuration.web.socket.string(), "GET", "/api/v1/tasks");
    REQUIRE_MESSAGE(reply, (reply ? "" : reply.error().text));
    return std::move(reply->document);
  }

  std::optional<MastodonServer> feed;
  std::optional<NtfyServer> phones;
  std::filesystem::path home;
  Configuration configuration;
  Http http{"maitred/test"};
};

}  // namespace

TEST_CASE("a post on a real server becomes a task on a real phone, and one tap claims it") {
  Evening evening;
  evening.import_staff();
  auto daemon = Daemon::make(evening.configuration, all_roles());
  REQUIRE_MESSAGE(daemon, (daemon ? "" : daemon.error().text));
  REQUIRE((*daemon)->start());

  evening.post("Morton's, could somebody bring a ribeye to Newark airport in four hours?");
  const std::string claim = evening.button("store-hackensack", "Claim");
  const std::string rival = evening.button("store-hackensack-ben", "Claim");

  const auto page = evening.fetch("GET", claim);
  CHECK(page.status == 200);
  CHECK(page.header("content-type").find("text/html") == 0);
  CHECK(evening.tasks().root()["tasks"].at(0)["state"].string() ==
        "open");  // a look changes nothing

  CHECK(evening.fetch("POST", claim).status == 200);
  const auto after = evening.tasks();
  const json::View task = after.root()["tasks"].at(0);
  CHECK(after.root()["tasks"].size() == 1);
  CHECK(task["state"].string() == "claimed");
  CHECK(task["holder"].string() == "anna");

  const auto lost = evening.fetch("POST", rival);
  CHECK(lost.status != 200);
  CHECK(lost.body.find("Anna") != std::string::npos);
  (*daemon)->stop();
}
