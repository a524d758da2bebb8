// The dispatcher, killed at every step: one task a mention, no verdict missing, and the same end as
// a run that nothing disturbed (I3, I4, I11). Real log, real books, real reading and deciding.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <fstream>
#include <random>
#include <thread>

#include "bus/embedded/embedded_bus.h"
#include "daemon/configuration.h"
#include "daemon/log_lines.h"
#include "dispatch/dispatcher.h"
#include "tests/bus/faulty_bus.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 22h;

const Configuration& configuration() {
  static const Configuration::Loaded loaded = Configuration::load(demo_configuration());
  REQUIRE_MESSAGE(loaded.faults.empty(), to_text(loaded.faults));
  return loaded.configuration;
}

Knowledge knowledge() {
  static const auto language = load_language(configuration());
  REQUIRE(language);
  return {*language, configuration().rules, {}, {}};
}

// One dispatching process: its own books and fold, on a bus that may break.
struct Node {
  Node(Bus& bus, Clock& house, std::filesystem::path directory, std::string name)
      : faulty(bus),
        fold(faulty, names, {&tasks, &customers}, directory),
        appender(faulty, names, Topic::tasks, fold, tasks, house),
        dispatcher(
            {faulty, names, std::move(name), house, fold, appender, tasks, customers, knowledge}) {
    std::filesystem::create_directories(directory);
    const auto opened = fold.open();
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().text));
    folding = std::jthread([this](std::stop_token stop) { fold.run(stop); });
  }
  TopicNames names;
  test::FaultyBus faulty;
  TaskBook tasks{names};
  CustomerBook customers{names};
  Fold fold;
  Appender appender;
  Dispatcher dispatcher;
  std::jthread folding;
};

Mention post(int number, const std::string& author, const std::string& text,
             const std::string& revision = "0") {
  Mention mention;
  mention.id = fmt::format("mastodon:https://social.example/{}", number);
  mention.network = "mastodon";
  mention.revision = revision;
  mention.text = text;
  mention.posted_at = kStart;
  if (!author.empty()) mention.author.id = "mastodon:" + author;
  return mention;
}

std::vector<Mention> evening() {
  const std::string dinner =
      "Morton's, can you bring a porterhouse to Newark airport in two hours?";
  std::vector<Mention> posts{
      post(1, "ann@a", dinner),
      post(2, "ann@a", "@Mortons and some shrimp please"),  // joins 1
      post(3, "bob@a", "Lovely weather today"),             // not ours
      post(4, "", dinner),                                  // nobody's: never joins
      post(5, "cy@a", dinner),
      post(5, "cy@a", dinner + " Make it two!", "1772750000000"),  // edit
      post(5, "cy@a", dinner),                                     // the first revision, late
      post(1, "ann@a", dinner),                                    // the same again
      post(6, "dee@a", "莫頓牛排館可以送一份牛排到紐華克機場嗎？兩小時後到"),
  };
  Mention gone = post(5, "cy@a", dinner, "1772750000000w");
  gone.withdrawn = true;
  posts.push_back(gone);
  return posts;
}

void publish(Bus& bus, const std::vector<Mention>& mentions) {
  std::vector<Record> records;
  for (const Mention& mention : mentions) {
    records.push_back(make_record(TopicNames{}, Topic::mentions, record_key(mention),
                                  cause_of(mention), to_json(mention)));
  }
  REQUIRE(bus.publish("maitred.mentions", records));
}

// What came out, as far as it must be the same however often things broke on the way.
struct Ending {
  std::map<std::string, std::string> verdicts;         // mention@revision → the last why and task
  std::map<std::string, std::set<std::string>> tasks;  // task → its state, posts heard
  bool operator==(const Ending&) const = default;
};

Ending outcome(Bus& bus, Node& node) {
  Ending out;
  REQUIRE(read_all(bus, {{"maitred.verdicts", {}}}, [&](const Stored& record) {
    const auto document = json::Document::parse(*record.value);
    REQUIRE(document);
    const json::View verdict = document->root();
    out.verdicts[fmt::format("{}@{}", verdict["mention"].string(), verdict["revision"].string())] =
        fmt::format("{} {}", verdict["why"].string(), verdict["task"].string());
  }));
  std::map<std::string, int> openings;
  REQUIRE(read_all(bus, {{"maitred.tasks", {}}}, [&](const Stored& record) {
    const auto task = node.tasks.find(record.key);
    REQUIRE(task);
    REQUIRE(task->has_value());
    auto& facts = out.tasks[record.key];
    facts.insert(fmt::format("state {}", word((*task)->state)));
    facts.insert("moved " + (*task)->moved_to);
    for (const HeardPost& heard : (*task)->heard)
      facts.insert(fmt::format("heard {} {}", heard.mention, heard.retracted));
    openings[record.key] = static_cast<int>(
        std::count_if((*task)->history.begin(), (*task)->history.end(),
                      [](const TaskLine& line) { return line.verb == Verb::opened; }));
  }));
  for (const auto& [task, count] : openings) CHECK(count <= 1);
  return out;
}

void settle_all(Node& node) {
  for (int idle = 0; idle < 2;) {
    const auto done = node.dispatcher.step(Duration(idle ? 30 : 0), {});
    idle = done && *done == 0 ? idle + 1 : 0;
  }
}

struct House {
  test::Scratch scratch;
  FakeClock clock{kStart};
  std::unique_ptr<EmbeddedBus> bus =
      std::move(*EmbeddedBus::open({scratch.path(), TopicNames{}, true, false}, clock));
  std::filesystem::path books = scratch.path() / "books";
};

}  // namespace

TEST_CASE("an evening nothing disturbs") {
  House house;
  publish(*house.bus, evening());
  Node node(*house.bus, house.clock, house.books, "a");
  settle_all(node);
  const Ending out = outcome(*house.bus, node);
  const auto why = [&](int number, const std::string& revision = "0") {
    const auto& verdict =
        out.verdicts.at(fmt::format("mastodon:https://social.example/{}@{}", number, revision));
    return verdict.substr(0, verdict.find(' '));
  };
  CHECK(why(1) == "opened");
  CHECK(why(2) == "joined");
  CHECK(why(3) == "not_ours");
  CHECK(why(4) == "opened");
  CHECK(why(5, "1772750000000") == "edited");
  CHECK(why(5, "1772750000000w") == "withdrawn");
  CHECK(why(6) == "opened");
  CHECK(out.verdicts.size() == 8);
}

TEST_CASE("killed at any step, in any way, with its books or without: the same end") {
  Ending undisturbed;
  int64_t operations = 0;
  {
    House house;
    publish(*house.bus, evening());
    Node node(*house.bus, house.clock, house.books, "a");
    const int64_t before = node.faulty.operations();
    settle_all(node);
    operations = node.faulty.operations() - before;
    undisturbed = outcome(*house.bus, node);
  }
  for (const auto how : {test::Break::before, test::Break::after, test::Break::halfway}) {
    for (int64_t n = 1; n <= operations; ++n) {
      CAPTURE(static_cast<int>(how));
      CAPTURE(n);
      House house;
      publish(*house.bus, evening());
      {
        std::stop_source killed;
        Node node(*house.bus, house.clock, house.books, "a");
        node.faulty.fail_at(n, how, true);
        for (int step = 0; step < 3; ++step) {
          std::jthread killer([&] {
            real_clock().sleep_until(real_clock().now() + 60ms, {}), killed.request_stop();
          });
          if (!node.dispatcher.step(Duration(0), killed.get_token())) break;
        }
      }
      if (n % 2 == 0) std::filesystem::remove_all(house.books);
      Node again(*house.bus, house.clock, house.books, "a");
      settle_all(again);
      CHECK(outcome(*house.bus, again) == undisturbed);
      const std::string lived = *again.tasks.dump();
      Node rebuilt(*house.bus, house.clock, house.scratch.path() / "rebuilt", "b");
      REQUIRE(rebuilt.fold.wait_until(Topic::tasks, *house.bus->ends("maitred.tasks"), 5000ms));
      CHECK(*rebuilt.tasks.dump() == lived);
    }
  }
}

TEST_CASE(
    "two dispatchers, coming and going under load, open one task a mention, whatever the seed") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    House house;
    std::minstd_rand random(seed);
    std::vector<Mention> posts;
    for (int i = 0; i < 120; ++i) {
      posts.push_back(post(100 + i, fmt::format("guest{}@a", random() % 60),
                           "Morton's, two ribeyes to JFK in three hours?"));
      if (random() % 4 == 0) posts.push_back(posts[random() % posts.size()]);
    }
    std::jthread feeding([&, posts] {
      for (const Mention& one : posts) publish(*house.bus, {one});
    });
    for (int life = 0; life < 6; ++life) {
      Node one(*house.bus, house.clock, house.scratch.path() / "one", "one");
      Node two(*house.bus, house.clock, house.scratch.path() / "two", "two");
      const int64_t kill_at = 1 + static_cast<int64_t>(random() % 12);
      one.faulty.fail_at(kill_at, static_cast<test::Break>(random() % 3), true);
      std::stop_source stop;
      std::jthread other([&] {
        for (int i = 0; i < 6 && !stop.stop_requested(); ++i)
          static_cast<void>(two.dispatcher.step(5ms, stop.get_token()).has_value());
      });
      std::jthread killer(
          [&] { real_clock().sleep_until(real_clock().now() + 150ms, {}), stop.request_stop(); });
      for (int i = 0; i < 6; ++i)
        static_cast<void>(one.dispatcher.step(5ms, stop.get_token()).has_value());
    }
    feeding.join();
    Node last(*house.bus, house.clock, house.scratch.path() / "one", "one");
    settle_all(last);
    const Ending out = outcome(*house.bus, last);
    for (const Mention& one : posts) CHECK(out.verdicts.contains(cause_of(one)));
  }
}
