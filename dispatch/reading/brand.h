// Whether a mention is about us: a name of ours as words of the text, an account of ours named in
// it or addressed by it, or the way it came (reviews, messages, mails and what the house writes
// itself are about us by nature). A homonym of [brand] not hides only the names it covers.
//
// Pure.
#pragma once

#include "bus/mention.h"
#include "bus/reading.h"
#include "dispatch/reading/language.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

// `alias` is the alias or account as configured, or "addressed" where nothing but the way it came
// says it is about us.
BrandFinding find_brand(const Mention& mention, const Prepared& text, const Language& language);

}  // namespace maitred
