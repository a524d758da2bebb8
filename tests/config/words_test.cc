#include "config/words.h"

#include <doctest/doctest.h>

#include <string>

#include "config/gazetteer.h"

namespace maitred {

TEST_CASE("a word list is sections of phrases with values") {
  const auto entries =
      parse_words("# note\n[part]\nevening | eve = 18:00 24:00\n\n[at]\n@\n", "x.txt");
  REQUIRE(entries);
  REQUIRE(entries->size() == 3);
  CHECK((*entries)[1].section == "part");
  CHECK((*entries)[1].phrase == "eve");
  CHECK((*entries)[1].values == std::vector<double>{1080, 1440});
  CHECK((*entries)[2].where == "x.txt:6");
}

TEST_CASE("a fault in a word list names its line") {
  const struct {
    std::string text, says;
  } rows[] = {
      {"evening\n", "x.txt:1: a [section]"},
      {"[part]\nevening = soon\n", "x.txt:2: 'soon' is not a number"},
      {"[part]\nevening || eve\n", "x.txt:2: a phrase is empty"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto entries = parse_words(row.text, "x.txt");
    REQUIRE_FALSE(entries);
    CHECK(entries.error().fault == Fault::malformed);
    CHECK(entries.error().text.find(row.says) != std::string::npos);
  }
}

TEST_CASE("the word lists and the gazetteer that are shipped can be read") {
  const std::string source = MAITRED_SOURCE_DIR;
  REQUIRE(load_words(source + "/config/words"));
  const auto gazetteer = load_gazetteer(source + "/config/gazetteer");
  REQUIRE(gazetteer);
  CHECK(gazetteer->airports.size() > 7000);
  CHECK(gazetteer->towns.size() > 4000);
  CHECK_FALSE(load_words(source + "/tests/no-such-place"));
}

TEST_CASE("a bad row of the gazetteer names its line") {
  const auto short_row = parse_airports("header\nEWR\tlarge\n");
  REQUIRE_FALSE(short_row);
  CHECK(short_row.error().text.find("airports.tsv:2") != std::string::npos);
  const auto bad_number = parse_towns("header\n1\tX\tUS\tnorth\t2\t3\tUTC\tX\t\n");
  REQUIRE_FALSE(bad_number);
  CHECK(bad_number.error().fault == Fault::malformed);
}

}  // namespace maitred
