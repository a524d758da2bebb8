#include "daemon/rehearsal.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/zone.h"
#include "daemon/people_tables.h"

namespace maitred {
namespace {

const Configuration& demo() {
  static const auto loaded = Configuration::load(demo_configuration());
  REQUIRE(loaded.faults.empty());
  return loaded.configuration;
}

const std::vector<Customer>& guests() {
  static const auto customers = [] {
    std::vector<ConfigFault> faults;
    auto read = load_customers(demo_configuration().parent_path() / "customers.csv", faults);
    REQUIRE(to_text(faults) == "");
    return read;
  }();
  return customers;
}

const Rehearsal& rehearsal() {
  static const auto made = Rehearsal::make(demo(), guests());
  REQUIRE(made);
  return *made;
}

TEST_CASE("the demo's examples are decided by their own playbook as they say") {
  for (const Playbook& playbook : demo().rules->playbooks) {
    for (const Example& example : playbook.example) {
      CAPTURE(example.text);
      const Judgement judgement = rehearsal().judge(playbook, example);
      CAPTURE(judgement.decision.note);
      CHECK(std::string(word(judgement.decision.why)) == example.why);
      CHECK(judgement.decision.playbook == playbook.name);
      if (judgement.decision.opening && !example.store.empty()) {
        CHECK(judgement.decision.opening->store == example.store);
      }
    }
  }
}

TEST_CASE("a guest is known by a handle with consent, and only then is the meal given") {
  struct Row {
    const char* author;
    Who who;
    const char* playbook;
    bool gift;
  };
  for (const Row& row : {
           Row{"mastodon:peter@social.example", Who::known, "delight", true},
           Row{"mastodon:ada@social.example", Who::unknown, "request", false},
           Row{"mastodon:nobody@social.example", Who::unknown, "request", false},
       }) {
    CAPTURE(std::string(row.author));
    Mention mention;
    mention.id = "mastodon:1";
    mention.network = "mastodon";
    mention.author.id = row.author;
    mention.text = "Morton's, please bring a porterhouse to Newark airport in two hours";
    mention.posted_at = *parse_rfc3339("2026-03-05T23:00:00Z");
    const Judgement judgement = rehearsal().judge(mention);
    CHECK(judgement.verdict.identity.who == row.who);
    CHECK(judgement.verdict.playbook == row.playbook);
    CHECK(judgement.verdict.why == Why::opened);
    REQUIRE(judgement.decision.opening);
    CHECK(judgement.decision.opening->store == "hackensack");
    CHECK(judgement.decision.opening->gesture.has_value() == row.gift);
    CHECK_FALSE(judgement.passed_over.empty());
    for (const PassedOver& other : judgement.passed_over) CHECK_FALSE(other.reasons.empty());
  }
}

TEST_CASE("the demo's people can be imported as they are") {
  const auto here = demo_configuration().parent_path();
  std::vector<ConfigFault> faults;
  const auto people = load_people(here / "staff.csv", faults);
  const auto shifts = load_shifts(here / "shifts.csv", faults);
  CHECK(to_text(faults) == "");
  CHECK(people.size() > 10);
  for (const Store& store : demo().rules->stores.all) {
    CAPTURE(store.id);
    CHECK(std::any_of(people.begin(), people.end(),
                      [&](const Person& person) { return person.store == store.id; }));
  }
  for (const Shift& shift : shifts) {
    CAPTURE(shift.id);
    CHECK(std::any_of(people.begin(), people.end(),
                      [&](const Person& person) { return person.id == shift.staff; }));
  }
  REQUIRE_FALSE(guests().empty());
  CHECK(guests()[0].handles.at(0).id == "peter@social.example");
  REQUIRE(guests()[0].handles.at(0).consent);
  CHECK(guests()[0].handles.at(0).consent->source == "app");
}

}  // namespace
}  // namespace maitred
