#include "base/text.h"

#include <doctest/doctest.h>

#include <string>

namespace maitred {

TEST_CASE("two spellings of a word fold to the same text") {
  const struct {
    const char *a, *b;
  } rows[] = {
      {"Morton’s", "MORTON'S"},
      {"ｗｉｄｅ２０：１０", "wide20:10"},
      {"莫頓牛排館", "莫顿牛排馆"},
      {"臺北", "台北"},
      {"裡面", "里面"},
      {"後天八點鐘", "后天八点钟"},
      {"Zürich", "zurich"},
      {"Zu\u0308rich", "zurich"},
      {"cre\u0300me bru\u0302le\u0301e", "crème brûlée"},
      {"Mor\u200bton's\ufe0f", "morton's"},
      {"M\u0335\u0336o\u0337rtons", "mortons"},
      {"Straße", "strasse"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.a);
    CHECK(fold(row.a) == fold(row.b));
  }
}

TEST_CASE("folding keeps apart what is not the same") {
  CHECK(fold("九點") != fold("十點"));
  CHECK(fold("が") != fold("か"));
  CHECK(fold("й") != fold("и"));
}

TEST_CASE("a folded finding points at the bytes that were written") {
  const struct {
    const char *text, *needle, *original;
  } rows[] = {
      {"dine at MORTON’S now", "morton's", "MORTON’S"},
      {"在ＪＦＫ等", "jfk", "ＪＦＫ"},
      {"去莫頓牛排館吃", "莫顿牛排馆", "莫頓牛排館"},
      {"Zu\u0308rich airport", "zurich", "Zu\u0308rich"},
      {"a\u200bb", "ab", "a\u200bb"},
      {"ends in é", "e", "e"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const FoldedText folded = fold_text(row.text);
    REQUIRE(folded.origin.size() == folded.text.size() + 1);
    const size_t at = folded.text.find(row.needle);
    REQUIRE(at != std::string::npos);
    const Span span = folded.original(at, at + std::string(row.needle).size());
    CHECK(std::string(row.text).substr(span.begin, span.end - span.begin) == row.original);
  }
}

TEST_CASE("bad UTF-8 is repaired, never trusted") {
  const struct {
    std::string bytes, repaired;
  } rows[] = {
      {"\xff", "\ufffd"},           {"a\xc3", "a\ufffd"},
      {"\xc0\xaf", "\ufffd\ufffd"}, {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
      {"\xf5\x80", "\ufffd\ufffd"}, {"ok \xe8\x8e\xab", "ok 莫"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.repaired);
    CHECK(repair_utf8(row.bytes) == row.repaired);
    CHECK(is_valid_utf8(row.bytes) == (row.bytes == row.repaired));
    CHECK(is_valid_utf8(fold(row.bytes)));
  }
}

TEST_CASE("a cut never falls inside a character") {
  const std::string text = "a莫é🥩";
  for (size_t max = 0; max <= text.size() + 1; ++max) {
    CAPTURE(max);
    CHECK(truncate_utf8(text, max).size() <= max);
    CHECK(is_valid_utf8(truncate_utf8(text, max)));
  }
  CHECK(truncate_utf8("莫頓", 5) == "莫");
}

TEST_CASE("a word ends where its script says so") {
  const struct {
    const char* text;
    size_t at;
    bool boundary;
  } rows[] = {
      {"mortons", 0, true}, {"mortons", 6, false}, {"mortons", 7, true}, {"morton's", 6, true},
      {"莫頓", 3, true},    {"莫a", 3, true},      {"24oz", 2, false},   {"é́cole", 2, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CAPTURE(row.at);
    CHECK(is_word_boundary(row.text, row.at) == row.boundary);
  }
}

TEST_CASE("a character tells which Chinese script it belongs to") {
  CHECK(is_traditional_only(U'頓'));
  CHECK(is_simplified_only(U'顿'));
  for (const char32_t shared : {U'台', U'牛', U'排', U'后', U'著'}) {
    CAPTURE(static_cast<uint32_t>(shared));
    CHECK_FALSE(is_simplified_only(shared));
  }
}

TEST_CASE("a wall of combining marks folds in time with its length") {
  std::string wall = "a";
  for (int i = 0; i < 16000; ++i) wall += i % 2 == 0 ? "\u0301" : "\u0323";
  CHECK(is_valid_utf8(fold(wall)));
}

}  // namespace maitred
