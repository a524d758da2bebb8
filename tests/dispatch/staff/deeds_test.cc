// Who may do what to a task.
#include "dispatch/staff/deeds.h"

#include <doctest/doctest.h>

#include "tests/dispatch/staff/evening.h"

using namespace maitred;
using namespace maitred::test;

TEST_CASE("who was told because nobody nearer answered may act; others of elsewhere may not") {
  Roster roster;
  roster.people = people();
  roster.people.push_back(person("gwen", "Gwen", "duty_manager", "guest-relations"));
  roster.people.push_back(person("otto", "Otto", "crew", "guest-relations"));
  Opening how = opening();
  how.ladder = {{"crew", std::chrono::minutes(5)}, {"duty_manager", std::chrono::minutes(5)}};
  Story story;
  story.tell(opened(std::move(how)), kEvening);
  const auto refusal = [&](const char* who) {
    return why_not(story.task, *roster.find(who), Verb::claimed, roster, settings());
  };
  CHECK(refusal("anna") == "");
  CHECK(refusal("gwen") == "");
  CHECK(refusal("otto") == "otto is of guest-relations, and this task is Hackensack's.");
}
