#include "dispatch/reading/language.h"

#include <algorithm>

#include "base/text.h"
#include "base/zone.h"

namespace maitred {
namespace {

// These say something about a sentence wherever they stand, also across each other; the words of
// all other sections are the symbols grammar is made of, where the longest phrase wins.
bool is_cue(Role role) {
  switch (role) {
    case Role::arrival:
    case Role::lands_at:
    case Role::airport:
    case Role::terminal:
    case Role::place_before:
    case Role::name_of_place:
    case Role::past_tense:
    case Role::negation:
    case Role::request:
    case Role::imperative:
    case Role::opening:
    case Role::question:
    case Role::question_opening:
    case Role::complaint:
    case Role::praise:
    case Role::sarcasm:
    case Role::urgent:
    case Role::calm:
    case Role::street:
    case Role::unwanted:
    case Role::denied_behind:
    case Role::denies_nothing:
    case Role::chain:
    case Role::correction:
    case Role::declined:
    case Role::thanks:
    case Role::elsewhere:
    case Role::store_word:
    case Role::trade:
    case Role::evening_meal:
    case Role::morning_meal:
    case Role::person_before:
    case Role::person_behind:
    case Role::name_part:
      return true;
    default:
      return false;
  }
}

Result<void> take_words(Language& language, const Words& words) {
  for (const WordEntry& entry : words.entries) {
    const auto role = role_from(entry.section);
    if (!role)
      return fail(Fault::malformed,
                  entry.where + ": no part of reading knows the section [" + entry.section + "]");
    if (*role == Role::not_a_code) {
      language.not_a_code.insert(fold(entry.phrase));
    } else if (*role == Role::not_a_town) {
      language.not_a_town.insert(fold(entry.phrase));
    } else {
      (is_cue(*role) ? language.cues : language.symbols).add(entry.phrase, *role, entry.values);
    }
  }
  return {};
}

std::string without(std::string text, std::string_view marks) {
  std::erase_if(text, [&](char c) { return marks.find(c) != std::string_view::npos; });
  return text;
}

std::string squeeze(std::string_view alias) {
  return without(fold(alias), " '-_.&");
}

// "Morton Salt" is also written "Morton's Salt", "Mortons salt", "Morton Salts".
std::vector<std::string> possessives(const std::string& phrase) {
  std::vector<std::string> forms{phrase, phrase + "s", phrase + "'s"};
  const size_t space = phrase.find(' ');
  if (space != std::string::npos) {
    const std::string head = phrase.substr(0, space);
    const std::string tail = phrase.substr(space);
    forms.push_back(head + "s" + tail);
    forms.push_back(head + "'s" + tail);
  }
  return forms;
}

void take_brand(Language& language, const ReadingSettings& settings) {
  for (const std::string& alias : settings.aliases) {
    const auto id = static_cast<uint32_t>(language.aliases.size());
    language.aliases.push_back(alias);
    language.brand.add(alias, id);
    const std::string folded = fold(alias);
    if (const std::string plain = without(folded, "'"); plain != folded)
      language.brand.add(plain, id);
    language.squeezed_aliases.insert(squeeze(alias));
  }
  language.brand.build();
  uint32_t id = 0;
  for (const std::string& homonym : settings.homonyms)
    for (const std::string& form : possessives(homonym)) language.homonyms.add(form, id++);
  language.homonyms.build();
  for (const std::string& account : settings.accounts) {
    const size_t colon = account.find(':');
    std::string network = colon == std::string::npos ? "" : account.substr(0, colon + 1);
    std::string name = account.substr(network.size());
    if (name.starts_with('@')) name.erase(0, 1);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    language.accounts.push_back(network + name);
  }
}

// English plurals, so that the catalogue need not list them.
std::vector<std::string> plurals(const std::string& alias) {
  if (alias.empty() || static_cast<unsigned char>(alias.back()) >= 0x80) return {};
  const char last = alias.back();
  if (last == 's') return {};
  if (last == 'y' && alias.size() > 1 &&
      std::string_view("aeiou").find(alias[alias.size() - 2]) == std::string_view::npos)
    return {alias.substr(0, alias.size() - 1) + "ies", alias + "s"};
  if (last == 'h' || last == 'x' || last == 'o') return {alias + "s", alias + "es"};
  return {alias + "s"};
}

void take_items(Language& language, const ReadingSettings& settings) {
  for (const ItemNames& item : settings.items) {
    const auto id = static_cast<uint32_t>(language.item_ids.size());
    language.item_ids.push_back(item.id);
    std::unordered_set<std::string> forms;
    for (const std::string& alias : item.aliases) {
      const std::string folded = fold(alias);
      forms.insert(folded);
      for (std::string& form : plurals(folded)) forms.insert(std::move(form));
    }
    for (const std::string& form : forms) {
      language.items.add(form, id);
      language.spelling.add(form, id);
    }
  }
  language.items.build();
}

Result<void> take_places(Language& language, const ReadingSettings& settings,
                         const Gazetteer& gazetteer) {
  language.airports = gazetteer.airports;
  language.towns = gazetteer.towns;
  language.stores = settings.stores;
  const auto add = [&](const std::vector<std::string>& names, PlaceName::Kind kind, size_t index) {
    const auto id = static_cast<uint32_t>(language.place_names.size());
    language.place_names.push_back({kind, static_cast<uint32_t>(index)});
    std::unordered_set<std::string> seen;
    for (const std::string& name : names)
      if (std::string folded = fold(name); seen.insert(folded).second)
        language.places.add(folded, id);
  };
  for (size_t i = 0; i < language.airports.size(); ++i) {
    add(language.airports[i].alone, PlaceName::Kind::airport_alone, i);
    add(language.airports[i].beside, PlaceName::Kind::airport_beside, i);
    language.airport_by_code.emplace(language.airports[i].iata, static_cast<uint32_t>(i));
  }
  for (size_t i = 0; i < language.towns.size(); ++i)
    add(language.towns[i].names, PlaceName::Kind::town, i);
  for (size_t i = 0; i < language.stores.size(); ++i) {
    const StoreNames& store = language.stores[i];
    if (auto zone = Zone::find(store.zone); !zone)
      return fail("cannot place the clock of store " + store.id, std::move(zone).error());
    std::vector<std::string> names = store.aliases;
    names.push_back(store.name);
    add(names, PlaceName::Kind::store, i);
  }
  language.places.build();
  return {};
}

}  // namespace

Result<std::shared_ptr<const Language>> make_language(const ReadingSettings& settings,
                                                      const Words& words,
                                                      const Gazetteer& gazetteer) {
  auto language = std::make_shared<Language>();
  TRY(take_words(*language, words));
  take_brand(*language, settings);
  take_items(*language, settings);
  TRY(take_places(*language, settings, gazetteer));
  if (auto zone = Zone::find(settings.brand_zone); !zone)
    return fail("cannot use the zone of [brand]", std::move(zone).error());
  language->brand_zone = settings.brand_zone;
  return language;
}

std::string language_of(std::string_view text, std::string_view declared) {
  size_t latin = 0;
  size_t han = 0;
  size_t other = 0;  // kana, hangul, and letters of scripts that are not Latin
  size_t traditional = 0;
  size_t simplified = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    at += c.length;
    if (is_han(c.value)) {
      ++han;
      if (is_traditional_only(c.value)) ++traditional;
      if (is_simplified_only(c.value)) ++simplified;
    } else if (is_kana_or_hangul(c.value)) {
      ++other;
    } else if (c.value < 0x80 && is_letter_or_digit(c.value) && c.value > '9') {
      ++latin;
    } else if (c.value > 0x24f && c.value < 0xff00 && is_letter_or_digit(c.value)) {
      ++other;
    }
  }
  // A Chinese character says about as much as half a word of letters.
  const size_t chinese = han * 3;
  if (other * 3 > std::max(latin, chinese)) return "";
  if (chinese > latin) {
    if (traditional != simplified) return traditional > simplified ? "zh-hant" : "zh-hans";
    std::string tag = fold(declared);
    const bool mainland = tag.find("hans") != std::string::npos || tag == "zh-cn" || tag == "zh-sg";
    return mainland ? "zh-hans" : "zh-hant";
  }
  const std::string tag = fold(declared);
  if (latin == 0) return "";
  // Latin letters alone do not make it English: believe a tag that names another language.
  return tag.empty() || tag.starts_with("en") || tag.starts_with("zh") ? "en" : tag;
}

}  // namespace maitred
