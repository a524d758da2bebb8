#include <algorithm>

#include "dispatch/reading/brand.h"

namespace maitred {
namespace {

constexpr size_t kShortHan = 3;         // characters of a name a person may have
constexpr uint32_t kLongestPhrase = 8;  // tokens of a cue we look back over
constexpr uint32_t kGivenName = 2;      // characters that write a sound, at least, for a given name

bool is_han(const Prepared& text, uint32_t token) {
  return token < text.tokens.size() && text.tokens[token].kind == Token::Kind::han;
}

// The dot between the parts of a foreign name.
bool is_name_dot(const Prepared& text, uint32_t token) {
  if (token >= text.tokens.size()) return false;
  const std::string_view mark = text.text(text.tokens[token]);
  return mark == "\u00b7" || mark == "\u30fb" || mark == "\u2027" || mark == "\u2022";
}

// The first cue that begins at or behind the token.
std::vector<Cue>::const_iterator cues_from(const Prepared& text, uint32_t token) {
  return std::lower_bound(text.cues.begin(), text.cues.end(), token,
                          [](const Cue& c, uint32_t at) { return c.first < at; });
}

// `last`: where it ends, or 0 for anywhere.
bool has_cue(const Prepared& text, Role role, uint32_t first, uint32_t last) {
  for (auto cue = cues_from(text, first); cue != text.cues.end() && cue->first == first; ++cue)
    if (cue->role == role && (last == 0 || cue->last == last)) return true;
  return false;
}

// Whether a cue of the role ends where the name begins.
bool titled(const Prepared& text, uint32_t first) {
  constexpr uint32_t kLongestTitle = 3;
  uint32_t end = first;
  if (end > 0 && text.text(text.tokens[end - 1]) == ".") --end;  // "Mr. Morton"
  for (uint32_t length = 1; length <= kLongestTitle && length <= end; ++length)
    if (has_cue(text, Role::person_before, end - length, end)) return true;
  return false;
}

// 莎曼珊莫頓: characters that write sounds, right before the name.
bool han_given_name(const Prepared& text, uint32_t first) {
  uint32_t length = 0;
  while (length < first && !text.tokens[first - length].spaced &&
         is_han(text, first - length - 1) &&
         has_cue(text, Role::name_part, first - length - 1, first - length))
    ++length;
  return length >= kGivenName;
}

// "Samantha Morton": a word with a capital that is none we know.
bool latin_given_name(const Prepared& text, std::string_view original, uint32_t first) {
  if (first == 0 || text.tokens[first - 1].kind != Token::Kind::word) return false;
  if (text.tokens[first].fresh) return false;
  const Span before = text.original(first - 1, first);
  const bool capital = original[before.begin] >= 'A' && original[before.begin] <= 'Z';
  bool known = false;
  const uint32_t from = first > kLongestPhrase ? first - kLongestPhrase : 0;
  for (auto cue = cues_from(text, from); cue != text.cues.end() && cue->first < first; ++cue)
    known = known || cue->last >= first;
  return capital && !known;
}

}  // namespace

TradeSigns trade_signs(const Prepared& text, bool names_dish) {
  TradeSigns signs;
  signs.dish = names_dish;
  for (const Cue& cue : text.cues) {
    signs.service = signs.service || cue.role == Role::trade;
    signs.asks = signs.asks || (cue.role == Role::request && cue.weight >= 2);
  }
  return signs;
}

bool names_person(const Prepared& text, std::string_view original, uint32_t first, uint32_t last,
                  const TradeSigns& signs) {
  const bool han = is_han(text, first);
  if (han ? last - first > kShortHan : last - first > 2) return false;
  // "Morton's" is a house by its form.
  if (!han && (last - first == 2 || text.text(text.tokens[first]).ends_with('s'))) return false;
  // Who is called by a title is a person, unless a dish is asked for: some write to a house so.
  const bool behind = last < text.tokens.size() && has_cue(text, Role::person_behind, last, 0);
  const bool named = (first > 0 && is_name_dot(text, first - 1) && is_han(text, last - 1)) ||
                     (han && is_name_dot(text, last) && is_han(text, last + 1));
  if (titled(text, first) || behind || named) return !(signs.dish && signs.asks);
  if (signs.dish || signs.service || signs.asks) return false;
  return han ? han_given_name(text, first) : latin_given_name(text, original, first);
}

}  // namespace maitred
