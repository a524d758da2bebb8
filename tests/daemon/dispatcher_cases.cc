#include "tests/daemon/dispatcher_cases.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <random>
#include <thread>

#include "daemon/configuration.h"
#include "daemon/log_lines.h"
#include "dispatch/dispatcher.h"
#include "tests/bus/faulty_bus.h"

namespace maitred::test {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLook{200};

const Time kTen = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 22h;

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
  Node(Bus& bus, House& home, std::filesystem::path directory, std::string name)
      : names(home.names),
        faulty(bus),
        fold(faulty, names, {&tasks, &customers}, directory),
        appender(faulty, names, Topic::tasks, fold, tasks, home.clock),
        dispatcher({faulty, names, std::move(name), home.clock, fold, appender, tasks, customers,
                    knowledge}) {
    std::filesystem::create_directories(directory);
    const auto opened = fold.open();
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().text));
    folding = std::jthread([this](std::stop_token stop) { fold.run(stop); });
  }
  const TopicNames& names;
  FaultyBus faulty;
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
  mention.posted_at = kTen;
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

void publish(Bus& bus, const TopicNames& names, const std::vector<Mention>& mentions) {
  std::vector<Record> records;
  for (const Mention& mention : mentions) {
    records.push_back(make_record(names, Topic::mentions, record_key(mention), cause_of(mention),
                                  to_json(mention)));
  }
  REQUIRE(bus.publish(names.name(Topic::mentions), records));
}

// What came out, as far as it must be the same however often things broke on the way.
struct Ending {
  std::map<std::string, std::string> verdicts;         // mention@revision → the last why and task
  std::map<std::string, std::set<std::string>> tasks;  // task → its state, posts heard
  bool operator==(const Ending&) const = default;
};

Ending outcome(Bus& bus, Node& node) {
  Ending out;
  REQUIRE(read_all(bus, {{node.names.name(Topic::verdicts), {}}}, [&](const Stored& record) {
    const auto document = json::Document::parse(*record.value);
    REQUIRE(document);
    const json::View verdict = document->root();
    out.verdicts[fmt::format("{}@{}", verdict["mention"].string(), verdict["revision"].string())] =
        fmt::format("{} {}", verdict["why"].string(), verdict["task"].string());
  }));
  std::map<std::string, int> openings;
  REQUIRE(read_all(bus, {{node.names.name(Topic::tasks), {}}}, [&](const Stored& record) {
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

// A log with the evening's clock, and somewhere for books.
struct Bench {
  std::unique_ptr<House> home;
  std::shared_ptr<Bus> bus = home->open();
  Scratch scratch;
  std::filesystem::path books = scratch.path() / "books";

  explicit Bench(BuildHouse build) : home(build()) { home->advance_to(kTen); }
  void publish(const std::vector<Mention>& mentions) { test::publish(*bus, home->names, mentions); }
  Positions ends(Topic topic) {
    const auto ends = bus->ends(home->names.name(topic));
    REQUIRE_MESSAGE(ends, (ends ? "" : ends.error().text));
    return *ends;
  }
  bool is_settled() {
    const auto committed = bus->committed(home->mentions(), "dispatch");
    return committed && *committed == ends(Topic::mentions);
  }
  // All that is on the log, by this node.
  void settle(Node& node) {
    const Time until = real_clock().now() + kPatience;
    while (!is_settled() && real_clock().now() < until)
      static_cast<void>(node.dispatcher.step(kLook, {}).has_value());
    REQUIRE(is_settled());
    REQUIRE(node.fold.wait_until_ready(kPatience));
    REQUIRE(node.fold.wait_until(Topic::tasks, ends(Topic::tasks), kPatience));
  }
  // The same, but it dies as soon as its bus does.
  void die(Node& node) {
    std::stop_source killed;
    const std::jthread killer([&](std::stop_token over) {
      wait_for([&] { return node.faulty.has_failed() || over.stop_requested(); });
      real_clock().sleep_until(real_clock().now() + 60ms, over);
      killed.request_stop();
    });
    while (!killed.stop_requested() && !is_settled()) {
      if (!node.dispatcher.step(kLook, killed.get_token())) break;
    }
  }
};

}  // namespace

void settle_an_evening(BuildHouse build) {
  Bench bench(build);
  bench.publish(evening());
  Node node(*bench.bus, *bench.home, bench.books, "a");
  bench.settle(node);
  const Ending out = outcome(*bench.bus, node);
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

// What a batch means to write is not yet so: a post joins no task that a rival then makes
// impossible, and a second copy's verdict is what the log says, not what the first meant to be.
void obey_a_rival(BuildHouse build) {
  Bench bench(build);
  const std::string dinner = "Morton's, can you bring a porterhouse to Newark airport in 2 hours?";
  const Mention first = post(1, "ann@a", dinner);
  const Mention second = post(2, "ann@a", "@Mortons and a ribeye to Newark airport at midnight");
  bench.publish({first, second, first});
  Node node(*bench.bus, *bench.home, bench.books, "a");
  const std::string key = task_id_of(first.id);
  node.faulty.before_publish(bench.home->names.name(Topic::tasks), [&] {
    TaskEvent event;
    event.task = key;
    event.rev = 1;
    event.cause = first.id + "@0w";
    event.verb = Verb::withdrawn;
    event.by = {"dispatch", "rival"};
    event.at = kTen;
    event.mention = first.id;
    event.revision = "0w";
    REQUIRE(bench.bus->publish(bench.home->names.name(Topic::tasks),
                               std::vector{make_record(bench.home->names, Topic::tasks, key,
                                                       key + "/" + event.cause, to_json(event))}));
  });
  bench.settle(node);
  const Ending out = outcome(*bench.bus, node);
  CHECK(out.tasks.at(key).contains("state no_task"));
  CHECK(out.verdicts.at(first.id + "@0").find("opened") == std::string::npos);
  const std::string own = task_id_of(second.id);
  CHECK(out.verdicts.at(second.id + "@0") == "opened " + own);
  CHECK(out.tasks.at(own).contains("state open"));
}

void kill_at_every_step(BuildHouse build, const CrashEffort& effort) {
  Ending undisturbed;
  int64_t operations = 0;
  {
    Bench bench(build);
    bench.publish(evening());
    Node node(*bench.bus, *bench.home, bench.books, "a");
    const int64_t before = node.faulty.operations();
    bench.settle(node);
    operations = node.faulty.operations() - before;
    undisturbed = outcome(*bench.bus, node);
  }
  constexpr std::array kWays{Break::before, Break::after, Break::halfway};
  const auto ways = std::ssize(kWays);
  int64_t stride = (operations * ways + effort.crashes_max - 1) / effort.crashes_max;
  if (stride % ways == 0) ++stride;  // so that each way has its turn
  for (int64_t crash = 0; crash < operations * ways; crash += stride) {
    const Break how = kWays[static_cast<size_t>(crash % ways)];
    const int64_t n = 1 + crash / ways;
    CAPTURE(static_cast<int>(how));
    CAPTURE(n);
    Bench bench(build);
    bench.publish(evening());
    {
      Node node(*bench.bus, *bench.home, bench.books, "a");
      node.faulty.fail_at(n, how, true);
      bench.die(node);
    }
    if (n % 2 == 0) std::filesystem::remove_all(bench.books);
    Node again(*bench.bus, *bench.home, bench.books, "a");
    bench.settle(again);
    CHECK(outcome(*bench.bus, again) == undisturbed);
    const std::string lived = *again.tasks.dump();
    Node rebuilt(*bench.bus, *bench.home, bench.scratch.path() / "rebuilt", "b");
    REQUIRE(rebuilt.fold.wait_until(Topic::tasks, bench.ends(Topic::tasks), kPatience));
    CHECK(*rebuilt.tasks.dump() == lived);
  }
}

void let_two_come_and_go(BuildHouse build, const CrashEffort& effort) {
  for (unsigned seed = 1; seed <= effort.seeds; ++seed) {
    CAPTURE(seed);
    Bench bench(build);
    const std::shared_ptr<Bus> beside = bench.home->open_beside(bench.bus);
    std::minstd_rand random(seed);
    std::vector<Mention> posts;
    for (int i = 0; i < 120; ++i) {
      posts.push_back(post(100 + i, fmt::format("guest{}@a", random() % 60),
                           "Morton's, two ribeyes to JFK in three hours?"));
      if (random() % 4 == 0) posts.push_back(posts[random() % posts.size()]);
    }
    std::jthread feeding([&, posts] {
      for (const Mention& one : posts) bench.publish({one});
    });
    for (int life = 0; life < 6; ++life) {
      Node one(*bench.bus, *bench.home, bench.scratch.path() / "one", "one");
      Node two(*beside, *bench.home, bench.scratch.path() / "two", "two");
      const auto within = static_cast<unsigned>(effort.dies_within);
      one.faulty.fail_at(1 + static_cast<int64_t>(random() % within),
                         static_cast<Break>(random() % 3), true);
      std::stop_source stop;
      const std::jthread killer([&] {
        real_clock().sleep_until(real_clock().now() + effort.life, {});
        stop.request_stop();
      });
      const auto live = [&](Node& node) {
        while (!stop.stop_requested() && node.dispatcher.step(5ms, stop.get_token())) continue;
      };
      const std::jthread other([&] { live(two); });
      live(one);
    }
    feeding.join();
    Node last(*bench.bus, *bench.home, bench.scratch.path() / "one", "one");
    bench.settle(last);
    const Ending out = outcome(*bench.bus, last);
    for (const Mention& one : posts) CHECK(out.verdicts.contains(cause_of(one)));
  }
}

}  // namespace maitred::test
