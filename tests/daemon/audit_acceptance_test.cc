// Acceptance in verify's own words against the law's: two statements that share no code must come
// to the same end, on every verb in every state and on random logs.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <random>

#include "bus/accept.h"
#include "bus/mention.h"
#include "bus/topics.h"
#include "daemon/audit/acceptance.h"
#include "daemon/audit/marks.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 18h;

audit::Event told(const TaskEvent& event) {
  audit::Event same;
  same.task = event.task;
  same.cause = event.cause;
  same.verb = word(event.verb);
  same.to = event.to;
  same.rev = event.rev;
  same.asks = event.opening && !event.opening->ask.empty();
  return same;
}

}  // namespace

TEST_CASE("two statements of one law: random events on a key come to the same end") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned end) { return static_cast<int>(random() % end); };
    KeyState law;
    audit::Key own;
    Time time = kStart;
    for (int i = 0; i < 60; ++i) {
      TaskEvent event;
      event.task = "t1";
      event.verb =
          static_cast<Verb>(i == 0 ? 0 : below(static_cast<unsigned>(verb_table().size())));
      event.rev = law.rev + (below(4) > 0 ? 1 : below(3));
      event.cause = fmt::format("cause {}", below(40));
      event.to = "t2";
      if (event.verb == Verb::opened) event.opening.emplace();
      if (event.verb == Verb::opened && below(2) == 0)
        event.opening->ask.push_back({"manager", 5min});
      time += std::chrono::hours(below(60));
      const auto reason = accept(law, event, time);
      const audit::Void other = audit::judge(own, told(event), time);
      CHECK(std::string(reason ? word(*reason) : "") == std::string(other ? other : ""));
      if (!reason) advance(law, event, time);
      CHECK(own.rev == law.rev);
      CHECK(std::string(audit::state_word(own.state)) == word(law.state));
    }
    for (const auto& [cause, verb] : law.causes) {
      const audit::Act* act = own.act(audit::mark(cause));
      REQUIRE(act);
      CHECK(act->applied);
      CHECK(std::string(audit::verb_word(act->verb)) == word(verb));
    }
  }
}

TEST_CASE("what cannot be read is void for the reason the law gives") {
  const std::string good =
      R"("task":"t1","rev":1,"cause":"c","verb":"noted","at":"2026-03-05T18:00:00Z")";
  const std::string cases[][3] = {
      {"{\"v\":1," + good + "}", "yes", ""},
      {"{" + good + "}", "no", "unreadable"},
      {"{\"v\":0," + good + "}", "no", "unreadable"},
      {"{\"v\":2," + good + "}", "newer", ""},
      {"[1]", "no", "unreadable"},
      {R"({"v":1,"task":"t1","rev":0,"cause":"c","verb":"noted","at":"2026-03-05T18:00:00Z"})",
       "no", "unreadable"},
      {R"({"v":1,"task":"t1","rev":1,"cause":"","verb":"noted","at":"2026-03-05T18:00:00Z"})", "no",
       "unreadable"},
      {R"({"v":1,"task":"t1","rev":1,"cause":"c","verb":"noted"})", "no", "unreadable"},
      {R"({"v":1,"task":"t1","rev":1,"cause":"c","verb":"danced","at":"2026-03-05T18:00:00Z"})",
       "no", "unknown_verb"},
      {R"({"v":1,"task":"t2","rev":1,"cause":"c","verb":"noted","at":"2026-03-05T18:00:00Z"})",
       "no", "wrong_key"},
  };
  for (const auto& [value, readable, why] : cases) {
    CAPTURE(value);
    const auto document = json::Document::parse(value);
    REQUIRE(document);
    audit::Event event;
    audit::Void reason = nullptr;
    const auto got = audit::read_event(document->root(), "t1", event, reason);
    CHECK((got == audit::Readable::yes) == (readable == "yes"));
    CHECK((got == audit::Readable::newer) == (readable == "newer"));
    if (!why.empty()) CHECK(why == reason);
    const auto law = task_event_from_json(document->root());
    if (why != "wrong_key") CHECK(law.has_value() == (readable == "yes"));
  }
}

TEST_CASE("partitions and task names are the bus's own") {
  // Kafka's own test vectors of murmur2, and the name that the design gives.
  const std::pair<const char*, int> vectors[] = {{"21", -973932308},
                                                 {"foobar", -790332482},
                                                 {"a-little-bit-long-string", -985981536},
                                                 {"a-little-bit-longer-string", -1486304829},
                                                 {"abc", 479470107}};
  for (const auto& [key, hash] : vectors) {
    CAPTURE(key);
    CHECK(audit::partition_for(key, 1 << 30) == (hash & 0x7fffffff) % (1 << 30));
  }
  CHECK(audit::task_name("mastodon:https://social.example/users/alice/statuses/1") ==
        "t9m3rfqahe4r0qvd9");
  for (int i = 0; i < 500; ++i) {
    const std::string key(static_cast<size_t>(i % 7), static_cast<char>(i * 37));
    const std::string longer = fmt::format("mastodon:{}{}", key, i);
    CHECK(audit::partition_for(longer, 12) == partition_of(longer, 12));
    CHECK(audit::task_name(longer) == task_id_of(longer));
  }
}

TEST_CASE("the table of marks keeps what it was given, however it grows") {
  audit::Marks marks;
  for (uint64_t i = 0; i < 20'000; ++i) marks[i * 0x9e3779b97f4a7c15] += i + 1;
  for (uint64_t i = 0; i < 20'000; ++i) marks[i * 0x9e3779b97f4a7c15] += 1;
  CHECK(marks.size() == 20'000);
  for (uint64_t i = 0; i < 20'000; ++i) CHECK(marks[i * 0x9e3779b97f4a7c15] == i + 2);
}
