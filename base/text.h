// Text as people write it: UTF-8 repair, and the fold under which two spellings are the same
// word. The door to ICU. Folding is NFKC_Casefold (so full width = half width, case is gone),
// minus accents, zero-width and variation marks, with traditional Chinese mapped to simplified,
// and the apostrophes ’ ‘ ʼ ＇ made one. A FoldedText remembers where each byte came from, so that
// a finding can be shown in the words the customer wrote.
//
// All functions are pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace maitred {

// A half-open range of bytes of some text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const Span&) const = default;
};

struct FoldedText {
  std::string text;              // folded UTF-8
  std::vector<uint32_t> origin;  // origin[i] = byte of the original that folded byte i came from;
                                 // one more entry at the end: the original's length
  // The original bytes behind folded bytes [begin, end).
  Span original(size_t begin, size_t end) const;
};

FoldedText fold_text(std::string_view utf8);  // invalid bytes become U+FFFD
std::string fold(std::string_view utf8);      // the same without origins

bool is_valid_utf8(std::string_view bytes);
std::string repair_utf8(std::string_view bytes);  // each invalid byte becomes U+FFFD

// At most `bytes_max` bytes, cut at a character boundary (never inside one).
std::string_view truncate_utf8(std::string_view utf8, size_t bytes_max);

struct CodePoint {
  char32_t value = 0;
  uint32_t length = 1;  // bytes in UTF-8
};
// The code point that begins at `at` (which is a boundary and < utf8.size()).
CodePoint code_point_at(std::string_view utf8, size_t at);

// Chinese characters in their two scripts, one by one: good for matching (both sides go through
// it), never for display, as the word-by-word choices of a real conversion are not made.
char32_t to_simplified(char32_t c);    // c itself where there is nothing to change
bool is_traditional_only(char32_t c);  // a writer of the other script would not have typed it
bool is_simplified_only(char32_t c);

bool is_han(char32_t c);
bool is_kana_or_hangul(char32_t c);
bool is_letter_or_digit(char32_t c);  // any script

// A word boundary lies at byte `at`: not between two letters or digits of a script that writes
// spaces. Next to Han, Kana or Hangul there always is one.
bool is_word_boundary(std::string_view utf8, size_t at);

}  // namespace maitred
