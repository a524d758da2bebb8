// What a mention says: is it about us, what is wanted, which dishes, where, when, in what tone and
// hurry, each with the words that prove it. The one function the dispatcher and `explain` call;
// every concern has its own module beside this one.
//
// Pure, thread-safe, and linear in the text: posts are written by strangers.
#pragma once

#include <string>

#include "base/clock.h"
#include "bus/mention.h"
#include "bus/reading.h"
#include "dispatch/reading/language.h"

namespace maitred {

// How a clock time is placed. A zone that is empty or unknown is passed over.
struct ReadingContext {
  Time posted_at;
  std::string customer_zone;
  std::string source_zone;
};

// The zone of a clock time is that of the named place, else the customer's, the location's (that
// of the nearest town), the source's, [brand] zone.
Reading read(const Mention& mention, const Language& language, const ReadingContext& context);

}  // namespace maitred
