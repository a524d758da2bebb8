#include <algorithm>

#include "dispatch/reading/item.h"

namespace maitred {
namespace {

constexpr uint32_t kReach = 3;     // tokens between a denial and its dish
constexpr uint32_t kHanReach = 4;  // a Chinese token is half a word

}  // namespace

Denials::Denials(const Prepared& text) : text_(text) {
  chain_.assign(text.tokens.size() + 1, 0);
  request_.assign(text.tokens.size() + 1, 0);
  // Where a request or a verb of asking begins, and the token behind it.
  std::vector<uint32_t> asks(text.tokens.size() + 1, 0);
  for (const Cue& cue : text.cues) {
    if (cue.role == Role::chain)
      std::fill(chain_.begin() + cue.first, chain_.begin() + cue.last, uint8_t{1});
    if (cue.role != Role::request && cue.role != Role::imperative) continue;
    asks[cue.first] = std::max(asks[cue.first], cue.last);
    if (cue.role == Role::request) request_[cue.first] = 1;
  }
  uint32_t covered_until = 0;
  for (const Cue& cue : text.cues) {
    // The 沒有 in 有沒有 and the "no" in a longer phrase deny nothing.
    const bool inner = cue.first < covered_until;
    if (cue.role == Role::question || cue.role == Role::denies_nothing ||
        cue.role == Role::request || cue.role == Role::opening)
      covered_until = std::max(covered_until, cue.last);
    if (inner) continue;
    if (cue.role == Role::denied_behind) behind_.push_back(cue);
    // "Don't bring", 別送: a negation right before a verb of asking.
    const uint32_t verb_end = asks[cue.last];
    if (cue.role == Role::unwanted || (cue.role == Role::negation && verb_end != 0))
      from_.push_back(std::max(cue.last, verb_end));
  }
  std::sort(from_.begin(), from_.end());
}

bool Denials::before(uint32_t first) const {
  const auto above = std::upper_bound(from_.begin(), from_.end(), first);
  // "Send a ribeye" inside 不要送一份: the dish's count may begin before the verb's phrase ends.
  const uint32_t slack = above != from_.end() && *above <= first + 1 ? 1 : 0;
  if (above == from_.begin() && slack == 0) return false;
  const uint32_t from = slack == 1 ? *above : *(above - 1);
  if (from >= first) return true;
  if (dish_until_ > from) return false;  // it denied that one
  const bool han = text_.tokens[from].kind == Token::Kind::han;
  if (first - from > (han ? kHanReach : kReach)) return false;
  for (uint32_t i = from; i < first; ++i)
    if (is_clause_mark(text_, i) || text_.tokens[i].fresh || request_[i]) return false;
  return true;
}

bool Denials::behind(uint32_t last) const {
  // 龍蝦也不用: a word such as 也 may stand between, and the clause ends behind it. 肋眼不要太熟
  // asks for a ribeye.
  const auto cue = std::lower_bound(behind_.begin(), behind_.end(), last,
                                    [](const Cue& c, uint32_t token) { return c.first < token; });
  if (cue == behind_.end() || cue->first > last + 1) return false;
  if (cue->first > last &&
      (is_clause_mark(text_, last) || text_.tokens[last].kind != Token::Kind::han))
    return false;
  return cue->last >= text_.tokens.size() || text_.tokens[cue->last].fresh ||
         text_.tokens[cue->last].kind == Token::Kind::mark;
}

bool Denials::covers(uint32_t first, uint32_t last, bool counted) {
  bool denied = before(first) || behind(last);
  if (!denied && !counted && denied_until_ != 0 && denied_until_ < first &&
      first - denied_until_ <= kReach)
    denied = std::all_of(chain_.begin() + denied_until_, chain_.begin() + first,
                         [](uint8_t joins) { return joins != 0; });
  if (denied) denied_until_ = last;
  dish_until_ = last;
  return denied;
}

}  // namespace maitred
