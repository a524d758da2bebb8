// One task, a real ntfy, and a test that plays the phone: it reads its topic, takes the button by
// its label, and sends exactly what the button says to where it says.
#include <doctest/doctest.h>

#include "base/http.h"
#include "dispatch/board/board.h"
#include "dispatch/staff/floor.h"
#include "tests/dispatch/staff/house.h"
#include "tests/servers/servers.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

HttpRequest to(const std::string& url, const std::string& token = {}) {
  HttpRequest request;
  request.url = url;
  request.trusted = true;
  request.plain = true;
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
  return request;
}

// All lines of a topic, as a phone that opens its app sees them.
std::vector<json::Document> lines_of(Http& http, const NtfyServer& server,
                                     const std::string& topic) {
  const auto answer = http.fetch(
      to(server.url() + "/" + topic + "/json?poll=1&since=all", server.phone_token()), {});
  REQUIRE(answer);
  REQUIRE(answer->status == 200);
  std::vector<json::Document> lines;
  for (size_t at = 0; at < answer->body.size();) {
    const size_t end = std::min(answer->body.find('\n', at), answer->body.size());
    if (auto line = json::Document::parse(answer->body.substr(at, end - at))) {
      lines.push_back(std::move(*line));
    }
    at = end + 1;
  }
  return lines;
}

// What a phone does when its owner taps the button.
HttpAnswer tap(Http& http, json::View message, std::string_view label) {
  const json::View actions = message["actions"];
  for (size_t i = 0; i < actions.size(); ++i) {
    const json::View action = actions.at(i);
    if (action["label"].string() != label) continue;
    HttpRequest request = to(std::string(action["url"].string()));
    request.method = action["method"].string("POST");
    request.body = action["body"].string();
    const json::View headers = action["headers"];
    for (size_t h = 0; h < headers.size(); ++h) {
      request.headers.emplace_back(headers.member_name(h), headers.member_value(h).string());
    }
    const auto answer = http.fetch(request, {});
    REQUIRE(answer);
    return *answer;
  }
  FAIL("no such button");
  return {};
}

}  // namespace

TEST_CASE("a push reaches a real phone, and its button claims the task") {
  auto server = NtfyServer::start();
  REQUIRE_MESSAGE(server, (server ? "" : server.error().text));
  Http http("maitred-test");
  StaffHouse house;
  house.floor_settings.couriers = {"ntfy"};
  std::vector<Record> records;
  for (Person one : people()) {
    one.reach = {{"ntfy", "store-" + one.store + "-" + one.id}};
    records.push_back(
        make_record(house.names, Topic::staff, staff_key(one), staff_key(one), to_json(one)));
  }
  REQUIRE(house.bus->publish(house.names.name(Topic::staff), records));
  house.wait(Topic::staff);
  auto couriers =
      make_couriers({{"ntfy", "ntfy", server->url(), server->publish_token(), true}}, http);
  REQUIRE(couriers);
  house.couriers = std::move(*couriers);

  Board board({}, {*house.bus, house.names, house.fold, house.tasks, house.pushes, house.staff,
                   house.deeds, house.buttons, house.floor_settings, house.clock});
  REQUIRE(board.start());
  Floor floor(house.parts(), house.floor_settings);
  floor.public_url = [&] { return board.public_url(); };
  const auto work = [&] {
    for (bool busy = true; busy;) {
      const auto stepped = floor.step({});
      REQUIRE(stepped);
      busy = *stepped;
      while (floor.push_one({})) {
        house.wait(Topic::pushes);
        busy = true;
      }
    }
  };

  const std::string id = house.open();
  work();
  const auto anna = lines_of(http, *server, "store-hackensack-anna");
  const auto ben = lines_of(http, *server, "store-hackensack-ben");
  REQUIRE(anna.size() == 1);
  REQUIRE(ben.size() == 1);
  const json::View push = anna.front().root();
  CHECK(push["title"].string() == "2× porterhouse · Hackensack → EWR · by 21:05 · for P. S.");
  CHECK(push["sequence_id"].string() == id);
  CHECK(push["actions"].size() == 3);

  const auto page = http.fetch(to(std::string(push["click"].string())), {});
  CHECK(page->status == 200);
  CHECK(house.task(id).state == TaskState::open);

  CHECK(tap(http, push, "Claim").status == 200);
  CHECK(house.task(id).state == TaskState::claimed);
  CHECK(house.task(id).holder == "anna");
  const HttpAnswer late = tap(http, ben.front().root(), "Claim");
  CHECK(late.status == 409);
  CHECK(late.body.find("Anna has it") != std::string::npos);

  work();
  const auto holder = lines_of(http, *server, "store-hackensack-anna");
  REQUIRE(holder.size() == 2);
  CHECK(holder[1].root()["sequence_id"].string() == id);
  CHECK(lines_of(http, *server, "store-hackensack-ben").back().root()["event"].string() ==
        "message_clear");
  CHECK(tap(http, holder[1].root(), "cook ✓").status == 200);
  CHECK(next_step(house.task(id)) == "drive");
}
