#include "dispatch/reading/intent.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace maitred {
namespace {

constexpr double kRatingWeight = 3;
constexpr double kSarcasm = 2.5;
constexpr uint32_t kNegationReach = 3;   // tokens between "not" and what it denies
constexpr uint32_t kElsewhereReach = 2;  // tokens between "airline food" and what is bad about it
constexpr auto kDueSoon = std::chrono::hours(1);
constexpr size_t kSpansMax = 16;

struct Tally {
  double weight = 0;
  std::vector<Span> spans;
  void add(double by, Span span) {
    weight += by;
    if (spans.size() < kSpansMax) spans.push_back(span);
  }
};

class Judge {
 public:
  Judge(const Prepared& text, const IntentHints& hints) : text_(text) {
    negated_.assign(text.tokens.size() + 1, 0);
    opens_.assign(text.tokens.size() + 1, 0);
    declined_.assign(text.tokens.size() + 1, 0);
    elsewhere_.assign(text.tokens.size() + 1, 0);
    for (const Cue& cue : text.cues) {
      if (cue.role == Role::negation) mark(negated_, cue.last, cue.last + kNegationReach);
      if (cue.role == Role::elsewhere) {
        mark(elsewhere_, cue.first, cue.last + kElsewhereReach);
        mark_before(elsewhere_, cue.first, kElsewhereReach);
      }
      if (cue.role == Role::declined) {
        declines = true;
        if (declined_[cue.first]) continue;  // the clause is marked
        mark(declined_, cue.first, static_cast<uint32_t>(text.tokens.size()));
      }
    }
    find_openings(hints);
  }

  void weigh() {
    uint32_t covered_until = 0;
    for (const Cue& cue : text_.cues) {
      const Span span = text_.original(cue.first, cue.last);
      const bool negated = negated_[cue.first] != 0;
      // A cue within a longer one has been counted: "best" in "best ever".
      const bool inner = cue.first < covered_until && cue.last <= covered_until;
      if (inner) continue;
      switch (cue.role) {
        case Role::request:
          if (!negated && !declined_[cue.first]) request.add(cue.weight, span);
          break;
        case Role::imperative:
          if (opens_[cue.first] && !negated && !declined_[cue.first]) request.add(cue.weight, span);
          continue;  // a weak word by itself covers nothing
        case Role::question_opening:
          if (opens_[cue.first]) question.add(cue.weight, span);
          continue;
        case Role::question:
          question.add(cue.weight, span);
          continue;
        case Role::complaint:
          if (elsewhere_[cue.first]) break;
          if (!negated || cue.last - cue.first > 2)
            complaint.add(cue.weight, span);
          else
            praise.add(cue.weight / 2, span);
          break;
        case Role::praise:
          if (!negated)
            praise.add(cue.weight, span);
          else
            complaint.add(cue.weight, span);
          break;
        case Role::thanks:
          if (!negated) thanks.add(cue.weight, span);
          break;
        case Role::sarcasm:
          sarcasm.add(cue.weight, span);
          break;
        case Role::opening:
          break;  // 你好 is no praise
        default:
          continue;
      }
      covered_until = std::max(covered_until, cue.last);
    }
  }

  Tally request, complaint, praise, question, sarcasm, thanks;
  bool declines = false;  // somewhere it says that nothing is asked for

 private:
  // A word reaches over a few others of its clause.
  void mark(std::vector<uint8_t>& marks, uint32_t from, uint32_t until) const {
    for (uint32_t i = from; i < text_.tokens.size() && i <= until; ++i) {
      if (is_clause_mark(text_, i)) break;
      marks[i] = 1;
    }
  }
  void mark_before(std::vector<uint8_t>& marks, uint32_t end, uint32_t reach) const {
    for (uint32_t i = end; i > 0 && end - i < reach && !is_clause_mark(text_, i - 1); --i)
      marks[i - 1] = 1;
  }

  // The tokens a clause's verb may stand at: its first word, over greetings, names and "please".
  void find_openings(const IntentHints& hints) {
    std::vector<uint8_t> reopen(text_.tokens.size() + 1, 0);
    for (const uint32_t token : hints.openings)
      if (token < reopen.size()) reopen[token] = 1;
    bool open = true;
    uint32_t polite_until = 0;
    size_t next_cue = 0;
    for (uint32_t i = 0; i < text_.tokens.size(); ++i) {
      if (text_.tokens[i].fresh || reopen[i]) open = true;
      opens_[i] = open ? 1 : 0;
      while (next_cue < text_.cues.size() && text_.cues[next_cue].first <= i) {
        const Cue& cue = text_.cues[next_cue++];
        if (cue.role == Role::opening) polite_until = std::max(polite_until, cue.last);
      }
      const bool stays = i < polite_until || text_.opaque[i] != 0 || is_clause_mark(text_, i) ||
                         text_.tokens[i].kind == Token::Kind::mark;
      if (is_clause_mark(text_, i)) open = true;
      if (!stays) open = false;
    }
  }

  const Prepared& text_;
  std::vector<uint8_t> negated_;
  std::vector<uint8_t> opens_;
  std::vector<uint8_t> declined_;
  std::vector<uint8_t> elsewhere_;
};

void take_rating(const Mention& mention, Judge& judge) {
  if (!mention.rating || mention.rating->of <= 0) return;
  const double share = mention.rating->stars / mention.rating->of;
  if (share <= 0.4) judge.complaint.weight += kRatingWeight;
  if (share >= 0.8) judge.praise.weight += kRatingWeight;
}

double squash(double weight) {
  return 1 - std::exp2(-weight);
}

double round_to_hundredths(double value) {
  return std::round(value * 100) / 100;
}

// What the findings say to each other.
void balance(Judge& judge, const IntentHints& hints) {
  Tally& request = judge.request;
  Tally& complaint = judge.complaint;
  Tally& praise = judge.praise;
  Tally& question = judge.question;
  bool orders = hints.orders && !judge.declines;
  // A dish and a place without a verb are a wish, unless something is said of them.
  if (!hints.timed && request.weight == 0 && praise.weight + complaint.weight >= 2) orders = false;
  // What was wanted and did not come is no wish any more.
  if (hints.past && complaint.weight > 0) {
    orders = false;
    request.weight /= 3;
  }
  // Thanks behind an order are manners.
  if (!orders && request.weight < 2) {
    praise.weight += judge.thanks.weight;
    praise.spans.insert(praise.spans.end(), judge.thanks.spans.begin(), judge.thanks.spans.end());
  }
  if (orders) request.weight += 1.5;
  if (hints.names_item && request.weight > 0) request.weight += 1;
  // Praise with a sneer, or in one breath with a complaint, is not praise.
  if (judge.sarcasm.weight > 0 && (complaint.weight > 0 || judge.sarcasm.weight >= kSarcasm)) {
    complaint.weight += judge.sarcasm.weight;
    praise.weight /= 3;
  }
  if (complaint.weight >= 2 && praise.weight > 0 && complaint.weight * 2 >= praise.weight)
    praise.weight /= 2;
  // "Can I get a refund", "please fix this": what is wanted is that it be put right.
  if (complaint.weight >= 3) request.weight /= 2;
  // "Could you bring …?" asks for a thing, "could you tell me when …?" for an answer.
  if (request.weight >= 3 && complaint.weight < request.weight) question.weight /= 3;
  if (request.weight > 0 && question.weight >= 3 && !orders && request.weight <= 2.5)
    request.weight /= 2;
}

}  // namespace

IntentFinding find_intent(const Mention& mention, const Prepared& text, const IntentHints& hints) {
  Judge judge(text, hints);
  judge.weigh();
  take_rating(mention, judge);
  balance(judge, hints);
  const Tally& request = judge.request;
  const Tally& complaint = judge.complaint;
  const Tally& praise = judge.praise;
  const Tally& question = judge.question;

  struct Candidate {
    Intent intent;
    const Tally* tally;
  };
  // In this order where two weigh the same: a complaint must not be missed.
  const std::array candidates{
      Candidate{Intent::complaint, &complaint}, Candidate{Intent::request, &request},
      Candidate{Intent::question, &question}, Candidate{Intent::praise, &praise}};
  const auto best = std::max_element(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.tally->weight < b.tally->weight; });
  IntentFinding result;
  const double total = request.weight + complaint.weight + praise.weight + question.weight;
  const double good = praise.weight;
  const double bad = complaint.weight;
  if (good + bad > 0)
    result.tone = round_to_hundredths((good - bad) / (good + bad) * squash((good + bad) / 2));
  if (best->tally->weight < 1) return result;
  result.intent = best->intent;
  result.score = round_to_hundredths(best->tally->weight / total * squash(best->tally->weight));
  result.spans = best->tally->spans;
  return result;
}

Urgency find_urgency(const Prepared& text, const std::optional<Window>& window, Time posted_at,
                     std::string_view original) {
  Urgency urgency;
  for (const Cue& cue : text.cues) {
    if (urgency.reasons.size() >= kSpansMax) break;
    if (cue.role != Role::urgent && cue.role != Role::calm) continue;
    const Span span = text.original(cue.first, cue.last);
    if (cue.role == Role::urgent) urgency.level = "high";
    if (cue.role == Role::calm && urgency.level == "normal") urgency.level = "low";
    urgency.reasons.emplace_back(original.substr(span.begin, span.end - span.begin));
  }
  if (window && window->due && *window->due - posted_at <= kDueSoon) {
    urgency.level = "high";
    urgency.reasons.emplace_back("due within the hour");
  }
  return urgency;
}

}  // namespace maitred
