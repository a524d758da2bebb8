// The poller on a log of either kind.
#include "connectors/poller.h"

#include <fmt/core.h>

#include "bus/reject.h"
#include "connectors/registry.h"
#include "tests/bus/faulty_bus.h"
#include "tests/connectors/cases.h"
#include "tests/connectors/scripted.h"

namespace maitred::test {
namespace {

using std::chrono::seconds;

constexpr const char* kUri = "https://social.example/users/alice/statuses/";

std::string status_of(int id, std::string_view edited_at = "") {
  return fmt::format(
      R"({{"id":"s{0}","uri":"{1}{0}","url":null,"created_at":"2026-03-05T17:{0:02}:00Z",)"
      R"("edited_at":{2},"visibility":"public","content":"<p>post {0}</p>",)"
      R"("account":{{"acct":"alice","url":"https://social.example/@alice"}}}})",
      id, kUri, edited_at.empty() ? "null" : fmt::format("\"{}\"", edited_at));
}

// A page of notifications, newest first as servers send them; `ids` are given oldest first.
std::string page_of(std::vector<int> ids) {
  std::string body;
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    body += fmt::format(R"({}{{"id":"n{}","type":"mention","created_at":"2026-03-05T17:00:00Z",)"
                        R"("status":{}}})",
                        body.empty() ? "[" : ",", *id, status_of(*id));
  }
  return body.empty() ? "[]" : body + "]";
}

struct PollerBench : Bench {
  explicit PollerBench(BuildHouse build) : Bench(build), faulty(*bus) {
    settings.names = names;
    settings.source.name = "mortons";
    settings.source.network = "mastodon";
    settings.source.host = "social.example";
    settings.source.token = "secret-token";
    settings.source.every = seconds(20);
    settings.seed = 1;
  }

  Poller& poller() {
    if (!poller_) {
      poller_ = std::make_unique<Poller>(settings, std::move(*make_connector(settings.source)),
                                         faulty, house, real, fetcher);
    }
    return *poller_;
  }

  // The next round at the time it asked for; how long that was after the last.
  seconds round() {
    const Time due = poller().round({});
    const auto wait = std::chrono::ceil<seconds>(due - real.now());
    if (due > real.now()) real.set(due);
    return wait;
  }

  std::vector<std::string> published() {
    std::vector<std::string> all;
    for (const Mention& mention : mentions()) {
      all.push_back(mention.id.substr(std::string("mastodon:").size() + std::string(kUri).size()) +
                    "@" + mention.revision);
    }
    return all;
  }

  std::optional<Cursor> saved_cursor() {
    const auto records = read(Topic::cursors);
    if (records.empty()) return {};
    const auto document = json::Document::parse(*records.back().value);
    return *cursor_from_json(document->root());
  }

  PollerSettings settings;
  FaultyBus faulty;
  ScriptedFetcher fetcher;
  std::unique_ptr<Poller> poller_;
};

using Names = std::vector<std::string>;

void the_cursor_comes_last(BuildHouse build) {
  PollerBench bench(build);
  bench.fetcher.answer(200, page_of({1, 2, 3}));
  CHECK(bench.round() == seconds(20));
  CHECK(bench.published() == Names{"1@0", "2@0", "3@0"});
  REQUIRE(bench.saved_cursor());
  CHECK(bench.saved_cursor()->has_seen(std::string("mastodon:") + kUri + "3", "0"));
  CHECK(bench.fetcher.trusted);
  CHECK(bench.poller().status().published == 3);
  CHECK(bench.poller().status().offered == 3);
}

void refused_mentions_move_no_cursor(BuildHouse build) {
  for (const Break how : {Break::before, Break::after, Break::halfway}) {
    for (int64_t n = 1; n <= 3; ++n) {  // the publish of mentions, of rejects, of the cursor
      CAPTURE(n);
      PollerBench bench(build);
      LogLines quiet;
      std::string body = page_of({1, 2});
      body.insert(1, R"({"id":"n9","type":"mention","created_at":"2026-03-05T17:00:00Z",)"
                     R"("status":null},)");
      bench.fetcher.answer(200, body);
      bench.faulty.fail_at(n, how, false);
      bench.round();
      CHECK(bench.poller().status().failures == 1);
      CHECK(bench.poller().status().published == 0);
      if (how != Break::after) CHECK_FALSE(bench.saved_cursor().has_value());
      bench.round();
      bench.round();
      CHECK(bench.poller().status().failures == 0);
      // At least once: each is there, copies agree.
      std::set<std::string> distinct;
      for (const std::string& name : bench.published()) distinct.insert(name);
      CHECK(distinct == std::set<std::string>{"1@0", "2@0"});
      CHECK(bench.poller().status().published == 2);
    }
  }
}

void too_many_requests_are_obeyed(BuildHouse build) {
  struct Row {
    std::vector<std::pair<std::string, std::string>> headers;
    int status;
    seconds wait;
  };
  const Row rows[] = {
      {{{"retry-after", "17"}}, 429, seconds(17)},
      {{{"retry-after", "Sun, 22 Nov 2026 12:01:30 GMT"}}, 429, seconds(90)},
      {{{"x-ratelimit-reset", "2026-11-22T12:00:42.500000Z"}}, 429, seconds(43)},
      {{{"retry-after", "30"}}, 503, seconds(30)},
      {{{"retry-after", "86400"}}, 429, seconds(3600)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.wait.count());
    PollerBench bench(build);
    LogLines quiet;
    bench.fetcher.answer(row.status, "", row.headers);
    CHECK(bench.round() == row.wait);
    CHECK(bench.fetcher.asked.size() == 1);
    bench.real.set(bench.real.now() - seconds(1));
    bench.poller().round({});
    CHECK(bench.fetcher.asked.size() == 1);
    bench.real.advance(seconds(1));
    bench.poller().round({});
    CHECK(bench.fetcher.asked.size() == 2);
  }
}

void no_request_remains(BuildHouse build) {
  PollerBench bench(build);
  bench.fetcher.answer(
      200, "[]", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "2026-11-22T12:03:00Z"}});
  CHECK(bench.round() == seconds(180));
}

void trouble_is_two_lines(BuildHouse build) {
  PollerBench bench(build);
  LogLines log;
  for (int i = 0; i < 3; ++i) bench.fetcher.fail_with(Fault::transient, "could not connect");
  bench.fetcher.answer(200, page_of({1}));
  for (int i = 0; i < 3; ++i) {
    const seconds wait = bench.round();
    CHECK(wait >= seconds(1));
    CHECK(wait <= seconds(4));
    CHECK(bench.poller().status().failures == i + 1);
  }
  bench.round();
  CHECK(log.lines.size() == 2);
  CHECK(bench.poller().status().failures == 0);
  CHECK(bench.poller().status().failed_polls == 3);
  for (const std::string& line : log.lines) CHECK(line.find("secret-token") == line.npos);
}

void another_trouble_is_a_third(BuildHouse build) {
  PollerBench bench(build);
  LogLines log;
  bench.fetcher.fail_with(Fault::transient, "could not connect");
  bench.fetcher.answer(401, "");
  bench.fetcher.answer(401, "");
  bench.fetcher.answer(200, "[]");
  for (int i = 0; i < 4; ++i) bench.round();
  CHECK(log.lines.size() == 3);
}

void backoff_doubles(BuildHouse build) {
  PollerBench bench(build);
  LogLines quiet;
  bench.fetcher.fail_with(Fault::transient, "could not connect");
  seconds most{1};
  for (int i = 0; i < 20; ++i) {
    const seconds wait = bench.round();
    CHECK(wait >= most / 2);
    CHECK(wait <= most);
    most = std::min(most * 2, seconds(3600));
  }
  PollerBench denied(build);
  denied.fetcher.answer(403, "");
  CHECK(denied.round() >= seconds(30));
}

void unreadable_pages_are_kept(BuildHouse build) {
  PollerBench bench(build);
  LogLines quiet;
  bench.fetcher.answer(200, page_of({1}));
  for (int i = 0; i < 12; ++i) bench.fetcher.answer(200, "<html>maintenance</html>");
  bench.fetcher.answer(200, page_of({1, 2}));
  bench.round();
  const std::string before = bench.saved_cursor()->at;
  for (int i = 0; i < 12; ++i) bench.round();
  CHECK(bench.saved_cursor()->at == before);
  // Kept the first and the tenth time.
  const auto rejects = bench.read(Topic::rejects);
  REQUIRE(rejects.size() == 2);
  CHECK(rejects[0].value == "<html>maintenance</html>");
  CHECK(rejects[0].header("where") == "source:mortons");
  CHECK(rejects[0].header("why") == "page");
  CHECK(rejects[1].header("times") == "10");
  bench.round();
  CHECK(bench.published() == Names{"1@0", "2@0"});
}

void late_posts_are_found(BuildHouse build) {
  PollerBench bench(build);
  bench.fetcher.answer(200, page_of({10, 20, 30}));
  bench.fetcher.answer(200, page_of({15, 20, 30}));  // 15 was federated late
  bench.fetcher.answer(200, page_of({20, 30}));      // asked once more, as there was news
  bench.fetcher.answer(200, "[]");
  bench.round();
  bench.round();
  bench.round();
  CHECK(bench.published() == Names{"10@0", "20@0", "30@0", "15@0"});
  CHECK(bench.fetcher.asked[1].ends_with("&min_id=n10"));
}

void broken_items_are_rejected(BuildHouse build) {
  PollerBench bench(build);
  std::string body = page_of({1, 2});
  body.insert(1,
              R"({"id":"n9","type":"mention","created_at":"2026-03-05T17:00:00Z","status":null},)");
  bench.fetcher.answer(200, body);
  for (int i = 0; i < 3; ++i) bench.round();
  CHECK(bench.published().size() == 2);
  CHECK(bench.read(Topic::rejects).size() == 1);
  const SourceStatus status = bench.poller().status();
  CHECK(status.rejected.at("no_status") == 1);
  CHECK(status.offered == 3);
}

void the_saved_cursor_is_resumed(BuildHouse build) {
  PollerBench bench(build);
  bench.fetcher.answer(200, page_of({1, 2}));
  bench.fetcher.answer(200, page_of({2, 3}));
  bench.round();
  bench.poller_.reset();
  bench.poller().resume(*bench.saved_cursor());
  bench.round();
  CHECK(bench.fetcher.asked[1].ends_with("&min_id=n1"));
  CHECK(bench.published() == Names{"1@0", "2@0", "3@0"});
}

// A bench whose post 1 has a living task.
struct LookBench : PollerBench {
  explicit LookBench(BuildHouse build) : PollerBench(build) {
    settings.source.every = seconds(3600);
    fetcher.answer(200, page_of({1}));
    poller().round({});
    post.id = std::string("mastodon:") + kUri + "1";
    post.author = "mastodon:alice@social.example";
    post.since = house.now();
    poller().watch({post});
  }
  // Waits for the next look, and looks.
  void look() {
    real.advance(seconds(60));
    poller().round({});
    poller().watch({post});
  }
  WatchedPost post;
};

void edits_are_published_once(BuildHouse build) {
  LookBench bench(build);
  bench.fetcher.answer(200, status_of(1));
  bench.fetcher.answer(200, status_of(1, "2026-03-05T18:00:00Z"));
  for (int i = 0; i < 5; ++i) bench.look();
  CHECK(bench.fetcher.asked[1] == "https://social.example/api/v1/statuses/s1");
  CHECK(bench.published() == Names{"1@0", "1@1772733600000"});
}

void gone_twice_is_withdrawn(BuildHouse build) {
  LookBench bench(build);
  bench.fetcher.answer(404, "");
  bench.fetcher.answer(200, status_of(1));
  bench.fetcher.answer(500, "");
  bench.fetcher.answer(404, "");
  LogLines quiet;
  for (int i = 0; i < 4; ++i) bench.look();
  CHECK(bench.published() == Names{"1@0"});
  for (int i = 0; i < 4; ++i) bench.look();
  CHECK(bench.published() == Names{"1@0", "1@0w"});
  const auto mentions = bench.mentions();
  CHECK(mentions.back().withdrawn);
  CHECK(mentions.back().author.id == "mastodon:alice@social.example");
  CHECK(bench.poller().status().watched == 0);
}

void strangers_are_not_looked_at(BuildHouse build) {
  LookBench bench(build);
  bench.poller().watch({{"mastodon:https://other.example/1", "", "", bench.house.now()}});
  CHECK(bench.poller().status().watched == 0);
}

void silence_is_told(BuildHouse build) {
  PollerBench bench(build);
  bench.settings.source.expect_within = std::chrono::hours(24);
  bench.fetcher.answer(200, page_of({1}));
  bench.round();
  CHECK_FALSE(bench.poller().status().silent);
  bench.house.advance(std::chrono::hours(25));
  CHECK(bench.poller().status().silent);
}

}  // namespace

const std::vector<HouseCase>& poller_cases() {
  static const std::vector<HouseCase> all{
      {"mentions are published oldest first, and only then is the cursor saved",
       the_cursor_comes_last},
      {"the cursor stays where it was if the bus refuses the mentions",
       refused_mentions_move_no_cursor},
      {"a 429 is obeyed to the second", too_many_requests_are_obeyed},
      {"a page that says no request remains is the last before the reset", no_request_remains},
      {"3 failures and a recovery log exactly 2 lines", trouble_is_two_lines},
      {"another failure is a third line, between start and end", another_trouble_is_a_third},
      {"backoff doubles with jitter up to an hour, and is slow where a person has to act",
       backoff_doubles},
      {"a page that cannot be read moves no cursor and is kept", unreadable_pages_are_kept},
      {"a post that appears below the high-water mark is still found, and nothing comes twice",
       late_posts_are_found},
      {"a broken item is rejected once, and the rest of its page is published",
       broken_items_are_rejected},
      {"a poller that begins anew goes on from the saved cursor", the_saved_cursor_is_resumed},
      {"an edit is published with its new revision once", edits_are_published_once},
      {"gone twice is a withdrawal, gone once is not", gone_twice_is_withdrawn},
      {"a post whose name on its server we do not know is not looked at",
       strangers_are_not_looked_at},
      {"a source silent for longer than expected says so", silence_is_told}};
  return all;
}

}  // namespace maitred::test
