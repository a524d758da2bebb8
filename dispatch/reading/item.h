// Which dishes of the catalogue a text names, how many of each and in what size: "two
// porterhouses", "3x ribeye", "a 24 oz porterhouse", 兩份, 一杯咖啡.
//
// Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "bus/reading.h"
#include "dispatch/reading/language.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

// One finding an item, in the order of the text. Of names that overlap the longest counts.
std::vector<ItemFinding> find_items(const Prepared& text, const Language& language);

// What a text says it does not want: "no shrimp", "do not bring lobster or potatoes", "hold the
// onions", 不要蝦, and behind the dish 龍蝦也不用. A denial reaches over a few words of its own
// clause, on along "or", and ends where the writer asks for something else.
class Denials {
 public:
  explicit Denials(const Prepared& text);

  // Whether the dish at tokens [first, last) is denied. Ask in the order of the text: a dish may be
  // denied because the one before it was. `counted`: it has a number of its own, so that "no
  // shrimp and two ribeyes" denies one of them.
  bool covers(uint32_t first, uint32_t last, bool counted);

 private:
  bool before(uint32_t first) const;
  bool behind(uint32_t last) const;

  const Prepared& text_;
  std::vector<uint32_t> from_;    // where each denial begins to reach, ascending
  std::vector<Cue> behind_;       // by where they begin
  std::vector<uint8_t> chain_;    // by token: it joins dishes
  std::vector<uint8_t> request_;  // by token: something is asked for from here on
  uint32_t denied_until_ = 0;     // the token behind the last dish denied
  uint32_t dish_until_ = 0;       // the token behind the last dish
};

}  // namespace maitred
