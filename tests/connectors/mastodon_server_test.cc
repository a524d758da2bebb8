#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/files.h"
#include "base/http_text.h"
#include "connectors/listener.h"
#include "tests/connectors/scripted.h"
#include "tests/servers/servers.h"

using namespace maitred;
using namespace maitred::test;

namespace {

using std::chrono::seconds;

// As HTTP's Basic wants it: our own base64 is the one for URLs.
std::string base64(const std::string& bytes) {
  std::string text = base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

// Two people on a real server of the Mastodon API, and a listener for one of them.
struct ServerBench : Bench {
  ServerBench() : http("maitred/test") {
    auto started = MastodonServer::start();
    REQUIRE_MESSAGE(started, started.error().text);
    server.emplace(std::move(*started));
  }

  // Answers with the post's id on the server.
  std::string post(const std::string& text, const std::string& in_reply_to = "") {
    HttpRequest request = as("alice", "POST", "/api/v1/statuses");
    request.headers.emplace_back("Content-Type", "application/json");
    json::Writer body;
    body.begin_object().member("status", "@brand@" + server->host() + " " + text);
    body.member("visibility", "public").member_if("in_reply_to_id", in_reply_to).end_object();
    request.body = body.take();
    const auto answer = http.fetch(request, {});
    REQUIRE_MESSAGE(answer, answer.error().text);
    REQUIRE(answer->status == 200);
    const auto document = json::Document::parse(answer->body);
    const std::string id(document->root()["id"].string());
    uris[text] = "mastodon:" + std::string(document->root()["uri"].string());
    return id;
  }

  // This server deletes on its own page alone, by a form.
  void remove(const std::string& text) {
    HttpRequest request = as("alice", "POST", "/alice/admin/action");
    const auto password = read_file(server->directory() / "alice.password");
    REQUIRE(password);
    const std::string login = "alice:" + password->substr(0, password->find('\n'));
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Authorization", "Basic " + base64(login)}};
    const std::string uri = uris[text].substr(std::string("mastodon:").size());
    request.body = "action=Delete&actor=&id=" + percent_encode(uri);
    const auto answer = http.fetch(request, {});
    REQUIRE_MESSAGE(answer, answer.error().text);
    CHECK(answer->status < 400);
  }

  void edit(const std::string& id, const std::string& text) {
    HttpRequest request = as("alice", "PUT", "/api/v1/statuses/" + id);
    request.headers.emplace_back("Content-Type", "application/json");
    json::Writer body;
    body.begin_object().member("status", "@brand@" + server->host() + " " + text).end_object();
    request.body = body.take();
    const auto answer = http.fetch(request, {});
    REQUIRE_MESSAGE(answer, answer.error().text);
    CHECK(answer->status == 200);
  }

  HttpRequest as(const std::string& account, const std::string& method, const std::string& path) {
    HttpRequest request;
    request.method = method;
    request.url = server->url() + path;
    request.trusted = request.plain = true;
    request.headers = {{"Authorization", "Bearer " + server->token(account)}};
    return request;
  }

  void listen() {
    SourceSettings source;
    source.name = "mortons";
    source.network = "mastodon";
    source.host = server->host();
    source.ask = "mentions";
    source.token = server->token("brand");
    source.accounts = {"mastodon:brand@" + server->host()};
    source.every = seconds(1);
    source.plain = true;
    ListenerSettings settings;
    settings.sources = {source};
    settings.names = names;
    settings.look_min = seconds(1);
    auto made = Listener::make(settings, *bus, house, real_clock(), http);
    REQUIRE_MESSAGE(made, made.error().text);
    listener = std::move(*made);
    listener->start();
  }

  // Every mention on the bus, once `done` says so; gives up after 60 seconds.
  std::vector<Mention> wait_until(const std::function<bool(const std::vector<Mention>&)>& done) {
    const Time end = real_clock().now() + seconds(60);
    std::vector<Mention> all = mentions();
    while (!done(all) && real_clock().now() < end) {
      real_clock().sleep_until(real_clock().now() + Duration(300), {});
      all = mentions();
    }
    return all;
  }

  // A task of this mention, as the dispatcher would open it.
  void open_task(const Mention& mention) {
    TaskEvent event;
    event.task = task_id_of(mention.id);
    event.rev = 1;
    event.cause = cause_of(mention);
    event.verb = Verb::opened;
    event.by = {"dispatch", ""};
    event.at = house.now();
    event.mention = mention.id;
    event.revision = mention.revision;
    event.opening.emplace();
    event.opening->why = "opened";
    event.opening->post.author_id = mention.author.id;
    event.opening->post.url = mention.url;
    const Record record = make_record(names, Topic::tasks, event.task,
                                      event.task + "/" + event.cause, to_json(event));
    REQUIRE(bus->publish(names.name(Topic::tasks), std::span(&record, 1)));
  }

  std::optional<MastodonServer> server;
  Http http;
  std::unique_ptr<Listener> listener;
  std::map<std::string, std::string> uris;  // mention ids by text
};

std::multiset<std::string> ids_of(const std::vector<Mention>& mentions) {
  std::multiset<std::string> ids;
  for (const Mention& mention : mentions) ids.insert(mention.id);
  return ids;
}

}  // namespace

TEST_CASE(
    "I1: posts, replies and a deletion on a real server reach the bus, across restarts of "
    "the server and of the listener, nothing lost and nothing twice") {
  ServerBench bench;
  LogLines quiet;
  const std::string first = bench.post("a porterhouse at the gate, please");
  bench.listen();
  bench.wait_until([](const auto& all) { return all.size() >= 1; });

  bench.post("and two coffees", first);
  const std::string regretted = bench.post("this one I shall regret");
  auto all = bench.wait_until([](const auto& so_far) { return so_far.size() >= 3; });
  REQUIRE(all.size() == 3);

  // The listener is away while people talk.
  bench.listener.reset();
  bench.post("said while nobody listened");
  bench.listen();
  all = bench.wait_until([](const auto& so_far) { return so_far.size() >= 4; });
  CHECK(all.size() == 4);

  // The server is away while the listener asks.
  bench.server->stop();
  bench.wait_until([&](const auto&) { return bench.listener->status().at(0).failures > 0; });
  CHECK(bench.listener->status().at(0).failures > 0);
  REQUIRE(bench.server->restart());
  bench.post("after the outage");
  all = bench.wait_until([](const auto& so_far) { return so_far.size() >= 5; });

  // A post with a living task is deleted.
  const std::string doomed = bench.uris["this one I shall regret"];
  const auto found = std::ranges::find(all, doomed, &Mention::id);
  REQUIRE(found != all.end());
  bench.open_task(*found);
  bench.wait_until([&](const auto&) { return bench.listener->status().at(0).watched == 1; });
  bench.edit(regretted, "this one I regret");
  all = bench.wait_until([](const auto& so_far) { return so_far.size() >= 6; });
  bench.remove("this one I shall regret");
  all = bench.wait_until([](const auto& so_far) { return so_far.size() >= 7; });

  std::multiset<std::string> expected = {doomed, doomed};  // twice more: edited, withdrawn
  for (const auto& [text, id] : bench.uris) expected.insert(id);
  CHECK(ids_of(all) == expected);
  std::vector<Mention> revisions;
  for (const Mention& mention : all) {
    CAPTURE(mention.text);
    CHECK(mention.author.id == "mastodon:alice@" + bench.server->host());
    if (mention.id == doomed) revisions.push_back(mention);
    if (mention.withdrawn || mention.revision != "0") continue;
    CHECK(std::ranges::count(mention.addressed_to, "mastodon:brand@" + bench.server->host()) == 1);
    const bool replies = mention.text.ends_with("coffees");
    CHECK(mention.kind == (replies ? MentionKind::reply : MentionKind::post));
    CHECK(bench.uris.count(mention.text.substr(mention.text.find(' ') + 1)) == 1);
  }
  REQUIRE(revisions.size() == 3);
  CHECK(revisions[1].text.ends_with("this one I regret"));
  CHECK(is_older_revision(revisions[0].revision, revisions[1].revision));
  CHECK(revisions[2].withdrawn);
  CHECK(revisions[2].revision == revision_of_withdrawal(revisions[1].revision));
}
