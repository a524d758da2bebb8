// Whether a mention is about us: a name of ours as words of the text, an account of ours named in
// it or addressed by it, or the way it came (reviews, messages, mails and what the house writes
// itself are about us by nature). A homonym of [brand] not hides only the names it covers, and so
// does a person of our name.
//
// Pure.
#pragma once

#include "bus/mention.h"
#include "bus/reading.h"
#include "dispatch/reading/language.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

// `alias` is the alias or account as configured, or "addressed" where nothing but the way it came
// says it is about us. `names_dish`: the text names one of the catalogue.
BrandFinding find_brand(const Mention& mention, const Prepared& text, const Language& language,
                        bool names_dish);

// What the post has of our trade besides the name.
struct TradeSigns {
  bool dish = false;     // one of the catalogue
  bool service = false;  // a word such as "reservation", 外送
  bool asks = false;     // it asks for something
};

TradeSigns trade_signs(const Prepared& text, bool names_dish);

// Whether a name of ours stands here for a person of that name: a title or a kinsman before it
// ("Uncle Morton", 外教莫頓), a title behind (莫頓氏), a given name before it ("Samantha Morton",
// 萨曼莎·莫顿). Only short names are doubted, and a given name only where nothing in the post is of
// our trade.
// The name is tokens [first, last); `original` is the text as written, as capitals matter.
bool names_person(const Prepared& text, std::string_view original, uint32_t first, uint32_t last,
                  const TradeSigns& signs);

}  // namespace maitred
