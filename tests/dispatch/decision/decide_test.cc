#include "dispatch/decision/decide.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "base/zone.h"

namespace maitred {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *parse_rfc3339("2026-03-05T18:00:00-05:00");  // a Thursday

Store store_at(std::string id, double lat, double lon, const char* zone, const char* open) {
  Store store;
  store.id = std::move(id);
  store.name = store.id;
  store.lat = lat;
  store.lon = lon;
  store.zone = *Zone::find(zone);
  store.hours = *Hours::parse(open);
  return store;
}

Item item_of(std::string id, double price, int prep) {
  Item item;
  item.id = std::move(id);
  item.price = Money{price, "USD"};
  item.prep = minutes(prep);
  return item;
}

// Two stores near an airport and one far away; four playbooks.
Rules rules_of() {
  Rules rules;
  rules.stores.all = {store_at("west", 40.9, -74.05, "America/New_York", "17:00-22:00"),
                      store_at("east", 40.75, -73.98, "America/New_York", "11:00-23:00"),
                      store_at("far", 25.03, 121.56, "Asia/Taipei", "24/7")};
  rules.stores.all[0].minutes_to["EWR"] = 45;
  rules.stores.all[1].minutes_to["EWR"] = 60;
  rules.catalogue.items = {item_of("steak", 40, 25), item_of("tea", 5, 5)};
  rules.own_accounts = {"x:us"};
  rules.muted = {"x:troll"};
  Playbook treat;
  treat.name = "treat";
  treat.when.intent = {Intent::request};
  treat.when.item.wanted = true;
  treat.gesture =
      GestureRule{"the meal", true, {}, Money{60, "USD"}, AtMost{1, std::chrono::days(90)}};
  treat.ask = {{"manager", minutes(5)}};
  treat.desk = "desk";
  treat.steps = {"cook", "drive"};
  treat.stale_after = hours(24);
  Playbook amends;
  amends.name = "amends";
  amends.when.intent = {Intent::complaint};
  amends.when.rating_max = 2;
  amends.within = hours(2);
  amends.desk = "desk";
  amends.open_max = 3;
  amends.reopens = true;
  Playbook house;
  house.name = "house";
  house.when.network = {"house"};
  Playbook answer;
  answer.name = "answer";
  answer.when.intent = {Intent::question};
  rules.playbooks = {treat, amends, house, answer};
  return rules;
}

PlaceFinding airport() {
  PlaceFinding place;
  place.kind = "airport";
  place.code = "EWR";
  place.name = "Newark Liberty";
  place.lat = 40.69;
  place.lon = -74.17;
  return place;
}

PlaceFinding shop(const char* id) {
  PlaceFinding place;
  place.kind = "store";
  place.code = id;
  return place;
}

// One case with everything that a row may change.
struct Scene {
  Mention mention;
  Reading reading;
  Identity identity;
  std::string own_store;
  Standing standing;
  Rules rules = rules_of();
  Time now = kNow;

  Scene() {
    mention.id = "x:1";
    mention.network = "x";
    mention.author.id = "x:ann";
    mention.text = "a steak at Newark in two hours";
    mention.posted_at = kNow;
    reading.brand.alias = "us";
    reading.intent = Intent::request;
    reading.items = {{"steak", 1, "", {}}};
    reading.places = {airport()};
    reading.window = Window{{}, kNow + hours(2), "America/New_York", "place"};
  }
  Decision decide() const {
    return maitred::decide({mention, reading, identity, own_store, ""}, standing, rules, now);
  }
};

TaskBrief task_of(std::string id, TaskState state) {
  TaskBrief task;
  task.id = std::move(id);
  task.state = state;
  task.mention = "x:0";
  task.author = "x:ann";
  task.playbook = "treat";
  task.opened_at = kNow - hours(1);
  return task;
}

void complaint(Scene& scene) {
  scene.reading.intent = Intent::complaint;
  scene.mention.rating = Rating{1, 5};
  scene.reading.items.clear();
  scene.reading.window.reset();
  scene.reading.places = {shop("west")};
}

struct Row {
  const char* sentence;
  std::function<void(Scene&)> change;
  Why why;
  Act act = Act::none;
  const char* store = "";
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(std::string(row.sentence));
    Scene scene;
    row.change(scene);
    const Decision decision = scene.decide();
    CAPTURE(decision.note);
    CHECK(std::string(word(decision.why)) == word(row.why));
    CHECK(static_cast<int>(decision.act) == static_cast<int>(row.act));
    CHECK((decision.opening ? decision.opening->store : "") == row.store);
    CHECK((decision.opening.has_value()) == (decision.act == Act::open));
    CHECK_FALSE(decision.note.empty());
  }
}

const std::vector<Row>& every_why() {
  static const std::vector<Row> rows{
      {"a request goes to the nearest store that can", [](Scene&) {}, Why::opened, Act::open,
       "west"},
      {"a second post of the same guest joins",
       [](Scene& s) { s.standing.living = {task_of("t1", TaskState::open)}; }, Why::joined,
       Act::join},
      {"an edit reaches the task",
       [](Scene& s) {
         s.standing.own = {TaskState::claimed, "", "0"};
         s.mention.revision = "1772750000000";
       },
       Why::edited, Act::hear},
      {"a post gone before its fate never becomes a task",
       [](Scene& s) {
         s.mention.withdrawn = true;
         s.mention.revision = "0w";
       },
       Why::withdrawn, Act::withdraw},
      {"an older revision is a duplicate",
       [](Scene& s) {
         s.standing.own = {TaskState::open, "", "1772750000000"};
       },
       Why::duplicate},
      {"what does not name us is not ours", [](Scene& s) { s.reading.brand.alias.clear(); },
       Why::not_ours},
      {"what we post is our own", [](Scene& s) { s.mention.author.id = "x:us"; }, Why::own_post},
      {"a bot is not served", [](Scene& s) { s.mention.author.bot = true; }, Why::bot},
      {"a repost is not a request", [](Scene& s) { s.mention.text = "RT @ann: steak"; },
       Why::repost},
      {"a muted account is not heard", [](Scene& s) { s.mention.author.id = "x:troll"; },
       Why::muted},
      {"what no playbook is for opens nothing", [](Scene& s) { s.reading.intent = Intent::praise; },
       Why::no_playbook},
      {"what no store can do goes to the desk",
       [](Scene& s) { s.reading.window->due = kNow + minutes(50); }, Why::infeasible, Act::open,
       "desk"},
      {"an old post goes to the desk", [](Scene& s) { s.mention.posted_at = kNow - hours(25); },
       Why::stale, Act::open, "desk"},
      {"a burst goes to the desk",
       [](Scene& s) {
         complaint(s);
         s.standing.open_at_store["west"] = 3;
       },
       Why::flood, Act::open, "desk"},
  };
  return rows;
}

TEST_CASE("every why has its case") {
  check(every_why());
  for (int i = 0; i <= static_cast<int>(Why::failed); ++i) {
    const Why why = static_cast<Why>(i);
    CAPTURE(std::string(word(why)));
    bool expected = true;
    switch (why) {  // no default: a new why has to be thought of here
      case Why::opened:
      case Why::joined:
      case Why::edited:
      case Why::withdrawn:
      case Why::duplicate:
      case Why::not_ours:
      case Why::own_post:
      case Why::bot:
      case Why::repost:
      case Why::muted:
      case Why::no_playbook:
      case Why::infeasible:
      case Why::stale:
      case Why::flood:
        break;
      case Why::failed:  // the dispatcher's own word: deciding cannot fail
        expected = false;
        break;
    }
    const auto& rows = every_why();
    CHECK(std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.why == why; }) ==
          expected);
  }
}

TEST_CASE("a post joins the guest's own task and nobody else's") {
  check({
      {"by a known customer from another account",
       [](Scene& s) {
         TaskBrief task = task_of("t1", TaskState::claimed);
         task.author = "y:ann";
         task.customer = "c1";
         s.standing.living = {task};
         s.identity = {Who::known, "c1", "handle", {}};
       },
       Why::joined, Act::join},
      {"a customer who is only likely does not",
       [](Scene& s) {
         TaskBrief task = task_of("t1", TaskState::claimed);
         task.author = "y:ann";
         task.customer = "c1";
         s.standing.living = {task};
         s.identity = {Who::likely, "c1", "", {}};
       },
       Why::opened, Act::open, "west"},
      {"a post without an author never does",
       [](Scene& s) {
         TaskBrief task = task_of("t1", TaskState::open);
         task.author = "";
         s.standing.living = {task};
         s.mention.author.id = "";
       },
       Why::opened, Act::open, "west"},
      {"an answer in the thread does, though it does not name us",
       [](Scene& s) {
         s.standing.living = {task_of("t1", TaskState::open)};
         s.reading.brand.alias.clear();
         s.mention.in_reply_to = "x:0";
       },
       Why::joined, Act::join},
      {"small talk that does not name us does not",
       [](Scene& s) {
         s.standing.living = {task_of("t1", TaskState::open)};
         s.reading.brand.alias.clear();
       },
       Why::not_ours},
      {"a closed task is only joined by an answer to it",
       [](Scene& s) {
         s.standing.recent = {task_of("t1", TaskState::done)};
         s.mention.thread = "x:0";
       },
       Why::joined, Act::join},
      {"two tables of one waiter are two tasks",
       [](Scene& s) {
         s.mention.network = "house";
         s.standing.living = {task_of("t1", TaskState::open)};
         s.reading.places = {shop("east")};
       },
       Why::opened, Act::open, "east"},
  });
  Scene scene;
  TaskBrief task = task_of("t1", TaskState::done);
  task.playbook = "amends";
  scene.standing.recent = {task};
  scene.mention.in_reply_to = "x:0";
  CHECK(scene.decide().reopen);
  scene.standing.recent[0].playbook = "treat";
  CHECK_FALSE(scene.decide().reopen);
}

TEST_CASE("a mention whose fate is settled keeps it") {
  check({
      {"met again, it is said once more",
       [](Scene& s) {
         s.standing.own = {TaskState::done, "", "0"};
       },
       Why::opened},
      {"met again after joining",
       [](Scene& s) {
         s.standing.own = {TaskState::no_task, "t9", "0"};
       },
       Why::joined},
      {"deleted while it is a task",
       [](Scene& s) {
         s.standing.own = {TaskState::open, "", "0"};
         s.mention.withdrawn = true;
         s.mention.revision = "0w";
       },
       Why::withdrawn, Act::retract},
      {"edited after it was withdrawn",
       [](Scene& s) {
         s.standing.own = {TaskState::no_task, "", "0w"};
         s.mention.revision = "1772750000000";
       },
       Why::withdrawn},
  });
}

TEST_CASE("the nearest store that can do it inside the window gets it") {
  check({
      {"closed by then: the next one",
       [](Scene& s) { s.rules.stores.all[0].hours = *Hours::parse("11:00-14:00"); }, Why::opened,
       Act::open, "east"},
      {"does not have it: the next one", [](Scene& s) { s.rules.stores.all[0].prepares = {"tea"}; },
       Why::opened, Act::open, "east"},
      {"not sold there: the next one",
       [](Scene& s) {
         s.rules.catalogue.items[0].stores = {"east", "far"};
       },
       Why::opened, Act::open, "east"},
      {"full: the next one",
       [](Scene& s) {
         s.rules.stores.all[0].open_max = 2;
         s.standing.open_at_store["west"] = 2;
       },
       Why::opened, Act::open, "east"},
      {"made and driven just in time", [](Scene& s) { s.reading.window->due = kNow + minutes(70); },
       Why::opened, Act::open, "west"},
      {"a minute less is too late", [](Scene& s) { s.reading.window->due = kNow + minutes(69); },
       Why::infeasible, Act::open, "desk"},
      {"the store that is named goes before a nearer one",
       [](Scene& s) {
         s.reading.places = {shop("east"), airport()};
       },
       Why::opened, Act::open, "east"},
      {"served at the store it names", [](Scene& s) { s.reading.places = {shop("east")}; },
       Why::opened, Act::open, "east"},
      {"no place: the guest's own store",
       [](Scene& s) {
         s.reading.places.clear();
         s.own_store = "east";
       },
       Why::opened, Act::open, "east"},
      {"no place and no own store: the desk", [](Scene& s) { s.reading.places.clear(); },
       Why::opened, Act::open, "desk"},
      {"tomorrow morning, before anybody is there",
       [](Scene& s) {
         s.reading.window = Window{kNow + hours(11), kNow + hours(12), "America/New_York", "place"};
       },
       Why::infeasible, Act::open, "desk"},
      {"a complaint goes to its store even while that is closed",
       [](Scene& s) {
         complaint(s);
         s.now = kNow + hours(9);
       },
       Why::opened, Act::open, "west"},
      {"nobody can, and no desk: a verdict alone",
       [](Scene& s) {
         s.reading.window->due = kNow + minutes(5);
         s.rules.playbooks[0].desk.clear();
       },
       Why::infeasible},
      {"a fixed store takes it whatever is nearer",
       [](Scene& s) { s.rules.playbooks[0].store = "east"; }, Why::opened, Act::open, "east"},
  });
  Scene scene;
  const Decision decision = scene.decide();
  REQUIRE(decision.stores.size() == 3);
  CHECK(decision.stores[0].verdict == "chosen");
  CHECK(decision.stores[0].how == "table EWR:45");
  CHECK(decision.stores[1].verdict == "farther");
  CHECK(decision.stores[2].verdict == "too_far");
  CHECK(decision.stores[2].how.find(" km at 40 km/h") != std::string::npos);
  CHECK(decision.opening->place == "EWR Newark Liberty");
  CHECK(decision.opening->steps.size() == 2);
  CHECK(decision.opening->wants.at(0).item == "steak");
}

TEST_CASE("a gesture is free up to its sum and so often, above that somebody is asked") {
  struct Grant {
    const char* sentence;
    std::function<void(Scene&)> change;
    bool asks;
    double sum;
  };
  for (const Grant& row : {
           Grant{"one is free", [](Scene&) {}, false, 40},
           Grant{"two are over the sum", [](Scene& s) { s.reading.items[0].count = 2; }, true, 80},
           Grant{"an unknown price is asked for",
                 [](Scene& s) { s.rules.catalogue.items[0].price.reset(); }, true, 0},
           Grant{"another currency is asked for",
                 [](Scene& s) {
                   s.rules.catalogue.items[0].price = Money{40, "TWD"};
                 },
                 true, 40},
           Grant{"the second within 90 days is asked for",
                 [](Scene& s) {
                   s.standing.recent = {task_of("t1", TaskState::done)};
                   s.standing.recent[0].gesture = Gesture{"the meal", 40, "USD"};
                 },
                 true, 40},
           Grant{"one that was dropped does not count",
                 [](Scene& s) {
                   s.standing.recent = {task_of("t1", TaskState::dropped)};
                   s.standing.recent[0].gesture = Gesture{"the meal", 40, "USD"};
                 },
                 false, 40},
           Grant{"nor does one of long ago",
                 [](Scene& s) {
                   s.standing.recent = {task_of("t1", TaskState::done)};
                   s.standing.recent[0].gesture = Gesture{"the meal", 40, "USD"};
                   s.standing.recent[0].opened_at = kNow - std::chrono::days(91);
                 },
                 false, 40},
       }) {
    CAPTURE(std::string(row.sentence));
    Scene scene;
    row.change(scene);
    const Decision decision = scene.decide();
    CAPTURE(decision.note);
    REQUIRE(decision.opening);
    REQUIRE(decision.opening->gesture);
    CHECK(decision.opening->gesture->sum == row.sum);
    CHECK(decision.opening->ask.empty() == !row.asks);
  }
  Scene nobody;
  nobody.reading.items[0].count = 2;
  nobody.rules.playbooks[0].ask.clear();
  CHECK_FALSE(nobody.decide().opening->gesture);
}

TEST_CASE("a playbook that names no time gives one, and what was wanted before is not wanted now") {
  Scene scene;
  complaint(scene);
  scene.reading.items = {{"steak", 1, "", {}}};
  const Decision decision = scene.decide();
  REQUIRE(decision.opening);
  CHECK(decision.opening->wants.empty());
  REQUIRE(decision.opening->window);
  CHECK(decision.opening->window->due == kNow + hours(2));
  CHECK(decision.opening->window->basis == "playbook");
  CHECK(decision.opening->window->zone == "America/New_York");
}

TEST_CASE("each reason why a playbook does not fit is said") {
  Scene scene;
  const Case the_case{scene.mention, scene.reading, scene.identity, "", ""};
  CHECK(misfits(scene.rules.playbooks[0], the_case).empty());
  CHECK(misfits(scene.rules.playbooks[1], the_case) ==
        std::vector<std::string>{"intent is request, not complaint", "there is no rating"});
  Playbook playbook;
  playbook.when.item.any_of = {"tea"};
  playbook.when.place.wanted = false;
  playbook.when.who = {Who::known, Who::likely};
  playbook.when.tier = {"gold"};
  playbook.when.kind = {MentionKind::review};
  playbook.when.language = {"zh-hant"};
  playbook.when.urgency = {"high"};
  CHECK(misfits(playbook, the_case).size() == 7);
  CHECK(parse_at_most("1 in 90d")->in == std::chrono::days(90));
  for (const char* text : {"", "1", "1 in", "1 in 90", "one in 90d", "-1 in 90d"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_at_most(text));
  }
}

}  // namespace
}  // namespace maitred
