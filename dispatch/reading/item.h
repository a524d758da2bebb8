// Which dishes of the catalogue a text names, how many of each and in what size: "two
// porterhouses", "3x ribeye", "a 24 oz porterhouse", 兩份, 一杯咖啡.
//
// Pure.
#pragma once

#include <vector>

#include "bus/reading.h"
#include "dispatch/reading/language.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

// One finding an item, in the order of the text. Of names that overlap the longest counts.
std::vector<ItemFinding> find_items(const Prepared& text, const Language& language);

}  // namespace maitred
