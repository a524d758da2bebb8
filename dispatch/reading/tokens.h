// A text as a row of words: folded, cut into tokens, and the tokens that mean something to us
// gathered into symbols ("half past" is one, "twenty-five" is one, 兩點半 is three). Every stage of
// reading works on the same prepared text.
//
// Pure, thread-safe, and linear in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "dispatch/reading/lexicon.h"

namespace maitred {

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

// The tokens of the sentence around a token: [begin, end).
struct Stretch {
  uint32_t begin = 0;
  uint32_t end = 0;
};
Stretch sentence_around(const Prepared& text, uint32_t token);

// A mark that ends a clause: full stop, comma and the like, in both scripts.
bool is_clause_mark(const Prepared& text, uint32_t token);

}  // namespace maitred
