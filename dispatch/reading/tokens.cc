#include "dispatch/reading/tokens.h"

#include <algorithm>
#include <cmath>

namespace maitred {
namespace {

constexpr size_t kNumberDigitsMax = 9;  // longer runs of digits are no number we could mean

}  // namespace

const Meaning* Symbol::as(Role role) const {
  if (meanings == nullptr) return nullptr;
  for (const Meaning& meaning : *meanings)
    if (meaning.role == role) return &meaning;
  return nullptr;
}

double Symbol::value(Role role, size_t index) const {
  const Meaning* meaning = as(role);
  return meaning != nullptr && index < meaning->values.size() ? meaning->values[index] : 0;
}

Span Prepared::original(uint32_t first_token, uint32_t last_token) const {
  if (first_token >= last_token) return {};
  return folded.original(tokens[first_token].begin, tokens[last_token - 1].end);
}

size_t Prepared::token_at(uint32_t folded_byte) const {
  const auto found = std::partition_point(
      tokens.begin(), tokens.end(), [&](const Token& token) { return token.end <= folded_byte; });
  return static_cast<size_t>(found - tokens.begin());
}

namespace {

bool ends_sentence(const Prepared& text, uint32_t token) {
  if (text.tokens[token].fresh && token > 0) return true;
  if (token == 0) return false;
  const Token& before = text.tokens[token - 1];
  if (before.kind != Token::Kind::mark) return false;
  const std::string_view mark = text.text(before);
  if (mark == "!" || mark == "?" || mark == ";" || mark == "\u3002") return true;
  return mark == "." && text.tokens[token].spaced;
}

}  // namespace

bool is_clause_mark(const Prepared& text, uint32_t token) {
  if (text.tokens[token].kind != Token::Kind::mark) return false;
  const std::string_view mark = text.text(text.tokens[token]);
  return mark == "." || mark == "!" || mark == "?" || mark == "," || mark == ";" || mark == ":" ||
         mark == "\u3002" || mark == "\u3001";
}

Stretch sentence_around(const Prepared& text, uint32_t token) {
  // Bounded, so that a text of one endless sentence stays linear.
  constexpr uint32_t kReach = 64;
  Stretch stretch{token, token + 1};
  while (stretch.begin > 0 && token - stretch.begin < kReach && !ends_sentence(text, stretch.begin))
    --stretch.begin;
  while (stretch.end < text.tokens.size() && stretch.end - token < kReach &&
         !ends_sentence(text, stretch.end))
    ++stretch.end;
  return stretch;
}

namespace {

// ---- numbers ----------------------------------------------------------------------------------

// "1,000", "2.5", "20": the number of digits written tokens from `at`, and the token behind it.
struct Written {
  double value;
  size_t next;
  uint8_t digits;
};

std::optional<Written> written_number(const Prepared& p, size_t at) {
  const auto digits_at = [&](size_t i) -> std::optional<std::string_view> {
    if (i >= p.tokens.size() || p.tokens[i].kind != Token::Kind::digits) return std::nullopt;
    return p.text(p.tokens[i]);
  };
  const auto first = digits_at(at);
  if (!first || first->size() > kNumberDigitsMax) return std::nullopt;
  std::string whole(*first);
  size_t next = at + 1;
  const auto joined = [&](size_t i, char mark) {
    return i + 1 < p.tokens.size() && p.text(p.tokens[i]) == std::string_view(&mark, 1) &&
           !p.tokens[i].spaced && !p.tokens[i + 1].spaced && digits_at(i + 1);
  };
  while (joined(next, ',') && digits_at(next + 1)->size() == 3 && whole.size() <= 6) {
    whole += *digits_at(next + 1);
    next += 2;
  }
  // "2.5" is a number; "5.30" and "3.5.2026" may be clocks and dates and stay apart.
  std::string fraction;
  if (joined(next, '.') && digits_at(next + 1)->size() == 1 && !joined(next + 2, '.')) {
    fraction = *digits_at(next + 1);
    next += 2;
  }
  double value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  if (!fraction.empty()) value += (fraction[0] - '0') / 10.0;
  return Written{value, next, static_cast<uint8_t>(fraction.empty() ? whole.size() : 0)};
}

// "twenty five", "twenty-five", "one hundred": words for tens followed by units.
size_t join_english(const Prepared& p, const Lexicon& lexicon, const std::vector<uint32_t>& numbers,
                    size_t next, double& value) {
  if (value < 20 || value > 90 || std::fmod(value, 10) != 0) return next;
  size_t at = next;
  if (at < p.tokens.size() && p.text(p.tokens[at]) == "-") ++at;
  const auto unit = lexicon.match(numbers, at);
  if (!unit) return next;
  for (const Meaning& meaning : *unit->meanings)
    if (meaning.role == Role::number && meaning.values[0] >= 1 && meaning.values[0] <= 9) {
      value += meaning.values[0];
      return unit->next;
    }
  return next;
}

// 二十五, 廿六, 一百二十, 二〇二六: the value of a run of Chinese numerals.
double han_value(const std::vector<double>& run) {
  const bool positional = std::none_of(run.begin(), run.end(), [](double d) { return d >= 10; });
  // 兩三個小時 is two or three of them, not twenty-three: the less is taken.
  if (positional && run.size() == 2 && run[1] == run[0] + 1) return run[0];
  double total = 0;
  double pending = 0;
  bool has_pending = false;
  for (const double d : run) {
    if (positional) {
      total = total * 10 + d;
    } else if (d >= 20 && d < 100) {  // 廿, 卅
      total += d;
    } else if (d >= 10) {
      total += (has_pending ? pending : 1) * d;
      has_pending = false;
    } else {
      pending = d;
      has_pending = d != 0;
    }
  }
  return total + (!positional && has_pending ? pending : 0);
}

constexpr size_t kHanNumeralsMax = 8;

std::optional<double> han_numeral(const Lexicon& lexicon, const Prepared& p,
                                  const std::vector<uint32_t>& numbers, size_t at) {
  if (at >= p.tokens.size() || p.tokens[at].kind != Token::Kind::han) return std::nullopt;
  const auto found = lexicon.match(numbers, at);
  // The numeral itself, even where a longer phrase begins with it: those are tried before.
  if (!found || found->next != at + 1) return std::nullopt;
  for (const Meaning& meaning : *found->meanings)
    if (meaning.role == Role::number) return meaning.values.empty() ? 0 : meaning.values[0];
  return std::nullopt;
}

// ---- symbols ----------------------------------------------------------------------------------

Symbol next_symbol(const Prepared& p, const Lexicon& lexicon, const std::vector<uint32_t>& numbers,
                   size_t at) {
  Symbol symbol;
  symbol.first = static_cast<uint32_t>(at);
  symbol.last = static_cast<uint32_t>(at + 1);
  if (const auto written = written_number(p, at)) {
    symbol.last = static_cast<uint32_t>(written->next);
    symbol.number = written->value;
    symbol.digits = written->digits;
    const auto behind = lexicon.match(numbers, written->next);
    if (behind && written->next < p.tokens.size() && !p.tokens[written->next].spaced)
      for (const Meaning& meaning : *behind->meanings)
        if (meaning.role == Role::ordinal_mark) {
          symbol.ordinal = true;
          symbol.last = static_cast<uint32_t>(behind->next);
        }
    return symbol;
  }
  if (han_numeral(lexicon, p, numbers, at)) {
    std::vector<double> run;
    size_t next = at;
    while (run.size() < kHanNumeralsMax) {
      const auto numeral = han_numeral(lexicon, p, numbers, next);
      if (!numeral) break;
      run.push_back(*numeral);
      ++next;
    }
    symbol.number = han_value(run);
    symbol.in_han = true;
    symbol.last = static_cast<uint32_t>(next);
    return symbol;
  }
  if (const auto found = lexicon.match(numbers, at)) {
    symbol.meanings = found->meanings;
    symbol.last = static_cast<uint32_t>(found->next);
    if (const Meaning* number = symbol.as(Role::number); number && !number->values.empty()) {
      double value = number->values[0];
      symbol.last = static_cast<uint32_t>(join_english(p, lexicon, numbers, found->next, value));
      symbol.number = value;
    }
    if (const Meaning* ordinal = symbol.as(Role::ordinal)) {
      symbol.number = ordinal->values.empty() ? 0 : ordinal->values[0];
      symbol.ordinal = true;
    }
  }
  return symbol;
}

// ---- what is not prose ------------------------------------------------------------------------

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Marks the tokens of URLs, e-mail addresses and handles: a stretch without white space that holds
// "://" or "www.", or an @ that is not its last character.
void mark_opaque(Prepared& p) {
  p.opaque.assign(p.tokens.size(), 0);
  for (size_t begin = 0; begin < p.tokens.size();) {
    size_t end = begin + 1;
    // Han text has no white space: there a stretch ends where the script changes.
    while (end < p.tokens.size() && !p.tokens[end].spaced && !p.tokens[end].fresh &&
           p.tokens[end].kind != Token::Kind::han)
      ++end;
    const std::string_view stretch =
        std::string_view(p.folded.text)
            .substr(p.tokens[begin].begin, p.tokens[end - 1].end - p.tokens[begin].begin);
    const bool url = contains(stretch, "://") || contains(stretch, "www.");
    size_t from = begin;
    bool opaque = url;
    for (size_t i = begin; i + 1 < end && !opaque; ++i)
      if (p.text(p.tokens[i]) == "@" && p.tokens[i + 1].kind == Token::Kind::word) {
        opaque = true;
        // A handle begins at its @; what stands before it in an e-mail address belongs to it.
        const bool handle = i == begin || p.tokens[i - 1].kind == Token::Kind::mark;
        from = handle ? i : begin;
      }
    if (opaque)
      std::fill(p.opaque.begin() + static_cast<std::ptrdiff_t>(from),
                p.opaque.begin() + static_cast<std::ptrdiff_t>(end), uint8_t{1});
    begin = end;
  }
}

}  // namespace

Prepared prepare(std::string_view utf8, const Lexicon& lexicon, const Lexicon& cues) {
  Prepared p;
  p.folded = fold_text(utf8);
  p.tokens = tokenize(p.folded.text);
  mark_opaque(p);
  const std::vector<uint32_t> numbers = lexicon.numbers(p.folded.text, p.tokens);
  p.symbols.reserve(p.tokens.size());
  for (size_t at = 0; at < p.tokens.size();) {
    Symbol symbol = next_symbol(p, lexicon, numbers, at);
    if (p.opaque[at]) symbol = Symbol{symbol.first, symbol.first + 1, nullptr, {}, 0, false, false};
    at = symbol.last;
    p.symbols.push_back(symbol);
  }
  const std::vector<uint32_t> cue_numbers = cues.numbers(p.folded.text, p.tokens);
  for (size_t at = 0; at < p.tokens.size(); ++at) {
    const auto found = p.opaque[at] ? std::nullopt : cues.match(cue_numbers, at);
    if (!found) continue;
    for (const Meaning& meaning : *found->meanings)
      p.cues.push_back({meaning.role, static_cast<uint32_t>(at), static_cast<uint32_t>(found->next),
                        meaning.values.empty() ? 1.0 : meaning.values[0]});
  }
  return p;
}

}  // namespace maitred
