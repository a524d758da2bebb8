// Acceptance, whole: every verb in every state against a table written out a second time here, and
// every reason for which an event is void.
#include <doctest/doctest.h>

#include <array>
#include <string_view>

#include "bus/accept.h"
#include "bus/bus.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5));
constexpr std::array kStates{TaskState::none,   TaskState::no_task, TaskState::awaiting_approval,
                             TaskState::open,   TaskState::claimed, TaskState::done,
                             TaskState::dropped};

TaskEvent event(Verb verb, int64_t rev, std::string cause = "cause") {
  TaskEvent made;
  made.task = "t1";
  made.rev = rev;
  made.cause = std::move(cause);
  made.verb = verb;
  made.at = kStart;
  if (verb == Verb::opened) made.opening.emplace();
  return made;
}

}  // namespace

TEST_CASE("every verb is allowed in exactly the states of the table, and leads where it says") {
  // Columns as in kStates: none, no_task, awaiting (w), open (o), claimed (c), done (d), dropped
  // (x). A letter is the state after; a dot is void.
  struct RowOf {
    Verb verb;
    std::string_view after;
  };
  const std::vector<RowOf> rows{
      {Verb::opened, "o......"},     {Verb::joined, "n......"},   {Verb::withdrawn, "n......"},
      {Verb::heard, "..wocdx"},      {Verb::edited, "..wocdx"},   {Verb::retracted, "..wocdx"},
      {Verb::identified, "..woc.."}, {Verb::asked, "..w...."},    {Verb::approved, "..o...."},
      {Verb::declined, "..x...."},   {Verb::claimed, "...c..."},  {Verb::refused, "...o..."},
      {Verb::passed, "...oo.."},     {Verb::given, "....c.."},    {Verb::released, "....o.."},
      {Verb::progressed, "....c.."}, {Verb::moved, "..woc.."},    {Verb::nudged, "..woc.."},
      {Verb::escalated, "..woc.."},  {Verb::lapsed, "..woc.."},   {Verb::noted, "..wocdx"},
      {Verb::promised, "..wocdx"},   {Verb::kept, "..wocdx"},     {Verb::replied, "..wocdx"},
      {Verb::settled, "..wocdx"},    {Verb::finished, "....d.."}, {Verb::dropped, "..xxx.."},
      {Verb::reopened, ".....oo"},
  };
  CHECK(rows.size() == verb_table().size());
  constexpr std::string_view kLetters = "?nwocdx";
  for (const RowOf& row : rows) {
    for (size_t i = 0; i < kStates.size(); ++i) {
      CAPTURE(word(row.verb));
      CAPTURE(word(kStates[i]));
      KeyState key{3, kStates[i], kStart, {}};
      const auto reason = accept(key, event(row.verb, 4), kStart);
      if (row.after[i] == '.') {
        CHECK(reason == VoidReason::wrong_state);
        continue;
      }
      REQUIRE(!reason);
      advance(key, event(row.verb, 4), kStart);
      CHECK(kLetters[static_cast<size_t>(key.state)] == row.after[i]);
      CHECK(key.rev == 4);
      CHECK(key.causes.at("cause") == row.verb);
    }
  }
}

TEST_CASE("an opening that asks begins as awaiting approval") {
  KeyState key;
  TaskEvent opened = event(Verb::opened, 1);
  opened.opening->ask.push_back({"floor_manager", 300s});
  advance(key, opened, kStart);
  CHECK(key.state == TaskState::awaiting_approval);
  CHECK(key.first == kStart);
}

TEST_CASE("an event is void for its first reason") {
  KeyState key{2, TaskState::open, kStart, {{"done before", Verb::noted}}};
  const Time late = kStart + kKeyLifetime;
  CHECK(!accept(key, event(Verb::claimed, 3), late));
  CHECK(accept(key, event(Verb::claimed, 3), late + 1ms) == VoidReason::too_late);
  CHECK(accept(key, event(Verb::claimed, 3, "done before"), kStart) == VoidReason::cause_applied);
  CHECK(accept(key, event(Verb::claimed, 2), kStart) == VoidReason::wrong_rev);
  CHECK(accept(key, event(Verb::claimed, 4), kStart) == VoidReason::wrong_rev);
  CHECK(accept(key, event(Verb::finished, 3), kStart) == VoidReason::wrong_state);
  CHECK(accept(KeyState{}, event(Verb::claimed, 1), kStart) == VoidReason::wrong_state);
}

TEST_CASE("an event travels as JSON and comes back the same") {
  TaskEvent sent = event(Verb::opened, 1, "mastodon:https://a/1@0");
  sent.by = {"dispatch", "node-a"};
  sent.mention = "mastodon:https://a/1";
  sent.revision = "0";
  sent.opening =
      Opening{"opened",
              {"https://a/1", "porterhouse “please”", "mastodon:x@a", "x@a", "en", kStart},
              "c1",
              "known",
              "delight",
              Gesture{"the meal", 59.5, "USD"},
              {{"porterhouse", 2, "24 oz"}},
              "EWR",
              Window{kStart, kStart + 2h, "America/New_York", "arrival"},
              "hackensack",
              {"cook", "drive"},
              {{"crew", 300s}},
              {{"floor_manager", 60s}},
              "request"};
  const auto document = json::Document::parse(to_json(sent));
  REQUIRE(document);
  const auto back = task_event_from_json(document->root());
  REQUIRE_MESSAGE(back, (back ? "" : back.error().text));
  CHECK(to_json(*back) == to_json(sent));
  CHECK(back->opening->window == sent.opening->window);
  CHECK(back->opening->gesture->sum == 59.5);
}

TEST_CASE("what is no event is told apart: unreadable, an unknown verb, a newer version") {
  const auto fault = [](const std::string& text) {
    const auto document = json::Document::parse(text);
    REQUIRE(document);
    const auto parsed = task_event_from_json(document->root());
    REQUIRE(!parsed);
    return parsed.error().fault;
  };
  const std::string rest = R"(,"cause":"c","at":"2026-03-05T00:00:00Z"})";
  CHECK(fault("[]") == Fault::malformed);
  CHECK(fault("{}") == Fault::malformed);
  CHECK(fault(R"({"v":1,"task":"t","rev":0,"verb":"noted")" + rest) == Fault::malformed);
  CHECK(fault(R"({"v":1,"task":"t","rev":1,"verb":"danced")" + rest) == Fault::missing);
  CHECK(fault(R"({"v":2,"task":"t"})") == Fault::broken);
}
