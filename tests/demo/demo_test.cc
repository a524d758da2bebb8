// The parts of the demo that need no daemon: what is shown, what is read back, who judges.
#include <doctest/doctest.h>

#include "base/files.h"
#include "demo/phone.h"
#include "demo/referee.h"
#include "demo/script.h"
#include "demo/terminal.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace maitred::demo;

namespace {

const TopicNames kNames;
const Time kSix{std::chrono::sys_days(std::chrono::year(2026) / 3 / 5) + std::chrono::hours(23)};

Stored record(Topic topic, std::string key, std::string value, std::chrono::minutes after) {
  Stored stored;
  static const std::string mentions = kNames.name(Topic::mentions);
  static const std::string verdicts = kNames.name(Topic::verdicts);
  static const std::string tasks = kNames.name(Topic::tasks);
  static const std::string pushes = kNames.name(Topic::pushes);
  stored.topic = topic == Topic::mentions   ? mentions
                 : topic == Topic::verdicts ? verdicts
                 : topic == Topic::tasks    ? tasks
                                            : pushes;
  stored.log_time = kSix + after;
  stored.key = std::move(key);
  stored.value = std::move(value);
  return stored;
}

TaskEvent event(Verb verb, int64_t rev) {
  TaskEvent event;
  event.task = task_id_of("folder:1");
  event.rev = rev;
  event.cause = "cause " + std::to_string(rev);
  event.verb = verb;
  event.by = {"staff", "anna"};
  return event;
}

// A post that became a task at hackensack, claimed five minutes later; and one that did not.
Chronicle evening() {
  using std::chrono::minutes;
  Chronicle chronicle(kNames);
  const auto take = [&](const Stored& stored) { chronicle.take(stored); };
  for (const char* id : {"folder:1", "folder:2"}) {
    Mention mention;
    mention.id = id;
    mention.network = "folder";
    mention.text = std::string("the words of ") + id;
    take(record(Topic::mentions, id, to_json(mention), minutes(1)));
  }
  TaskEvent opened = event(Verb::opened, 1);
  opened.by = {"dispatch", "here"};
  opened.mention = "folder:1";
  opened.opening = Opening{};
  opened.opening->store = "hackensack";
  opened.opening->playbook = "delight";
  take(record(Topic::tasks, opened.task, to_json(opened), minutes(2)));
  Verdict verdict;
  verdict.mention = "folder:1";
  verdict.why = Why::opened;
  verdict.task = opened.task;
  take(record(Topic::verdicts, "folder:1", to_json(verdict), minutes(2)));
  verdict.mention = "folder:2";
  verdict.why = Why::not_ours;
  verdict.task.clear();
  take(record(Topic::verdicts, "folder:2", to_json(verdict), minutes(3)));
  Push push;
  push.task = opened.task;
  push.step = "claim:1.0";
  push.person = "anna";
  push.courier = "console";
  take(record(Topic::pushes, push.task, to_json(push), minutes(2)));
  take(record(Topic::tasks, opened.task, to_json(event(Verb::claimed, 2)), minutes(7)));
  TaskEvent late = event(Verb::released, 2);  // its rev is taken: void
  take(record(Topic::tasks, opened.task, to_json(late), minutes(8)));
  return chronicle;
}

Expected as_it_was() {
  Expected expected;
  expected.name = "one";
  expected.text = "words of folder:1";
  expected.why = "opened";
  expected.task = true;
  expected.store = "hackensack";
  expected.playbook = "delight";
  expected.state = "claimed";
  expected.told = {"anna"};
  expected.earliest = expected.latest = kSix + std::chrono::minutes(7);
  return expected;
}

}  // namespace

TEST_CASE("the referee finds nothing where all is as expected") {
  Expected other;
  other.name = "two";
  other.text = "words of folder:2";
  other.why = "not_ours";
  other.latest = kSix + std::chrono::minutes(3);
  CHECK(judge({as_it_was(), other}, evening()) == std::vector<std::string>());
}

TEST_CASE("the referee names whatever differs: expected X, found Y") {
  using Change = void (*)(Expected&);
  struct Row {
    Change change;
    const char* finding;
  };
  const Row rows[] = {
      {[](Expected& e) { e.text = "said by nobody"; },
       "one: expected 1 post that says \"said by nobody\", found 0"},
      {[](Expected& e) { e.text = "the words of"; },
       "one: expected 1 post that says \"the words of\", found 2"},
      {[](Expected& e) { e.why = "joined"; }, "one: expected why joined, found opened"},
      {[](Expected& e) { e.task = false; }, "one: expected no task, found task "},
      {[](Expected& e) { e.store = "manhattan"; },
       "one: expected store manhattan, found hackensack"},
      {[](Expected& e) { e.playbook = "request"; },
       "one: expected playbook request, found delight"},
      {[](Expected& e) { e.state = "done"; }, "one: expected state done, found claimed"},
      {[](Expected& e) { e.told = {"ben"}; }, "one: expected a push to ben, found none"},
      {[](Expected& e) { e.due_to = kSix; }, "one: expected due, found none"},
      {[](Expected& e) { e.earliest = kSix + std::chrono::minutes(8); },
       "one: expected its end not before 2026-03-05T23:08:00Z, found 2026-03-05T23:07:00Z"},
      {[](Expected& e) { e.latest = kSix + std::chrono::minutes(6); },
       "one: expected its end by 2026-03-05T23:06:00Z, found 2026-03-05T23:07:00Z"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.finding);
    Expected expected = as_it_was();
    row.change(expected);
    const auto findings = judge({expected}, evening());
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().starts_with(row.finding));
  }
}

TEST_CASE("lines are broken by what is seen: Han takes two columns, a long word is cut") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("a bc def", 4) == Lines{"a bc", "def"});
  CHECK(wrap("abcdefgh", 3) == Lines{"abc", "def", "gh"});
  CHECK(wrap("莫頓牛排館", 5) == Lines{"莫頓", "牛排", "館"});
  CHECK(wrap("到JFK機場", 6) == Lines{"到JFK", "機場"});
  CHECK(wrap("one\n\ntwo", 9) == Lines{"one", "", "two"});
  CHECK(columns_of("莫頓 x ✓") == 8);
  CHECK(fit("牛排館", 5) == "牛排…");
  CHECK(fit("ab", 4) == "ab  ");
}

TEST_CASE("a push on the console is a phone with its buttons and its link") {
  PhoneReader reader;
  std::optional<Phone> phone;
  for (const char* line :
       {"something else", "→ anna: coffee · Manhattan", "    “see http://a.example: [1]",
        "    http://b.example”", "    [Claim]  maitred tasks claim t9m3r --as anna",
        "    [call her ✓]  maitred tasks progress t9m3r --as anna --step 'call her'"}) {
    CHECK_FALSE(reader.take(line));
  }
  phone = reader.take("    http://127.0.0.1:1/b/x.y");
  REQUIRE(phone);
  CHECK(phone->person == "anna");
  CHECK(phone->title == "coffee · Manhattan");
  CHECK(phone->text.size() == 2);
  CHECK(phone->link == "http://127.0.0.1:1/b/x.y");
  REQUIRE(phone->button("claim"));
  CHECK(phone->button("claim")->task == "t9m3r");
  REQUIRE(phone->button("call her"));
  CHECK(phone->button("call her")->label == "call her ✓");
  CHECK_FALSE(reader.take("    http://127.0.0.1:1/b/x.y"));
}

TEST_CASE("the demo's own script and expectations can be read, and know the same posts") {
  const std::filesystem::path demo = std::filesystem::path(MAITRED_SOURCE_DIR) / "config/demo";
  const auto script = load_script(demo / "script.toml");
  REQUIRE_MESSAGE(script, (script ? "" : script.error().text));
  const auto expected = load_expected(demo / "expected.toml");
  REQUIRE_MESSAGE(expected, (expected ? "" : expected.error().text));
  REQUIRE(script->posts.size() == expected->size());
  for (size_t i = 0; i < expected->size(); ++i) {
    CHECK(script->posts[i].name == (*expected)[i].name);
    CHECK(script->posts[i].mention.text.find((*expected)[i].text) != std::string::npos);
  }
}

TEST_CASE("a mistake in the script is told with its line") {
  test::Scratch scratch;
  const auto file = scratch.path() / "script.toml";
  REQUIRE(replace_file(file,
                       "[[post]]\nname = \"a\"\ntext = \"b\"\n[[part]]\npost = \"c\"\n"
                       "person = \"anna\"\nacts = [\"claim\"]\n"));
  const auto script = load_script(file);
  REQUIRE_FALSE(script);
  CHECK(script.error().text.find("'claim' is no act") != std::string::npos);
  CHECK(script.error().text.find("there is no post of that name") != std::string::npos);
}
