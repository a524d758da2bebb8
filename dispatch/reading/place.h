// Which places a text names: airports (by name, by code in capitals, by town beside a word such as
// "airport"), our own stores, and towns. How sure we are is the score: a code or a name of its own
// 0.9 and more, the airport of a town 0.8 and less where it has several, a town by itself 0.4.
//
// A code counts only in capitals, not in a text that is all capitals unless a preposition or the
// word airport stands beside it, and never where it is a common word. A town in small letters
// counts unless its name is a common word; among towns of one name the larger is meant, and one in
// the writer's own zone before one that is not. A town beside our name or a word for a shop
// ("Morton's Chicago", 新加坡店) means our store there, where it is plain which.
//
// Pure.
#pragma once

#include <string_view>
#include <vector>

#include "bus/reading.h"
#include "dispatch/reading/language.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

// The best first. `original` is the text as it was written, `zone` the writer's or empty, `ours`
// where our name stands in it.
std::vector<PlaceFinding> find_places(const Prepared& text, std::string_view original,
                                      const Language& language, std::string_view zone,
                                      const std::vector<Span>& ours);

}  // namespace maitred
