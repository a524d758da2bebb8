#include "base/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cassert>

namespace maitred {
namespace {

constexpr char32_t kReplacement = 0xfffd;
// Unicode's stream-safe limit, rounded: a run of combining marks longer than this is normalised in
// pieces, so that a wall of marks costs time in proportion to its length.
constexpr int kSegmentMax = 32;

struct Decoded {
  char32_t value;
  uint32_t length;
  bool valid;
};

// One code point, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. An invalid
// byte counts for one.
Decoded decode(std::string_view s, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return {first, 1, true};
  uint32_t length = 0;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (length == 0 || at + length > s.size()) return {kReplacement, 1, false};
  char32_t value = first & (0x7fU >> length);
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80) return {kReplacement, 1, false};
    value = (value << 6) | (byte(at + i) & 0x3fU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    return {kReplacement, 1, false};
  return {value, length, true};
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

const icu::Normalizer2& casefolder() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFKCCasefoldInstance(error);
    assert(U_SUCCESS(error));
    return found;
  }();
  return *instance;
}

const icu::Normalizer2& decomposer() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFDInstance(error);
    assert(U_SUCCESS(error));
    return found;
  }();
  return *instance;
}

bool is_apostrophe(char32_t c) {
  return c == 0x2018 || c == 0x2019 || c == 0x201b || c == 0x02bc || c == 0x02b9 || c == 0x2032 ||
         c == 0xff07 || c == '`' || c == 0xb4;
}

bool is_dropped_mark(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x20d0 && c <= 0x20ff) || (c >= 0x1ab0 && c <= 0x1aff);
}

// The letter under an accent, of Latin letters alone: in other scripts a mark makes another letter.
char32_t without_accent(char32_t c) {
  if (c < 0xc0 || (c > 0x24f && c < 0x1e00) || c > 0x1eff) return c;
  icu::UnicodeString parts;
  if (!decomposer().getDecomposition(static_cast<UChar32>(c), parts)) return c;
  return static_cast<char32_t>(parts.char32At(0));
}

void append_folded(std::string& out, char32_t c) {
  if (is_dropped_mark(c)) return;
  if (is_apostrophe(c)) c = U'\'';
  append_utf8(out, to_simplified(without_accent(c)));
}

// Normalises one segment (a character and the marks that follow it).
void append_segment(std::string& out, const icu::UnicodeString& segment) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString folded = casefolder().normalize(segment, error);
  if (U_FAILURE(error)) return;
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1))
    append_folded(out, static_cast<char32_t>(folded.char32At(i)));
}

// Han and kana without marks, and the common punctuation: normalisation leaves them as they are.
bool is_inert(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || c == 0x3002 || c == 0x3001;
}

// The end of the segment that begins at `at`.
size_t segment_end(std::string_view s, size_t at, icu::UnicodeString& segment) {
  size_t next = at;
  for (int count = 0; next < s.size() && count < kSegmentMax; ++count) {
    const Decoded c = decode(s, next);
    if (count > 0 &&
        (c.value < 0x80 || casefolder().hasBoundaryBefore(static_cast<UChar32>(c.value))))
      break;
    if (!is_apostrophe(c.value))  // some of them would decompose into a space and a mark
      segment.append(static_cast<UChar32>(c.value));
    else
      segment.append(static_cast<UChar32>(U'\''));
    next += c.length;
  }
  return next;
}

bool plain_ascii_follows(std::string_view s, size_t at) {
  return at >= s.size() || static_cast<unsigned char>(s[at]) < 0x80;
}

// Calls put(begin, end) for each stretch whose folding was appended to out.
template <typename Put>
void fold_into(std::string_view s, std::string& out, Put put) {
  out.reserve(s.size() + 16);
  for (size_t at = 0; at < s.size();) {
    const auto byte = static_cast<unsigned char>(s[at]);
    size_t next = at + 1;
    if (byte < 0x80 && plain_ascii_follows(s, next)) {
      out.push_back(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32)
                    : byte == '`'              ? '\''
                                               : s[at]);
    } else if (const Decoded c = decode(s, at); is_inert(c.value)) {
      next = at + c.length;
      append_utf8(out, to_simplified(c.value));
    } else {
      icu::UnicodeString segment;
      next = segment_end(s, at, segment);
      append_segment(out, segment);
    }
    put(at);
    at = next;
  }
}

}  // namespace

Span FoldedText::original(size_t begin, size_t end) const {
  if (begin >= end) return {origin[begin], origin[begin]};
  // The end is where the character behind the last folded byte ends: the next other origin.
  size_t after = end;
  while (after < text.size() && origin[after] == origin[end - 1]) ++after;
  return {origin[begin], origin[after]};
}

FoldedText fold_text(std::string_view utf8) {
  FoldedText result;
  result.origin.reserve(utf8.size() + 1);
  fold_into(utf8, result.text, [&](size_t at) {
    result.origin.resize(result.text.size(), static_cast<uint32_t>(at));
  });
  result.origin.push_back(static_cast<uint32_t>(utf8.size()));
  return result;
}

std::string fold(std::string_view utf8) {
  std::string result;
  fold_into(utf8, result, [](size_t) {});
  return result;
}

bool is_valid_utf8(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const Decoded c = decode(bytes, at);
    if (!c.valid) return false;
    at += c.length;
  }
  return true;
}

std::string repair_utf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    const Decoded c = decode(bytes, at);
    append_utf8(result, c.value);
    at += c.length;
  }
  return result;
}

std::string_view truncate_utf8(std::string_view utf8, size_t bytes_max) {
  if (utf8.size() <= bytes_max) return utf8;
  size_t end = bytes_max;
  for (int back = 0; back < 3 && end > 0; ++back) {
    if ((static_cast<unsigned char>(utf8[end]) & 0xc0U) != 0x80) break;
    --end;
  }
  return utf8.substr(0, end);
}

CodePoint code_point_at(std::string_view utf8, size_t at) {
  const Decoded c = decode(utf8, at);
  return {c.value, c.length};
}

bool is_han(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || c == 0x3007 ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x323af);
}

bool is_kana_or_hangul(char32_t c) {
  return (c >= 0x3041 && c <= 0x30ff && c != 0x30fb) || (c >= 0x31f0 && c <= 0x31ff) ||
         (c >= 0xac00 && c <= 0xd7af) || (c >= 0x1100 && c <= 0x11ff) ||
         (c >= 0xff66 && c <= 0xff9f);
}

bool is_letter_or_digit(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return u_isalnum(static_cast<UChar32>(c)) != 0;
}

bool is_word_boundary(std::string_view utf8, size_t at) {
  if (at == 0 || at >= utf8.size()) return true;
  const char32_t after = decode(utf8, at).value;
  size_t before_at = at - 1;
  while (before_at > 0 && at - before_at < 4 &&
         (static_cast<unsigned char>(utf8[before_at]) & 0xc0U) == 0x80)
    --before_at;
  const char32_t before = decode(utf8, before_at).value;
  const auto joins = [](char32_t c) {
    return is_letter_or_digit(c) && !is_han(c) && !is_kana_or_hangul(c);
  };
  return !joins(before) || !joins(after);
}

}  // namespace maitred
