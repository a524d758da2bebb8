// The board's two doors: buttons for phones on the public one, everything else on the socket.
#include "dispatch/board/board.h"

#include <doctest/doctest.h>

#include "base/http.h"
#include "tests/dispatch/staff/house.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

struct BoardHouse : StaffHouse {
  Http http{"test"};
  std::string socket = scratch.path() / "maitred.sock";
  Board board{[&] {
                BoardSettings settings;
                settings.socket = socket;
                return settings;
              }(),
              {*bus, names, fold, tasks, pushes, staff, deeds, buttons, floor_settings, clock}};

  void start() {
    const auto started = board.start();
    REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
  }
  HttpAnswer local(const std::string& method, const std::string& path, std::string body = {},
                   std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpRequest request;
    request.method = method;
    request.url = "http://localhost" + path;
    request.unix_socket = socket;
    request.trusted = request.plain = true;
    request.body = std::move(body);
    request.headers = std::move(headers);
    const auto answer = http.fetch(request, {});
    REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().text));
    return *answer;
  }
  HttpAnswer phone(const std::string& method, const std::string& path,
                   const std::string& accept = "text/html") {
    HttpRequest request;
    request.method = method;
    request.url = board.public_url() + path;
    request.trusted = request.plain = true;
    request.headers = {{"Accept", accept}};
    const auto answer = http.fetch(request, {});
    REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().text));
    return *answer;
  }
  std::string link(const std::string& id, const std::string& who, std::optional<Verb> verb) {
    return "/b/" + buttons.token(buttons.make(task(id), who, verb));
  }
};

bool has(const HttpAnswer& answer, std::string_view text) {
  return answer.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("GET on a button shows what it would do and changes nothing; POST does it, once") {
  BoardHouse house;
  house.start();
  const std::string id = house.open();
  const std::string anna = house.link(id, "anna", Verb::claimed);
  const std::string ben = house.link(id, "ben", Verb::claimed);
  for (const char* method : {"GET", "HEAD"}) CHECK(house.phone(method, anna).status == 200);
  const HttpAnswer page = house.phone("GET", anna);
  CHECK(has(page, "<button>Claim</button>"));
  CHECK(has(page, "porterhouse"));
  CHECK(has(page, "Nothing has changed yet."));
  CHECK(house.task(id).state == TaskState::open);

  CHECK(has(house.phone("POST", anna), "It is yours."));
  CHECK(house.task(id).holder == "anna");
  const int64_t rev = house.task(id).rev;
  CHECK(has(house.phone("POST", anna), "It is yours."));
  const HttpAnswer lost = house.phone("POST", ben, "application/json");
  CHECK(lost.status == 409);
  CHECK(lost.body == "{\"done\":false,\"text\":\"Anna has it\"}\n");
  CHECK(house.task(id).rev == rev);
  CHECK(house.phone("PUT", anna).status == 405);

  // A used button does not claim again after a release: it says how things stand.
  house.act(id, Verb::released, "anna");
  house.phone("POST", anna);
  CHECK(house.task(id).state == TaskState::open);
}

TEST_CASE("Open shows the task with what its person may do, and does nothing by itself") {
  BoardHouse house;
  house.start();
  const std::string id = house.open();
  const std::string open = house.link(id, "mei", {});
  CHECK(has(house.phone("GET", open), "接單"));
  CHECK(house.phone("POST", open).status == 200);
  CHECK(house.task(id).rev == 1);
  house.act(id, Verb::claimed, "ben");
  const HttpAnswer page = house.phone("GET", house.link(id, "anna", {}));
  CHECK(has(page, "Ben has it"));
  CHECK_FALSE(has(page, "<button>"));
}

TEST_CASE("forged, expired or foreign requests get plain words and nothing else") {
  BoardHouse house;
  house.start();
  Opening nasty = opening();
  nasty.post.text = "<script>alert('x')</script>";
  const std::string id = house.open(nasty);
  const std::string anna = house.link(id, "anna", Verb::claimed);
  CHECK(house.phone("POST", anna + "x").status == 404);
  CHECK(house.phone("POST", "/b/").status == 404);
  CHECK(house.phone("GET", "/api/v1/tasks").status == 404);
  CHECK(house.phone("GET", "/metrics").status == 404);
  CHECK_FALSE(has(house.phone("GET", anna), "<script>"));
  house.clock.advance(48h);
  const HttpAnswer late = house.phone("POST", anna);
  CHECK(late.status == 410);
  CHECK(has(late, "expired"));
  CHECK(house.task(id).state == TaskState::open);
}

TEST_CASE("the socket tells health, readiness and metrics") {
  BoardHouse house;
  std::vector<std::string> blocked = {"tasks: catching up"};
  house.board.blocked = [&] { return blocked; };
  house.board.status_json = [] { return std::string("{\"living\":3}"); };
  house.start();
  CHECK(house.local("GET", "/healthz").status == 200);
  CHECK(house.local("GET", "/readyz").status == 503);
  CHECK(has(house.local("GET", "/readyz"), "tasks: catching up"));
  blocked.clear();
  CHECK(house.local("GET", "/readyz").body == "{\"ready\":true,\"blocked\":[]}\n");
  CHECK(house.local("GET", "/metrics").status == 200);
  CHECK(house.local("GET", "/api/v1/status").body == "{\"living\":3}\n");
}

TEST_CASE("the API lists, shows and works tasks, and says plainly why not") {
  BoardHouse house;
  house.start();
  const std::string id = house.open();
  const std::string url = "/api/v1/tasks/" + id.substr(0, 6);
  CHECK(has(house.local("GET", "/api/v1/tasks"), id));
  CHECK_FALSE(has(house.local("GET", "/api/v1/tasks?store=manhattan"), id));
  CHECK_FALSE(has(house.local("GET", "/api/v1/tasks?state=done"), id));
  CHECK(house.local("GET", "/api/v1/tasks?state=sleepy").status == 400);
  CHECK(has(house.local("GET", url), "\"verb\":\"opened\""));
  CHECK(house.local("GET", "/api/v1/tasks/t77").status == 404);

  CHECK(house.local("POST", url + "/claim", R"({"as":"zoe"})").status == 403);
  CHECK(house.local("POST", url + "/claim", R"({"as":"dora"})").status == 403);
  CHECK(house.local("POST", url + "/sing", R"({"as":"anna"})").status == 404);
  CHECK(house.local("POST", url + "/claim", "nonsense").status == 400);
  const HttpAnswer claimed =
      house.local("POST", url + "/claim", R"({"as":"anna"})", {{"Idempotency-Key", "k1"}});
  CHECK(claimed.status == 200);
  CHECK(house.local("POST", url + "/claim", R"({"as":"ben"})").status == 409);
  const int64_t rev = house.task(id).rev;
  CHECK(
      house.local("POST", url + "/claim", R"({"as":"anna"})", {{"Idempotency-Key", "k1"}}).status ==
      200);
  CHECK(house.task(id).rev == rev);
  // Whoever brings the positions of an answer sees at least what it saw.
  const std::string positions(claimed.header("x-maitred-positions"));
  CHECK(positions.starts_with("tasks="));
  CHECK(has(house.local("GET", url, {}, {{"X-Maitred-Positions", positions}}), "\"anna\""));
  CHECK(house.local("POST", url + "/progress", R"({"as":"anna","step":"fly"})").status == 409);
  CHECK(house.local("POST", url + "/progress", R"({"as":"anna","step":"cook"})").status == 200);
  CHECK(house.local("POST", url + "/finish", R"({"as":"anna"})").status == 200);
  CHECK(house.task(id).state == TaskState::done);
}

TEST_CASE("a task opened by staff is a mention like any other") {
  BoardHouse house;
  house.start();
  const std::string body = R"({"as":"anna","text":"a coffee at 19:10"})";
  const HttpAnswer first = house.local("POST", "/api/v1/tasks", body, {{"Idempotency-Key", "a"}});
  CHECK(first.status == 201);
  CHECK(house.local("POST", "/api/v1/tasks", body, {{"Idempotency-Key", "a"}}).body == first.body);
  CHECK(house.local("POST", "/api/v1/tasks", R"({"as":"zoe","text":"x"})").status == 403);
  CHECK(house.local("POST", "/api/v1/tasks", R"({"as":"anna","text":""})").status == 400);
  auto reader = house.bus->follow({{house.names.name(Topic::mentions), {}}});
  REQUIRE(reader);
  const auto batch = (*reader)->poll(10, Duration(0), {});
  REQUIRE(batch);
  REQUIRE(batch->records.size() == 2);
  const auto document = json::Document::parse(*batch->records.front().value);
  const auto mention = mention_from_json(document->root());
  REQUIRE(mention);
  CHECK(mention->network == "house");
  CHECK(mention->author.id == "house:anna");
  CHECK(mention->text == "a coffee at 19:10");
  CHECK(mention->posted_at == kEvening);
}
