// A text as a row of words: folded, cut into tokens, and the tokens that mean something to us
// gathered into symbols ("half past" is one, "twenty-five" is one, 兩點半 is three). What a word
// means is a role, and comes from the word lists (config/words); grammar over roles, not over
// words, is what lets one parser read English and Chinese.
//
// Lexicon is immutable once filled; everything here is thread-safe and linear in the text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"

namespace maitred {

// One per section of the word lists, under the same name.
enum class Role : uint8_t {
  number,
  article,
  several,
  ordinal,
  ordinal_mark,
  ordinal_prefix,
  unit,
  measure_word,
  weekday,
  weekday_weak,
  weekend,
  week_of,
  month,
  holiday,
  day,
  part,
  moment,
  meridiem,
  meridiem_tight,
  oclock,
  minute_mark,
  day_mark,
  month_mark,
  year_mark,
  half,
  quarter,
  three_quarters,
  past,
  to,
  and_half,
  modifier,
  within,
  later,
  ago,
  since,
  by,
  by_behind,
  not_before,
  not_before_behind,
  about,
  about_behind,
  open,
  link,
  at,
  filler,
  clock_follower,
  not_clock,
  stop,
  arrival,
  lands_at,
  airport,
  terminal,
  place_before,
  name_of_place,
  not_a_code,
  not_a_town,
  counted,
  measure,
  past_tense,
  negation,
  request,
  imperative,
  opening,
  question,
  complaint,
  praise,
  sarcasm,
  urgent,
  calm,
};
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

struct Symbol {
  uint32_t first = 0;  // tokens [first, last)
  uint32_t last = 0;
  const std::vector<Meaning>* meanings = nullptr;
  std::optional<double> number;
  uint8_t digits = 0;    // how many digits the number was written with; 0 = in words
  bool ordinal = false;  // "24th", 第三
  bool in_han = false;   // a number in Chinese numerals

  const Meaning* as(Role role) const;
  bool is(Role role) const { return as(role) != nullptr; }
  double value(Role role, size_t index = 0) const;  // 0 where there is none
};

// A phrase that says something about its sentence: "can i get", 難吃, "land", "not".
struct Cue {
  Role role;
  uint32_t first = 0;  // tokens [first, last)
  uint32_t last = 0;
  double weight = 1;
};

// A text prepared for every stage of reading.
struct Prepared {
  FoldedText folded;
  std::vector<Token> tokens;
  std::vector<Symbol> symbols;  // by the lexicon of times and things, leftmost longest
  std::vector<Cue> cues;        // every phrase of the lexicon of cues, by where it begins
  std::vector<uint8_t> opaque;  // by token: 1 = inside a URL, an e-mail address or an @handle

  std::string_view text(const Token& token) const {
    return std::string_view(folded.text).substr(token.begin, token.end - token.begin);
  }
  Span original(uint32_t first_token, uint32_t last_token) const;
  size_t token_at(uint32_t folded_byte) const;  // the first token that ends behind that byte
};

Prepared prepare(std::string_view utf8, const Lexicon& symbols, const Lexicon& cues);

}  // namespace maitred
