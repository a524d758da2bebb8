// A Language for tests: a steakhouse with three stores, the real word lists and gazetteer; and
// short ways to read a sentence and to see what was found. Loaded once a program.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "base/zone.h"
#include "config/gazetteer.h"
#include "config/words.h"
#include "dispatch/reading/read.h"

namespace maitred {

inline std::shared_ptr<const Language> make_test_language(const ReadingSettings& settings) {
  const std::string source = MAITRED_SOURCE_DIR;
  const auto words = load_words(source + "/config/words");
  const auto gazetteer = load_gazetteer(source + "/config/gazetteer");
  REQUIRE(words);
  REQUIRE(gazetteer);
  auto made = make_language(settings, *words, *gazetteer);
  REQUIRE(made);
  return *made;
}

inline const Language& test_language() {
  static const std::shared_ptr<const Language> language = [] {
    ReadingSettings s;
    s.aliases = {"Morton's", "Mortons", "莫頓", "莫頓牛排館"};
    s.accounts = {"mastodon:@mortons@social.example"};
    s.homonyms = {"Morton Salt"};
    s.brand_zone = "America/New_York";
    s.items = {{"porterhouse", {"porterhouse", "紅屋牛排"}},
               {"ribeye", {"ribeye", "rib eye", "肋眼"}},
               {"potatoes", {"mashed potato", "薯泥"}},
               {"coffee", {"coffee", "咖啡"}},
               {"lobster", {"lobster", "lobster tail", "龍蝦"}}};
    s.stores = {{"hackensack", "Hackensack", {}, 40.89, -74.05, "America/New_York"},
                {"xinyi", "台北信義", {"信義店"}, 25.03, 121.56, "Asia/Taipei"}};
    return make_test_language(s);
  }();
  return *language;
}

inline Time at(const char* rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  REQUIRE(time);
  return *time;
}

inline Mention said(std::string text) {
  Mention mention;
  mention.id = "mastodon:1";
  mention.network = "mastodon";
  mention.text = std::move(text);
  return mention;
}

// Read as a post of Thursday 5 March 2026, 18:00 in New York.
inline Reading read_post(const Mention& mention, const char* posted = "2026-03-05T18:00:00-05:00",
                         std::string customer_zone = {}) {
  return read(mention, test_language(), {at(posted), std::move(customer_zone), {}});
}
inline Reading read_post(const std::string& text) {
  return read_post(said(text));
}

inline std::string words_at(const std::string& text, const Span& span) {
  return text.substr(span.begin, span.end - span.begin);
}

}  // namespace maitred
