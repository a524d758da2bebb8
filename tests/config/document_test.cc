#include "config/document.h"

#include <doctest/doctest.h>

#include "base/zone.h"

namespace maitred {
namespace {

using std::chrono::seconds;

TEST_CASE("durations and sums are read as people write them, and nothing else is") {
  for (const auto& [text, wanted] :
       std::vector<std::pair<std::string, int64_t>>{{"20s", 20},
                                                    {"5m", 300},
                                                    {"24h", 86400},
                                                    {"90d", 90 * 86400},
                                                    {"2w", 14 * 86400},
                                                    {"1h30m", 5400},
                                                    {"0s", 0},
                                                    {"", -1},
                                                    {"20", -1},
                                                    {"s", -1},
                                                    {"-5m", -1},
                                                    {"5 m", -1},
                                                    {"5y", -1},
                                                    {"99999999999999999999s", -1},
                                                    {"999999999d", -1}}) {
    CAPTURE(text);
    const auto read = parse_duration(text);
    CHECK((read ? read->count() : -1) == wanted);
  }
  CHECK(parse_money("60 USD")->sum == 60);
  CHECK(parse_money("12.50 EUR")->currency == "EUR");
  for (const char* text : {"", "60", "USD", "60 usd", "-1 USD", "60 DOLLAR", "nan USD"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_money(text));
  }
}

TEST_CASE("each getter reads its type, or the fallback where the key is not there") {
  Document document = Document::parse(
      "name = 'x'\n"
      "count = 7\n"
      "on = true\n"
      "every = '20s'\n"
      "free = '60 USD'\n"
      "start = 2026-03-05T18:00:00-05:00\n"
      "one = 'a'\n"
      "many = ['a', 'b']\n"
      "[sources.b]\nhost = 'b.example'\n"
      "[sources.a]\nhost = 'a.example'\n"
      "[[playbook]]\nname = 'p'\nwhen = { place = true }\n",
      "test.toml");
  Section root = document.root();
  CHECK(root.text("name") == "x");
  CHECK(root.text("nothing", "fallback") == "fallback");
  CHECK(root.integer("count", 1) == 7);
  CHECK(root.flag("on"));
  CHECK(root.duration("every") == seconds(20));
  CHECK(root.duration("nothing", seconds(3)) == seconds(3));
  CHECK(root.money("free")->sum == 60);
  CHECK(to_rfc3339(*root.time("start")) == "2026-03-05T23:00:00Z");
  CHECK(root.texts("one") == std::vector<std::string>{"a"});
  CHECK(root.texts("many") == std::vector<std::string>{"a", "b"});
  auto sources = root.tables("sources");
  REQUIRE(sources.size() == 2);
  CHECK(sources[0].first == "a");
  CHECK(sources[0].second.text("host") == "a.example");
  CHECK(sources[1].second.text("host") == "b.example");
  auto playbooks = root.array("playbook");
  REQUIRE(playbooks.size() == 1);
  CHECK(playbooks[0].text("name") == "p");
  Section when = playbooks[0].table("when");
  CHECK(when.kind("place") == KeyKind::flag);
  CHECK(when.flag("place"));
  CHECK_FALSE(root.table("not there"));
  CHECK(document.faults().empty());
  CHECK(document.known_keys().count("sources.*.host") == 1);
  CHECK(document.known_keys().count("playbook.when.place") == 1);
  CHECK(document.has("sources.*.host"));
  CHECK(document.has("playbook.when.place"));
  CHECK_FALSE(document.has("playbook.when.item"));
}

TEST_CASE("every fault is told at once, with its line, its key and a remedy") {
  Document document = Document::parse(
      "node = 5\n"
      "colour = 'red'\n"
      "[sources.mortons]\n"
      "evry = '20s'\n"
      "expect = 'soon'\n"
      "network = 'mastadon'\n"
      "page_max = 100000\n"
      "[[playbook]]\n"
      "gesture = { waht = 1 }\n",
      "m.toml");
  Section root = document.root();
  root.text("node");
  for (auto& [name, source] : root.tables("sources")) {
    source.duration("every");
    source.duration("expect");
    source.choice("network", {"mastodon", "folder"}, "folder");
    source.integer("page_max", 80, 1, 500);
    source.required_text("host");
  }
  for (Section& playbook : root.array("playbook")) playbook.table("gesture").text("what");
  CHECK(to_text(document.faults()) ==
        "m.toml:1: node: 5 is not a text; write e.g. node = \"…\"\n"
        "m.toml:2: colour: no such key; known here: \"node\", \"playbook\", \"sources\"\n"
        "m.toml:3: sources.mortons.host: missing; write host = \"…\"\n"
        "m.toml:4: sources.mortons.evry: no such key; did you mean every?\n"
        "m.toml:5: sources.mortons.expect: 'soon' is not a duration; write e.g. expect = \"20s\", "
        "\"5m\", \"24h\" or \"90d\"\n"
        "m.toml:6: sources.mortons.network: 'mastadon' is not known; did you mean \"mastodon\"?\n"
        "m.toml:7: sources.mortons.page_max: 100000 is out of range; 1 to 500\n"
        "m.toml:9: playbook[1].gesture.waht: no such key; did you mean what?\n");
}

TEST_CASE("no bytes of a file crash the reader") {
  const std::string text = "[sources.a]\nhost = 'x'\nevery = '20s'\n[[playbook]]\nname = 'ü'\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Document document = Document::parse(text.substr(0, cut), "cut.toml");
    for (auto& [name, source] : document.root().tables("sources")) source.text("host");
    for (Section& playbook : document.root().array("playbook")) playbook.text("name");
    document.faults();
  }
  Document absent = Document::load("/nonexistent/maitred.toml");
  CHECK_FALSE(absent.readable());
  REQUIRE(absent.faults().size() == 1);
  CHECK(absent.root().text("node", "here") == "here");
}

}  // namespace
}  // namespace maitred
