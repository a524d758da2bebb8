// The words we know, and what they mean. A word's meaning is a role, and comes from the word lists
// (config/words); grammar over roles, not over words, is what lets one parser read English and
// Chinese. A text is cut into tokens (words, runs of digits, single Chinese characters, marks), and
// a phrase is a row of them.
//
// Lexicon is immutable once filled; everything here is thread-safe and linear in the text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace maitred {

// One per section of the word lists, under the same name.
// clang-format off
enum class Role : uint8_t {
  number, article, several, ordinal, ordinal_mark, ordinal_prefix, unit, measure_word, weekday,
  weekday_weak, weekend, week_of, month, holiday, day, part, moment, meridiem, meridiem_tight,
  oclock, minute_mark, day_mark, month_mark, year_mark, half, quarter, three_quarters, past, to,
  and_half, fraction_bar, modifier, within, later, ago, since, by, by_behind, not_before,
  not_before_behind, about, about_behind, open, link, at, filler, clock_follower, not_clock,
  stop, arrival, lands_at, airport, terminal, place_before, name_of_place, not_a_code,
  not_a_town, counted, measure, past_tense, negation, request, imperative, opening, question,
  question_opening, complaint, praise, sarcasm, urgent, calm, street, unwanted, denied_behind,
  denies_nothing, chain, correction, declined, thanks, elsewhere, store_word, trade, evening_meal,
  morning_meal, person_before, person_behind, name_part,
};
// clang-format on
std::optional<Role> role_from(std::string_view section);

struct Token {
  enum class Kind : uint8_t { word, digits, han, mark };
  uint32_t begin = 0;  // bytes of the folded text
  uint32_t end = 0;
  Kind kind = Kind::mark;
  bool spaced = false;  // white space before it
  bool fresh = false;   // a line break before it
};

std::vector<Token> tokenize(std::string_view folded);

// What a phrase of the lexicon means.
struct Meaning {
  Role role;
  std::vector<double> values;
};

// Phrases of tokens, each with its meanings.
class Lexicon {
 public:
  Lexicon();
  void add(std::string_view phrase, Role role, std::vector<double> values);

  struct Match {
    const std::vector<Meaning>* meanings = nullptr;
    size_t next = 0;  // the token behind it
  };
  // Whether the word stands in any phrase.
  bool knows(std::string_view word) const { return words_.find(word) != words_.end(); }
  // A row of tokens as word numbers, once a text; match() then compares numbers alone.
  std::vector<uint32_t> numbers(std::string_view folded, const std::vector<Token>& tokens) const;
  // The longest phrase that begins at token `at`, if any.
  std::optional<Match> match(const std::vector<uint32_t>& numbers, size_t at) const;

 private:
  uint32_t step(uint32_t node, uint32_t word) const;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> words_;
  std::unordered_map<uint64_t, uint32_t> edges_;
  std::vector<std::vector<Meaning>> meanings_;  // by node
};

// Names as people type them on a phone: a letter left out, doubled, swapped or wrong. Only long
// names of one word are tried, only one slip is forgiven, and never in the first or last letter,
// where a slip makes another word ("american" is no "americano").
class Spelling {
 public:
  // `form` is folded; one that is short or not a single word of Latin letters is passed over.
  void add(std::string_view form, uint32_t id);
  // The id of the form the word is one slip away from; the form itself is none.
  std::optional<uint32_t> find(std::string_view word) const;

 private:
  struct Form {
    std::string text;
    uint32_t id;
  };
  std::vector<Form> forms_;
  // A form without any one of its letters, and the form itself: two words one slip apart share one.
  std::unordered_multimap<std::string, uint32_t> reduced_;
};

}  // namespace maitred
