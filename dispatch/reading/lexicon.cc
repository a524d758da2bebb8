#include "dispatch/reading/lexicon.h"

#include <array>

#include "base/text.h"

namespace maitred {
namespace {

// clang-format off
constexpr std::array<std::string_view, 87> kSections{
    "number", "article", "several", "ordinal", "ordinal_mark", "ordinal_prefix", "unit",
    "measure_word", "weekday", "weekday_weak", "weekend", "week_of", "month", "holiday", "day",
    "part", "moment", "meridiem", "meridiem_tight", "oclock", "minute_mark", "day_mark",
    "month_mark", "year_mark", "half", "quarter", "three_quarters", "past", "to", "and_half",
    "fraction_bar", "modifier", "within", "later", "ago", "since", "by", "by_behind",
    "not_before", "not_before_behind", "about", "about_behind", "open", "link", "at", "filler",
    "clock_follower", "not_clock", "stop", "arrival", "lands_at", "airport", "terminal",
    "place_before", "name_of_place", "not_a_code", "not_a_town", "counted", "measure",
    "past_tense", "negation", "request", "imperative", "opening", "question",
    "question_opening", "complaint", "praise", "sarcasm", "urgent", "calm", "street",
    "unwanted", "denied_behind", "denies_nothing", "chain", "correction", "declined", "thanks",
    "elsewhere", "store_word", "trade", "evening_meal", "morning_meal", "person_before",
    "person_behind", "name_part"};
// clang-format on
static_assert(static_cast<size_t>(Role::name_part) + 1 == kSections.size());

constexpr uint32_t kNoNode = 0xffffffff;

bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x3000 || c == 0xa0;
}

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

bool is_word_part(char32_t c) {
  return is_letter_or_digit(c) && !is_digit(c) && !is_han(c) && !is_kana_or_hangul(c);
}

// The end of the word that begins at `at`. An apostrophe between letters belongs to it, except
// that of a final 's, which is a token of its own ("hour's" is hour + 's).
size_t word_end(std::string_view s, size_t at) {
  while (at < s.size()) {
    const CodePoint c = code_point_at(s, at);
    if (c.value == '\'' && at + 1 < s.size()) {
      const CodePoint next = code_point_at(s, at + 1);
      if (!is_word_part(next.value)) return at;
      const size_t behind = at + 1 + next.length;
      const bool final_s = next.value == 's' &&
                           (behind >= s.size() || !is_word_part(code_point_at(s, behind).value));
      if (final_s) return at;
      at = behind;
    } else if (is_word_part(c.value)) {
      at += c.length;
    } else {
      return at;
    }
  }
  return at;
}

bool begins_final_s(std::string_view s, size_t at) {
  if (at == 0 || s[at] != '\'' || at + 1 >= s.size() || s[at + 1] != 's') return false;
  return at + 2 >= s.size() || !is_word_part(code_point_at(s, at + 2).value);
}

}  // namespace

std::optional<Role> role_from(std::string_view section) {
  for (size_t i = 0; i < kSections.size(); ++i)
    if (kSections[i] == section && !section.empty()) return static_cast<Role>(i);
  return std::nullopt;
}

std::vector<Token> tokenize(std::string_view folded) {
  std::vector<Token> tokens;
  tokens.reserve(folded.size() / 4 + 4);
  bool spaced = false;
  bool fresh = true;
  for (size_t at = 0; at < folded.size();) {
    const CodePoint c = code_point_at(folded, at);
    if (is_space(c.value)) {
      spaced = true;
      fresh = fresh || c.value == '\n';
      at += c.length;
      continue;
    }
    Token token{static_cast<uint32_t>(at), 0, Token::Kind::mark, spaced, fresh};
    size_t end = at + c.length;
    if (is_digit(c.value)) {
      token.kind = Token::Kind::digits;
      while (end < folded.size() && is_digit(static_cast<unsigned char>(folded[end]))) ++end;
    } else if (is_han(c.value) || is_kana_or_hangul(c.value)) {
      token.kind = Token::Kind::han;
    } else if (is_word_part(c.value)) {
      token.kind = Token::Kind::word;
      end = word_end(folded, at);
    } else if (begins_final_s(folded, at)) {
      token.kind = Token::Kind::word;
      end = at + 2;
    }
    token.end = static_cast<uint32_t>(end);
    tokens.push_back(token);
    at = end;
    spaced = fresh = false;
  }
  return tokens;
}

Lexicon::Lexicon() : meanings_(1) {}

uint32_t Lexicon::step(uint32_t node, uint32_t word) const {
  const auto found = edges_.find(static_cast<uint64_t>(node) << 32 | word);
  return found == edges_.end() ? kNoNode : found->second;
}

void Lexicon::add(std::string_view phrase, Role role, std::vector<double> values) {
  const std::string folded = fold(phrase);
  uint32_t node = 0;
  for (const Token& token : tokenize(folded)) {
    const std::string_view text =
        std::string_view(folded).substr(token.begin, token.end - token.begin);
    const auto word =
        words_.try_emplace(std::string(text), static_cast<uint32_t>(words_.size() + 1))
            .first->second;
    uint32_t next = step(node, word);
    if (next == kNoNode) {
      next = static_cast<uint32_t>(meanings_.size());
      meanings_.emplace_back();
      edges_.emplace(static_cast<uint64_t>(node) << 32 | word, next);
    }
    node = next;
  }
  if (node == 0) return;
  // The same word may be listed by two files, or twice after folding: once is enough.
  for (const Meaning& meaning : meanings_[node])
    if (meaning.role == role) return;
  meanings_[node].push_back({role, std::move(values)});
}

std::vector<uint32_t> Lexicon::numbers(std::string_view folded,
                                       const std::vector<Token>& tokens) const {
  std::vector<uint32_t> result;
  result.reserve(tokens.size());
  for (const Token& token : tokens) {
    const auto found = words_.find(folded.substr(token.begin, token.end - token.begin));
    result.push_back(found == words_.end() ? 0 : found->second);
  }
  return result;
}

std::optional<Lexicon::Match> Lexicon::match(const std::vector<uint32_t>& numbers,
                                             size_t at) const {
  std::optional<Match> best;
  uint32_t node = 0;
  for (size_t i = at; i < numbers.size() && numbers[i] != 0; ++i) {
    node = step(node, numbers[i]);
    if (node == kNoNode) break;
    if (!meanings_[node].empty()) best = Match{&meanings_[node], i + 1};
  }
  return best;
}

}  // namespace maitred
