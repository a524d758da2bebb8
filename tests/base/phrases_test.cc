#include "base/phrases.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace maitred {
namespace {

Phrases make(const std::vector<std::string>& phrases) {
  Phrases machine;
  for (uint32_t i = 0; i < phrases.size(); ++i) machine.add(phrases[i], i);
  machine.build();
  return machine;
}

std::vector<std::string> words(const FoldedText& text, const std::vector<PhraseMatch>& matches) {
  std::vector<std::string> result;
  for (const PhraseMatch& m : matches) result.push_back(text.text.substr(m.begin, m.end - m.begin));
  return result;
}

}  // namespace

TEST_CASE("phrases are found at word boundaries alone") {
  const Phrases machine = make({"Morton's", "莫頓", "rib eye"});
  const struct {
    const char* text;
    size_t count;
  } rows[] = {
      {"Morton’s!", 1}, {"mortons", 0},          {"xmorton's", 0},         {"morton'sx", 0},
      {"吃莫頓的", 1},  {"莫顿morton's", 2},     {"RIB EYE, rib eye.", 2}, {"crib eye", 0},
      {"", 0},          {"ｍｏｒｔｏｎ＇ｓ", 1}, {"morton's morton's", 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const FoldedText text = fold_text(row.text);
    CHECK(machine.find(text).size() == row.count);
    CHECK(machine.any(text) == (row.count > 0));
  }
}

TEST_CASE("phrases inside each other are all found, the longest first") {
  const Phrases machine = make({"new york", "york", "new york city", "city", "new"});
  const FoldedText text = fold_text("in New York City");
  CHECK(words(text, machine.find(text)) ==
        std::vector<std::string>{"new york city", "new york", "new", "york", "city"});
  CHECK(words(text, machine.find_longest(text)) == std::vector<std::string>{"new york city"});
}

TEST_CASE("a phrase that failed late does not hide one that began within it") {
  const Phrases machine = make({"a b c d", "b c", "c"});
  const FoldedText text = fold_text("a b c e");
  CHECK(words(text, machine.find(text)) == std::vector<std::string>{"b c", "c"});
}

TEST_CASE("the same phrase may stand for several ids") {
  const Phrases machine = make({"London", "london", "LONDON "});
  const FoldedText text = fold_text("London calling");
  CHECK(machine.find(text).size() == 3);  // the last with its space
  CHECK(machine.find_longest(text).size() == 1);
  const Phrases twins = make({"London", "london"});
  CHECK(twins.find_longest(text).size() == 2);
}

TEST_CASE("no phrases and empty phrases find nothing") {
  const Phrases machine = make({"", ""});
  CHECK(machine.size() == 0);
  CHECK_FALSE(machine.any(fold_text("anything")));
}

}  // namespace maitred
