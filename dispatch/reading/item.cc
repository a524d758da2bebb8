#include "dispatch/reading/item.h"

#include <algorithm>
#include <cmath>

namespace maitred {
namespace {

constexpr size_t kReach = 5;     // symbols between a count and its dish
constexpr int kCountMax = 1000;  // more of one dish is no order we could believe

struct Counted {
  int count = 1;
  std::string size;
  uint32_t first = 0;  // the first token that belongs to it
  bool said = false;   // a count was said
};

std::optional<int> count_of(const Symbol& symbol) {
  if (!symbol.number || symbol.ordinal || std::fmod(*symbol.number, 1) != 0) return std::nullopt;
  if (*symbol.number < 1 || *symbol.number > kCountMax) return std::nullopt;
  return static_cast<int>(*symbol.number);
}

// The symbol that holds the token, or the number of symbols.
size_t symbol_at(const Prepared& text, size_t token) {
  const auto found = std::partition_point(text.symbols.begin(), text.symbols.end(),
                                          [&](const Symbol& s) { return s.last <= token; });
  return static_cast<size_t>(found - text.symbols.begin());
}

// The folded words of tokens [first, last): a size as it was said.
std::string words(const Prepared& text, uint32_t first, uint32_t last) {
  const uint32_t begin = text.tokens[first].begin;
  return text.folded.text.substr(begin, text.tokens[last - 1].end - begin);
}

// "Four bakd potatoes": a word we do not know, behind a number in words that counts no clock.
bool is_unknown_adjective(const Prepared& text, size_t at) {
  const Symbol& word = text.symbols[at];
  if (at == 0 || word.meanings != nullptr || word.number) return false;
  if (text.tokens[word.first].kind != Token::Kind::word) return false;
  const Symbol& number = text.symbols[at - 1];
  const bool timed =
      at > 1 && (text.symbols[at - 2].is(Role::at) || text.symbols[at - 2].is(Role::by) ||
                 text.symbols[at - 2].is(Role::about));
  return number.number && number.digits == 0 && !timed && !text.tokens[word.first].fresh;
}

// Reads leftwards from the dish: "two | large | 24 oz | porterhouses".
Counted count_before(const Prepared& text, uint32_t token) {
  Counted result;
  result.first = token;
  size_t at = symbol_at(text, token);
  for (size_t step = 0; step < kReach && at > 0; ++step) {
    const Symbol& symbol = text.symbols[--at];
    if (symbol.last < text.tokens.size() && text.tokens[symbol.last].fresh) break;
    if (symbol.is(Role::measure) && at > 0 && text.symbols[at - 1].number && result.size.empty()) {
      result.size = words(text, text.symbols[at - 1].first, symbol.last);
      result.first = text.symbols[at - 1].first;
      --at;
      continue;
    }
    if (const auto count = count_of(symbol)) {
      // "at 9 porterhouse" and "8:30 porterhouse" count nothing.
      const bool clock = at > 0 && (text.symbols[at - 1].is(Role::at) ||
                                    text.text(text.tokens[text.symbols[at - 1].first]) == ":" ||
                                    text.text(text.tokens[text.symbols[at - 1].first]) == "$");
      if (clock) break;
      result.count = *count;
      result.first = symbol.first;
      result.said = true;
      break;
    }
    if (symbol.is(Role::article)) {
      result.said = true;
      break;
    }
    if (!symbol.is(Role::counted) && !symbol.is(Role::measure_word) &&
        !(step == 0 && is_unknown_adjective(text, at)))
      break;
  }
  return result;
}

// Reads rightwards: 牛排兩份, "porterhouse x2", "porterhouse (24 oz)".
void count_behind(const Prepared& text, uint32_t token, Counted& result, uint32_t& last) {
  size_t at = symbol_at(text, token);
  const auto symbol = [&](size_t i) {
    return i < text.symbols.size() ? &text.symbols[i] : nullptr;
  };
  const auto mark = [&](size_t i, std::string_view m) {
    return i < text.symbols.size() && text.text(text.tokens[text.symbols[i].first]) == m;
  };
  size_t next = at;
  if (mark(next, "(")) ++next;
  const bool times = mark(next, "x") || mark(next, "*") || mark(next, "\u00d7");
  if (times) ++next;
  const Symbol* number = symbol(next);
  if (number == nullptr || !number->number) return;
  const Symbol* unit = symbol(next + 1);
  if (unit != nullptr && unit->is(Role::measure) && result.size.empty()) {
    result.size = words(text, number->first, unit->last);
    last = unit->last;
    return;
  }
  const bool classifier = unit != nullptr &&
                          (unit->is(Role::counted) || unit->is(Role::measure_word)) &&
                          text.tokens[unit->first].kind == Token::Kind::han;
  if (result.said || (!times && !classifier)) return;
  if (const auto count = count_of(*number)) {
    result.count = *count;
    result.said = true;
    last = times ? number->last : unit->last;
  }
}

// A dish as it stands in the text.
struct Named {
  uint32_t id = 0;  // into Language::item_ids
  uint32_t first = 0;
  uint32_t last = 0;
};

// Every dish by its names, and by what may be a slip of the pen where nothing else is known.
std::vector<Named> find_names(const Prepared& text, const Language& language) {
  std::vector<Named> names;
  uint32_t next = 0;
  const auto guess_until = [&](uint32_t end) {
    for (; next < end; ++next) {
      const Token& token = text.tokens[next];
      if (token.kind != Token::Kind::word || text.opaque[next]) continue;
      const std::string_view word = text.text(token);
      const auto id = language.spelling.find(word);
      if (id && !language.cues.knows(word) && !language.symbols.knows(word))
        names.push_back({*id, next, next + 1});
    }
  };
  for (const PhraseMatch& match : language.items.find_longest(text.folded)) {
    const auto first = static_cast<uint32_t>(text.token_at(match.begin));
    const auto last = static_cast<uint32_t>(text.token_at(match.end));
    if (first >= text.tokens.size() || text.opaque[first]) continue;
    guess_until(first);
    names.push_back({match.phrase, first, last});
    next = std::max(next, last);
  }
  guess_until(static_cast<uint32_t>(text.tokens.size()));
  return names;
}

// 是 and 要 may stand before the right number: 不對,是三份.
bool is_copula(const Prepared& text, size_t at) {
  const std::string_view word = text.text(text.tokens[text.symbols[at].first]);
  return word == "\u662f" || word == "\u8981";
}

// Where a dish was last named, for who corrects himself.
struct Mentioned {
  size_t item = 0;
  uint32_t first = 0;  // its count included
  uint32_t last = 0;
};

// "No wait, three", 不對,是三份: a number by itself behind a word of correction is the count of
// the dish before, if the last number said before was that dish's.
void correct(const Prepared& text, const std::vector<Mentioned>& mentioned,
             std::vector<ItemFinding>& items) {
  for (const Cue& cue : text.cues) {
    if (cue.role != Role::correction) continue;
    const auto behind =
        std::lower_bound(mentioned.begin(), mentioned.end(), cue.first,
                         [](const Mentioned& m, uint32_t token) { return m.first < token; });
    if (behind == mentioned.begin()) continue;
    const Mentioned& meant = *(behind - 1);
    size_t at = symbol_at(text, cue.last);
    for (int i = 0; i < 2 && at < text.symbols.size(); ++i)
      if (text.tokens[text.symbols[at].first].kind == Token::Kind::mark || is_copula(text, at))
        ++at;
    if (at >= text.symbols.size()) continue;
    const auto count = count_of(text.symbols[at]);
    if (!count || (behind != mentioned.end() && behind->first <= text.symbols[at].first)) continue;
    // What follows must leave it a count: the end of the clause, or a measure word.
    const size_t next = at + 1;
    if (next < text.symbols.size()) {
      const Symbol& symbol = text.symbols[next];
      const Token::Kind kind = text.tokens[symbol.first].kind;
      const bool measured =
          kind == Token::Kind::han && (symbol.is(Role::counted) || symbol.is(Role::measure_word));
      if (!measured && kind != Token::Kind::mark) continue;
    }
    size_t before = symbol_at(text, cue.first);
    const size_t end_of_dish = symbol_at(text, meant.last);
    while (before > end_of_dish && !text.symbols[before - 1].number) --before;
    if (before > end_of_dish) continue;
    ItemFinding& item = items[meant.item];
    item.count = *count;
    item.spans.push_back(text.original(text.symbols[at].first, text.symbols[at].last));
  }
}

bool corrected_between(const Prepared& text, uint32_t begin, uint32_t end) {
  auto cue = std::lower_bound(text.cues.begin(), text.cues.end(), begin,
                              [](const Cue& c, uint32_t token) { return c.first < token; });
  for (; cue != text.cues.end() && cue->first < end; ++cue)
    if (cue->role == Role::correction && cue->last <= end) return true;
  return false;
}

}  // namespace

std::vector<ItemFinding> find_items(const Prepared& text, const Language& language) {
  std::vector<ItemFinding> items;
  std::vector<Mentioned> mentioned;
  Denials denials(text);
  for (const Named& name : find_names(text, language)) {
    uint32_t last = name.last;
    Counted counted = count_before(text, name.first);
    count_behind(text, name.last, counted, last);
    if (denials.covers(counted.first, last, counted.first != name.first)) continue;
    const std::string& id = language.item_ids[name.id];
    const Span span = text.original(counted.first, last);
    const auto same = std::find_if(items.begin(), items.end(),
                                   [&](const ItemFinding& item) { return item.id == id; });
    const auto index = static_cast<size_t>(same - items.begin());
    if (same == items.end()) {
      items.push_back({id, counted.count, counted.size, {span}});
    } else {
      // Named again: "a porterhouse … the porterhouse" is one dish, "two more ribeyes" are not;
      // "three, sorry, two ribeyes" are two.
      const bool corrected = counted.said && !mentioned.empty() && mentioned.back().item == index &&
                             corrected_between(text, mentioned.back().last, name.first);
      same->count = corrected ? counted.count : std::max(same->count, counted.count);
      if (same->size.empty()) same->size = counted.size;
      same->spans.push_back(span);
    }
    mentioned.push_back({index, counted.first, last});
  }
  correct(text, mentioned, items);
  return items;
}

}  // namespace maitred
