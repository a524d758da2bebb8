// What the writer wants (request, complaint, praise, question), how they feel about us, and how
// much of a hurry they are in. Cues from the word lists, each with a weight; a negation before a
// cue turns it ("don't bring", "not bad"), a sentence that begins with a verb is a demand, a
// rating weighs in. A request that is disclaimed ("I'm not asking you to deliver") is none, one
// that was not met is a complaint, thanks behind an order are manners. The score is the winner's
// share of all that was found, less where little was.
//
// Pure, and a judgement from words alone: irony is seen only where it uses a known phrase, or
// praises and complains in one breath.
#pragma once

#include <vector>

#include "bus/mention.h"
#include "bus/reading.h"
#include "dispatch/reading/tokens.h"

namespace maitred {

struct IntentFinding {
  Intent intent = Intent::other;
  double score = 0;         // 0..1
  std::vector<Span> spans;  // the words that prove it
  double tone = 0;          // -1..1
};

// What the other stages found, as far as it bears on intent.
struct IntentHints {
  bool names_item = false;
  bool orders = false;  // a dish, and a place or a time to come: without any verb a wish too
  bool timed = false;   // a time to come is said
  bool past = false;    // a time is said, but none to come
  // Tokens a clause may begin at without a mark before it: behind a time, a place, our own name.
  std::vector<uint32_t> openings;
};

IntentFinding find_intent(const Mention& mention, const Prepared& text, const IntentHints& hints);

// high: a word of hurry, or due within the hour; low: a word of patience.
Urgency find_urgency(const Prepared& text, const std::optional<Window>& window, Time posted_at,
                     std::string_view original);

}  // namespace maitred
