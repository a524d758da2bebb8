#include "daemon/audit/ledger.h"

#include <fmt/core.h>

#include <numeric>

#include "base/json.h"

namespace maitred::audit {
namespace {

// Two partitions may be stamped by two hosts, whose clocks agree about this well.
constexpr std::chrono::seconds kClocksApart{10};
constexpr size_t kRejectKept = 64 * 1024;  // a reject holds this much of what came

constexpr uint64_t kHasVerdict = uint64_t{1} << 63;
constexpr uint64_t kHasMention = uint64_t{1} << 62;

// What copies of a mention must agree in, as fingerprints side by side in one number.
struct Field {
  const char* name;
  int shift;
  int bits;
};
constexpr Field kText{"text", 0, 30};
constexpr Field kRating{"rating", 30, 15};
constexpr Field kAuthor{"author.id", 45, 16};
constexpr Field kWithdrawn{"withdrawn", 61, 1};

uint64_t put(const Field& field, uint64_t number) {
  return (number & ((uint64_t{1} << field.bits) - 1)) << field.shift;
}

uint64_t content_of(json::View mention) {
  const json::View rating = mention["rating"];
  const std::string stars = rating.is_object()
                                ? fmt::format("{}/{}", rating["stars"].number().value_or(0),
                                              rating["of"].number().value_or(5))
                                : "";
  return put(kText, mark(mention["text"].string())) | put(kRating, mark(stars)) |
         put(kAuthor, mark(mention["author"]["id"].string())) |
         put(kWithdrawn, mention["withdrawn"].boolean() ? 1 : 0);
}

std::string differing(uint64_t a, uint64_t b) {
  std::string names;
  for (const Field& field : {kAuthor, kText, kRating, kWithdrawn}) {
    if (((a ^ b) & put(field, ~uint64_t{0})) == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(field.name);
  }
  return names;
}

std::string where(Topic topic, const Stored& record) {
  return fmt::format("{}/{}@{}", info(topic).suffix, record.position.partition,
                     record.position.offset);
}

std::string cause_of(json::View of, std::string_view id) {
  return fmt::format("{}@{}", of[id].string(), of["revision"].string("0"));
}

}  // namespace

void Ledger::take(Topic topic, const Stored& record) {
  newest_ = std::max(newest_, record.log_time);
  const bool right = lies_right(topic, record);
  if (topic == Topic::tasks && !right && !stopped_.contains(record.position.partition)) {
    ++voids_["wrong_partition"];
  }
  if (topic == Topic::rejects) take_reject(record);
  if (topic == Topic::tasks && right) take_task(record);
  if (topic == Topic::verdicts) take_verdict(record);
  if (topic == Topic::mentions) take_mention(record);
}

// What came with no key lies anywhere: no order is promised for it.
bool Ledger::lies_right(Topic topic, const Stored& record) {
  if (record.key.empty()) return topic != Topic::tasks;
  ++placed_.looked_at;
  const int belongs = partition_for(record.key, names_.count(topic));
  if (belongs == record.position.partition) return true;
  placed_.breach({where(topic, record), record.key, "",
                  fmt::format("its key belongs in partition {}", belongs)});
  return false;
}

void Ledger::take_reject(const Stored& record) {
  if (record.header("where") == "dispatch") rejected_.insert(mark(record.value.value_or("")));
}

void Ledger::take_task(const Stored& record) {
  if (stopped_.contains(record.position.partition)) return;
  const auto document = json::Document::parse(record.value.value_or(""));
  Event event;
  Void why = "unreadable";
  const Readable readable =
      document ? read_event(document->root(), record.key, event, why) : Readable::no;
  if (readable == Readable::newer) {
    stopped_.insert(record.position.partition);
    extent_.tasks_whole = false;
    fates_.breach({where(Topic::tasks, record), record.key, "",
                   "a newer maitred wrote it: install that one, then verify with it"});
    return;
  }
  if (readable == Readable::no) {
    ++voids_[why];
    return;
  }
  Key& key = keys_[record.key];
  if (const Act* met = key.act(mark(event.cause))) {
    ++events_agree_.looked_at;
    const std::string_view before = verb_word(met->verb);
    // A mention's fate is the first of its three words on the log: rivals may each say another.
    if (before != event.verb && !(is_fate(before) && is_fate(event.verb))) {
      events_agree_.breach({where(Topic::tasks, record), record.key, std::string(event.cause),
                            fmt::format("{}, and {} before", event.verb, before)});
    }
  }
  if (const Void reason = judge(key, event, record.log_time)) {
    ++voids_[reason];
    return;
  }
  ++applied_;
  if (is_fate(event.verb)) check_fate(record, event);
}

void Ledger::check_fate(const Stored& record, const Event& event) {
  ++fates_.looked_at;
  const std::string own = task_name(event.mention);
  if (!event.mention.empty() && own == record.key) return;
  Breach breach{
      where(Topic::tasks, record), record.key, std::string(event.cause),
      fmt::format("{} for the mention {}, whose own key is {}", event.verb, event.mention, own)};
  if (event.verb == "opened") {
    strays_.push_back({std::move(breach), std::string(event.mention)});
  } else {
    fates_.breach(std::move(breach));
  }
}

void Ledger::take_verdict(const Stored& record) {
  const auto document = json::Document::parse(record.value.value_or(""));
  if (!document || document->root()["mention"].string().empty()) return;
  const json::View verdict = document->root();
  const std::string cause = cause_of(verdict, "mention");
  const uint64_t of = mark(cause);
  mentions_[of] |= kHasVerdict;
  ++verdicts_.looked_at;
  std::string fault = verdict_fault(verdict, of, record.log_time);
  contradicting_.erase(of);
  if (!fault.empty()) {
    contradicting_[of] = {where(Topic::verdicts, record), record.key, cause, std::move(fault)};
  }
}

std::string Ledger::verdict_fault(json::View verdict, uint64_t cause, Time log_time) const {
  const std::string_view why = verdict["why"].string();
  const std::string_view task = verdict["task"].string();
  const Key* own = key_of(task_name(verdict["mention"].string()));
  const bool desk = why == "infeasible" || why == "stale" || why == "flood";
  if (why == "opened" || (desk && !task.empty())) return opened_fault(verdict, own, cause);
  if (why == "joined") return joined_fault(verdict, own, cause, log_time);
  if (why == "edited" || why == "withdrawn") return changed_fault(verdict, own, cause);
  // It says that nothing was written: then the log must not know better by that time.
  const Act* act = own ? own->act(cause) : nullptr;
  const bool fate = act && act->applied && is_fate(verb_word(act->verb));
  if (!fate || log_time - own->began < kClocksApart) return {};
  return fmt::format("the verdict is {}, and its fate on the log is {}", why, verb_word(act->verb));
}

std::string Ledger::opened_fault(json::View verdict, const Key* own, uint64_t cause) const {
  const std::string name = task_name(verdict["mention"].string());
  if (verdict["task"].string() != name) {
    return fmt::format("the verdict is {} with the task {}; its own is {}", verdict["why"].string(),
                       verdict["task"].string(), name);
  }
  if (!own) return nothing_known();
  const Act* act = own->act(cause);
  const bool applied = act && act->applied;
  if (applied && verb_word(act->verb) == std::string_view("opened")) return {};
  return fmt::format("the verdict is {}, and the log says {} of {}", verdict["why"].string(),
                     applied ? verb_word(act->verb) : "nothing", name);
}

std::string Ledger::joined_fault(json::View verdict, const Key* own, uint64_t cause,
                                 Time at) const {
  if (!own) return nothing_known();
  const std::string_view task = verdict["task"].string();
  const Act* fate = own->act(cause);
  if (!fate || !fate->applied || verb_word(fate->verb) != std::string_view("joined")) {
    return fmt::format("the verdict is joined, and the log says {} of its own key",
                       fate && fate->applied ? verb_word(fate->verb) : "nothing");
  }
  if (own->to != task) {
    return fmt::format("the verdict is joined to {}, and the log says {}", task, own->to);
  }
  const Key* joined = key_of(task);
  if (!joined) return nothing_known();
  if (joined->state == 'e') return fmt::format("it joined {}, which is no task", task);
  const Act* heard = joined->act(cause);
  const bool too_late = at - joined->began > std::chrono::days(60) - kClocksApart;
  if (too_late || (heard && heard->applied)) return {};
  return fmt::format("it joined {}, which never heard of it", task);
}

std::string Ledger::changed_fault(json::View verdict, const Key* own, uint64_t cause) const {
  const std::string_view why = verdict["why"].string();
  if (!own) return nothing_known();
  if (why == "withdrawn" && own->has_applied("withdrawn")) return {};
  const Key* task = key_of(verdict["task"].string());
  if (!task) return nothing_known();
  const Act* act = task->act(cause);
  const std::string_view verb = act && act->applied ? verb_word(act->verb) : "nothing";
  if (verb == (why == "edited" ? "edited" : "retracted")) return {};
  return fmt::format("the verdict is {}, and the log says {} of {}", why, verb,
                     verdict["task"].string());
}

const Key* Ledger::key_of(std::string_view task) const {
  const auto found = keys_.find(std::string(task));
  return found == keys_.end() || found->second.rev == 0 ? nullptr : &found->second;
}

// Where retention has been at work, what is not there may once have been.
std::string Ledger::nothing_known() const {
  return extent_.tasks_whole ? "the log knows nothing of its task" : "";
}

void Ledger::take_mention(const Stored& record) {
  const auto document = json::Document::parse(record.value.value_or(""));
  const json::View mention = document ? document->root() : json::View();
  const bool named = !mention["id"].string().empty();
  std::string cause = named ? cause_of(mention, "id") : "";
  if (named && cause.back() == '@') cause += '0';
  const auto passed = extent_.decided.find(record.position.partition);
  const bool decided = passed != extent_.decided.end() && record.position.offset < passed->second;
  bool answered = false;
  if (named) {
    uint64_t& known = mentions_[mark(cause)];
    const uint64_t content = content_of(mention) | kHasMention;
    const uint64_t before = known & ~kHasVerdict;
    if (before != 0) {
      ++copies_;
      ++mentions_agree_.looked_at;
      if (before != content) {
        mentions_agree_.breach(
            {where(Topic::mentions, record), record.key, cause,
             fmt::format("another {} than the copy before", differing(before, content))});
      }
    }
    answered = (known & kHasVerdict) != 0;
    known = content | (known & kHasVerdict);
  }
  if (!decided) {
    waiting_ += answered ? 0 : 1;
    return;
  }
  ++decided_.looked_at;
  if (answered || record.log_time < extent_.verdicts_kept_from) return;
  const std::string value = record.value.value_or("");
  if (rejected_.contains(mark(std::string_view(value).substr(0, kRejectKept)))) return;
  decided_.breach({where(Topic::mentions, record), record.key, cause,
                   named ? "no verdict, and the dispatcher is past it"
                         : "not a mention, and not among the rejects"});
}

void Ledger::close() {
  for (Stray& stray : strays_) {
    const Key* own = key_of(task_name(stray.mention));
    if (own && own->has_applied("opened")) {
      stray.breach.what += ", which is open, too: two tasks from one mention";
    }
    fates_.breach(std::move(stray.breach));
  }
  for (auto& [of, breach] : contradicting_) verdicts_.breach(std::move(breach));
  strays_.clear();
  contradicting_.clear();
}

int64_t Ledger::all_voids() const {
  return std::accumulate(voids_.begin(), voids_.end(), int64_t{0},
                         [](int64_t sum, const auto& one) { return sum + one.second; });
}

std::vector<Check> Ledger::checks() const {
  return {fates_, verdicts_, decided_, mentions_agree_, events_agree_, placed_};
}

}  // namespace maitred::audit
