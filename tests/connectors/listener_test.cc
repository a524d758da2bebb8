#include "connectors/listener.h"

#include <algorithm>

#include "base/zone.h"
#include "connectors/watchlist.h"
#include "tests/connectors/cases.h"

using namespace maitred;
using namespace maitred::test;

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

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

TEST_CASE("the listener on the embedded bus") {
  show_all(listener_cases(), embedded_house);
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
