// Chinese characters in their two scripts: what a traditional character is in simplified script,
// and which characters only one of the scripts uses. A table of single characters, good for
// matching (both sides go through it) and never for display: the word-by-word choices of a real
// conversion are not made.
//
// All functions are pure and thread-safe.
#pragma once

namespace maitred {

char32_t to_simplified(char32_t c);  // c itself where there is nothing to change

// Whether a writer of the other script would not have typed it.
bool is_traditional_only(char32_t c);
bool is_simplified_only(char32_t c);

}  // namespace maitred
