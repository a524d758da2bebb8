#include <doctest/doctest.h>

#include "base/zone.h"
#include "bus/customer.h"
#include "bus/staff.h"
#include "bus/verdict.h"

namespace maitred {
namespace {

// Written, read and written again gives the same line.
template <typename T, typename F>
void check_round_trip(const T& value, F&& read) {
  const std::string line = to_json(value);
  CAPTURE(line);
  const auto document = json::Document::parse(line);
  REQUIRE(document);
  const auto again = read(document->root());
  REQUIRE(again);
  CHECK(to_json(*again) == line);
}

Customer customer_of(std::string id) {
  Customer customer;
  customer.id = std::move(id);
  return customer;
}

Link erased_link(std::string author) {
  Link link;
  link.author = std::move(author);
  link.erased = true;
  return link;
}

TEST_CASE("customers, links, people, shifts and verdicts come back as they were written") {
  const auto at = *parse_rfc3339("2026-03-05T18:00:00Z");
  check_round_trip(Customer{"c1",
                            "Ann O'Hara",
                            "gold",
                            {"+1 201"},
                            {"a@b.example"},
                            {{"mastodon", "ann@social.example", "ann", Consent{"app", at}},
                             {"bluesky", "did:plc:x", "", {}}},
                            "America/New_York",
                            40.5,
                            -74.25,
                            "hackensack",
                            {"rare", "no shrimp"}},
                   customer_from_json);
  check_round_trip(customer_of("bare"), customer_from_json);
  check_round_trip(Link{"mastodon:x@y", "c1", "shell", "anna", at, Consent{"letter", at}, false},
                   link_from_json);
  check_round_trip(erased_link("mastodon:x@y"), link_from_json);
  check_round_trip(Person{"anna",
                          "Anna",
                          "crew",
                          "hackensack",
                          {"en", "zh"},
                          "22:00-08:00",
                          {{"ntfy", "store-1"}, {"console", ""}}},
                   person_from_json);
  check_round_trip(Shift{"s1", "anna", "Mo-Fr", "17:00", "01:00", "America/New_York"},
                   shift_from_json);
  Verdict verdict;
  verdict.mention = "mastodon:https://x/1";
  verdict.revision = "0";
  verdict.why = Why::opened;
  verdict.identity = {Who::likely, "", "", {{"c1", 0.75, {"same name", "same town"}}}};
  verdict.playbook = "delight";
  verdict.stores = {{"hackensack", "chosen", 45, "table EWR:45"}, {"taipei", "closed", {}, ""}};
  verdict.note = "why";
  check_round_trip(verdict, verdict_from_json);
}

TEST_CASE("what lacks its key is malformed, and consent without a source is none") {
  const auto root = [](const char* text) {
    static std::vector<json::Document> kept;
    kept.push_back(*json::Document::parse(text));
    return kept.back().root();
  };
  CHECK_FALSE(customer_from_json(root("{}")));
  CHECK_FALSE(customer_from_json(root("[]")));
  CHECK_FALSE(link_from_json(root(R"({"author":"a"})")));
  CHECK_FALSE(person_from_json(root(R"({"id":"a"})")));
  CHECK_FALSE(shift_from_json(root(R"({"id":"a"})")));
  CHECK_FALSE(verdict_from_json(root(R"({"mention":"m","why":"because"})")));
  const auto customer = customer_from_json(
      root(R"({"id":"c","handles":[{"network":"x","id":"1","consent":{"source":""}}]})"));
  REQUIRE(customer);
  CHECK_FALSE(customer->handles.at(0).consent);
}

TEST_CASE("every why and who has a word that leads back to it") {
  for (int i = 0; i <= static_cast<int>(Why::failed); ++i) {
    const Why why = static_cast<Why>(i);
    CAPTURE(word(why));
    CHECK(why_from(word(why)) == why);
  }
  CHECK_FALSE(why_from("because"));
  for (const Who who : {Who::known, Who::likely, Who::unknown}) CHECK(who_from(word(who)) == who);
}

TEST_CASE("a verdict that is not about us travels without its reading") {
  Verdict verdict;
  verdict.mention = "m";
  verdict.revision = "0";
  verdict.why = Why::not_ours;
  verdict.note = "secret";
  CHECK(to_json(verdict) == R"({"v":1,"mention":"m","revision":"0","why":"not_ours"})");
}

}  // namespace
}  // namespace maitred
