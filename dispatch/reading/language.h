// Everything reading knows beforehand: the brand's names, the catalogue's, the stores', the world's
// places and the words of each language, prepared for fast look-up. Built once from settings and
// shared; a reload builds another and swaps.
//
// Language is immutable once made: any number of threads may read with one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/phrases.h"
#include "base/result.h"
#include "config/gazetteer.h"
#include "config/words.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

struct ItemNames {
  std::string id;
  std::vector<std::string> aliases;
};

struct StoreNames {
  std::string id;
  std::string name;
  std::vector<std::string> aliases;
  double lat = 0;
  double lon = 0;
  std::string zone;
};

struct ReadingSettings {
  std::vector<std::string> aliases;   // "Morton's", "莫頓牛排館"
  std::vector<std::string> accounts;  // "mastodon:@mortons@social.example"
  std::vector<std::string> homonyms;  // [brand] not: "Morton Salt"
  std::vector<ItemNames> items;
  std::vector<StoreNames> stores;
  std::string brand_zone = "UTC";
};

// One name of a place in Language::places.
struct PlaceName {
  enum class Kind : uint8_t { airport_alone, airport_beside, town, store };
  Kind kind;
  uint32_t index;  // into airports, towns or stores
};

struct Language {
  Lexicon symbols;  // what times and counts are made of
  Lexicon cues;     // what shows intent, tense, tone, hurry

  Phrases brand;
  std::vector<std::string> aliases;                  // by the id given to `brand`
  std::unordered_set<std::string> squeezed_aliases;  // without spaces and marks, for hashtags
  Phrases homonyms;
  std::vector<std::string> accounts;  // as author ids: "mastodon:mortons@social.example"

  Phrases items;
  Spelling spelling;                  // of the same names, as they are also typed
  std::vector<std::string> item_ids;  // by the id given to `items`

  Phrases places;
  std::vector<PlaceName> place_names;  // by the id given to `places`
  std::vector<Airport> airports;
  std::vector<Town> towns;
  std::vector<StoreNames> stores;
  std::unordered_map<std::string, uint32_t> airport_by_code;
  std::unordered_set<std::string> not_a_code;  // folded
  std::unordered_set<std::string> not_a_town;  // folded
  std::string brand_zone;
};

// malformed: a word list has a section nobody reads, or a zone is not in the zone database.
Result<std::shared_ptr<const Language>> make_language(const ReadingSettings& settings,
                                                      const Words& words,
                                                      const Gazetteer& gazetteer);

// en, zh-hant or zh-hans by the letters of the text; "" where they tell nothing. Chinese in
// characters both scripts share is what `declared` (the mention's own tag) says, else zh-hant.
std::string language_of(std::string_view text, std::string_view declared);

}  // namespace maitred
