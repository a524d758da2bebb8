#include "connectors/listener.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "connectors/watchlist.h"
#include "tests/connectors/scripted.h"

using namespace maitred;
using namespace maitred::test;

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// Reads mentions until there are `count`, waiting inside the bus; gives up after five seconds.
std::vector<std::string> wait_for(Bench& bench, size_t count) {
  std::vector<std::string> texts;
  auto reader = bench.bus->follow({{bench.names.name(Topic::mentions), {}}});
  REQUIRE(reader);
  for (int i = 0; texts.size() < count && i < 100; ++i) {
    const auto batch = (*reader)->poll(100, Duration(50), {});
    REQUIRE(batch);
    for (const Stored& record : batch->records) {
      const auto document = json::Document::parse(*record.value);
      texts.push_back(mention_from_json(document->root())->text);
    }
  }
  std::ranges::sort(texts);
  return texts;
}

ListenerSettings folder_settings(Bench& bench, const std::string& name) {
  const auto inbox = bench.directory / name;
  std::filesystem::create_directories(inbox);
  SourceSettings source;
  source.name = name;
  source.network = "folder";
  source.directory = inbox;
  source.every = std::chrono::seconds(1);
  ListenerSettings settings;
  settings.sources = {source};
  settings.names = bench.names;
  return settings;
}

void drop(Bench& bench, const std::string& source, const std::string& file,
          const std::string& text) {
  std::ofstream(bench.directory / source / file) << "{\"text\":\"" << text << "\"}\n";
}

TaskEvent event(Verb verb, std::string task, std::string mention = {}) {
  TaskEvent event;
  event.verb = verb;
  event.task = std::move(task);
  event.mention = std::move(mention);
  if (verb == Verb::opened) {
    event.opening.emplace();
    event.opening->post.author_id = "mastodon:alice@a.example";
    event.opening->post.url = "https://a.example/1";
  }
  return event;
}

std::vector<std::string> ids(const std::vector<WatchedPost>& posts) {
  std::vector<std::string> all;
  for (const WatchedPost& post : posts) all.push_back(post.id);
  std::ranges::sort(all);
  return all;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a listener publishes what its sources hold, and goes on after a restart") {
  Bench bench;
  ScriptedFetcher nobody;
  const ListenerSettings settings = folder_settings(bench, "ours");
  drop(bench, "ours", "1", "one");
  std::set<std::string> ticked;
  {
    ListenerSettings first = settings;
    std::mutex mutex;
    first.tick = [&](std::string_view thread) {
      const std::scoped_lock lock(mutex);
      ticked.emplace(thread);
    };
    auto listener = Listener::make(first, *bench.bus, bench.house, real_clock(), nobody);
    REQUIRE(listener);
    (*listener)->start();
    CHECK(wait_for(bench, 1) == std::vector<std::string>{"one"});
    (*listener)->stop();
    CHECK((*listener)->status().at(0).published == 1);
    CHECK(ticked == std::set<std::string>{"listen", "poll:ours"});
  }
  drop(bench, "ours", "2", "two");
  auto again = Listener::make(settings, *bench.bus, bench.house, real_clock(), nobody);
  REQUIRE(again);
  (*again)->start();
  CHECK(wait_for(bench, 2) == std::vector<std::string>{"one", "two"});
  (*again)->stop();
  CHECK((*again)->status().at(0).published == 1);
  CHECK((*again)->status().at(0).last_success.has_value());
}

TEST_CASE("a paused source is not polled until it is resumed") {
  Bench bench;
  ScriptedFetcher nobody;
  const ListenerSettings settings = folder_settings(bench, "ours");
  drop(bench, "ours", "1", "one");
  Record pause = make_record(bench.names, Topic::cursors, "pause:ours", "1", "{}");
  REQUIRE(bench.bus->publish(bench.names.name(Topic::cursors), std::span(&pause, 1)));
  // Another source shows when the listener has read the log.
  ListenerSettings both = settings;
  both.sources.push_back(folder_settings(bench, "other").sources.at(0));
  drop(bench, "other", "1", "other");
  auto listener = Listener::make(both, *bench.bus, bench.house, real_clock(), nobody);
  REQUIRE(listener);
  (*listener)->start();
  CHECK(wait_for(bench, 1) == std::vector<std::string>{"other"});
  pause.value.reset();
  REQUIRE(bench.bus->publish(bench.names.name(Topic::cursors), std::span(&pause, 1)));
  CHECK(wait_for(bench, 2) == std::vector<std::string>{"one", "other"});
}

TEST_CASE("a source of no known network, or of a name taken, is refused with a reason") {
  Bench bench;
  ScriptedFetcher nobody;
  ListenerSettings settings = folder_settings(bench, "ours");
  settings.sources.push_back(settings.sources[0]);
  auto twice = Listener::make(settings, *bench.bus, bench.house, bench.real, nobody);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().text == "two sources are named `ours`");
  settings.sources[1].network = "carrier-pigeon";
  auto unknown = Listener::make(settings, *bench.bus, bench.house, bench.real, nobody);
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().text.find("there are: folder, mastodon") != std::string::npos);
}

TEST_CASE("posts of living tasks are watched, and for 14 days after the task is closed") {
  const Time start = *parse_rfc3339("2026-03-05T18:00:00Z");
  Watchlist list;
  list.apply(event(Verb::opened, "t1", "mastodon:https://a.example/1"), start);
  list.apply(event(Verb::opened, "t2", "folder:2"), start);
  TaskEvent joined = event(Verb::joined, "t9", "mastodon:https://a.example/9");
  joined.to = "t1";
  list.apply(joined, start + minutes(1));
  list.apply(event(Verb::withdrawn, "t8", "mastodon:https://a.example/8"), start);
  const Ids both{"mastodon:https://a.example/1", "mastodon:https://a.example/9"};
  CHECK(ids(list.posts("mastodon", start)) == both);
  CHECK(list.posts("mastodon", start).at(0).author == "mastodon:alice@a.example");
  CHECK(ids(list.posts("folder", start)) == Ids{"folder:2"});
  CHECK(list.posts("masto", start).empty());

  list.apply(event(Verb::claimed, "t1"), start + hours(1));
  list.apply(event(Verb::finished, "t1"), start + hours(2));
  CHECK(ids(list.posts("mastodon", start + days(14))) == both);
  Watchlist reopened = list;
  CHECK(list.posts("mastodon", start + days(15)).empty());
  reopened.apply(event(Verb::reopened, "t1"), start + days(3));
  CHECK(ids(reopened.posts("mastodon", start + days(15))) == both);
  reopened.apply(event(Verb::retracted, "t1", "mastodon:https://a.example/9"), start + days(3));
  CHECK(ids(reopened.posts("mastodon", start + days(15))) == Ids{both[0]});
  CHECK(reopened.posts("mastodon", start + days(75)).empty());
}

TEST_CASE("looks become ever rarer, between the least wait and six hours") {
  CHECK(look_interval(minutes(0), minutes(1)) == Duration(minutes(1)));
  CHECK(look_interval(minutes(80), minutes(1)) == Duration(minutes(10)));
  CHECK(look_interval(days(10), minutes(1)) == Duration(hours(6)));
}
