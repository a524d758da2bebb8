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
    if (!symbol.is(Role::counted) && !symbol.is(Role::measure_word)) break;
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

}  // namespace

std::vector<ItemFinding> find_items(const Prepared& text, const Language& language) {
  std::vector<ItemFinding> items;
  for (const PhraseMatch& match : language.items.find_longest(text.folded)) {
    const auto first = static_cast<uint32_t>(text.token_at(match.begin));
    auto last = static_cast<uint32_t>(text.token_at(match.end));
    if (first >= text.tokens.size() || text.opaque[first]) continue;
    Counted counted = count_before(text, first);
    count_behind(text, last, counted, last);
    const std::string& id = language.item_ids[match.phrase];
    const Span span = text.original(counted.first, last);
    const auto same = std::find_if(items.begin(), items.end(),
                                   [&](const ItemFinding& item) { return item.id == id; });
    if (same != items.end()) {
      // Named again: "a porterhouse … the porterhouse" is one dish, "two more ribeyes" are not.
      same->count = std::max(same->count, counted.count);
      if (same->size.empty()) same->size = counted.size;
      same->spans.push_back(span);
      continue;
    }
    items.push_back({id, counted.count, counted.size, {span}});
  }
  return items;
}

}  // namespace maitred
