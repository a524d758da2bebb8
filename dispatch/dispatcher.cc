#include "dispatch/dispatcher.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"
#include "bus/reject.h"

namespace maitred {
namespace {

constexpr Duration kPollWait{500};
constexpr Duration kRetryAfter{1000};
constexpr std::chrono::days kRecent{90};

TaskBrief brief(const Task& task) {
  return {task.id,
          task.state,
          task.mention,
          task.opening.post.author_id,
          task.opening.customer,
          task.opening.store,
          task.opening.playbook,
          task.opening.gesture,
          task.opened_at};
}

// The event that gives a mention its fate, or tells a task of what became of its post.
TaskEvent event_for(const Decision& decision, const Mention& mention, const std::string& node) {
  TaskEvent event;
  event.by = {"dispatch", node};
  event.mention = mention.id;
  event.revision = mention.revision;
  switch (decision.act) {
    case Act::open:
      event.verb = Verb::opened;
      event.opening = decision.opening;
      break;
    case Act::join:
      event.verb = Verb::joined;
      event.to = decision.task;
      break;
    case Act::withdraw:
      event.verb = Verb::withdrawn;
      break;
    case Act::hear:
      event.verb = Verb::edited;
      event.text = mention.text;
      break;
    case Act::retract:
      event.verb = Verb::retracted;
      break;
    case Act::none:
      break;
  }
  return event;
}

Proposal proposal(std::string key, std::string cause, TaskEvent event) {
  return {std::move(key), std::move(cause),
          [event = std::move(event)](const KeyState& state) -> std::variant<TaskEvent, Refusal> {
            if (!next_state(state.state, event.verb))
              return Refusal{fmt::format("it is {}", word(state.state))};
            return event;
          }};
}

}  // namespace

struct Dispatcher::Item {
  Mention mention = {};
  std::string own_key = {};
  std::string cause = {};
  Decision decision = {};
  Verdict verdict = {};
  bool settled = false;
  bool rests_on_draft = false;  // decided anew once the log says what became of the draft
};

// What this batch has decided so far and the book does not know yet: a second post of one author in
// one batch must find the task that the first opens.
struct Dispatcher::Drafts {
  std::map<std::string, OwnKey> own = {};
  std::vector<TaskBrief> opened = {};
};

void Dispatcher::run(std::stop_token stop) {
  std::string trouble;
  while (!stop.stop_requested()) {
    if (tick_) tick_();
    const auto done = step(kPollWait, stop);
    if (done) {
      if (!trouble.empty()) log::notice("dispatch.recovered", "mentions are being decided again");
      trouble.clear();
      continue;
    }
    if (stop.stop_requested()) return;
    if (trouble != done.error().text && !has_said_why(deps_.bus)) {
      log::error("dispatch.failed", "cannot decide: " + done.error().text);
      trouble = done.error().text;
    }
    real_clock().sleep_until(real_clock().now() + kRetryAfter, stop);
  }
}

Result<size_t> Dispatcher::step(Duration wait, std::stop_token stop) {
  TRY_ASSIGN(bool ready, join_and_wait(stop));
  if (ready && pending_.empty()) {
    TRY_ASSIGN(const Batch batch, subscription_->poll(kDispatchBatchMax, wait, stop));
    take(batch);
    TRY_ASSIGN(ready, join_and_wait(stop));  // the poll may have brought partitions
  }
  if (!ready || pending_.empty()) return 0;
  const Knowledge knowledge = deps_.knowledge();
  std::vector<Item> items;
  std::vector<Record> rejects;
  for (const Stored& stored : pending_) {
    auto document = json::Document::parse(stored.value.value_or(""));
    auto mention = document ? mention_from_json(document->root())
                            : Result<Mention>(tl::unexpected(document.error()));
    if (mention && mention->id.empty())
      mention = fail(Fault::malformed, "a mention on the log has an id");
    if (!mention) {
      rejects.push_back(
          make_record(deps_.names, Reject{stored.key, "dispatch", "unreadable",
                                          mention.error().text, 1, stored.value.value_or("")}));
      continue;
    }
    Item item{.mention = std::move(*mention)};
    item.own_key = task_id_of(item.mention.id);
    item.cause = cause_of(item.mention);
    items.push_back(std::move(item));
  }
  TRY(settle_fates(items, knowledge, stop));
  TRY(write_notes(items, stop));
  TRY(publish_verdicts(items));
  if (!rejects.empty()) TRY(deps_.bus.publish(deps_.names.name(Topic::rejects), rejects));
  TRY(subscription_->commit(next_));
  std::scoped_lock lock(mutex_);
  for (const Item& item : items) {
    ++counts_[item.verdict.why];
    metrics()
        .counter("maitred_verdicts_total", "Mentions decided", {{"why", word(item.verdict.why)}})
        .add();
  }
  unreadable_ += static_cast<int64_t>(rejects.size());
  return std::exchange(pending_, {}).size();
}

// Decides only on books that have each reached the end of their topics, `tasks` again since the
// last assignment: whoever had the partition before may have opened tasks we have not folded yet.
Result<bool> Dispatcher::join_and_wait(std::stop_token stop) {
  if (!subscription_) {
    JoinOptions options;
    options.on_assigned = [this](const std::set<int>&) { assigned_ = true; };
    TRY_ASSIGN(subscription_,
               deps_.bus.join(deps_.names.name(Topic::mentions), "dispatch", std::move(options)));
    assigned_ = true;
  }
  if (!deps_.fold.wait_until_ready(kPollWait, stop)) return false;
  if (!assigned_) return true;
  TRY_ASSIGN(const Positions ends, deps_.bus.ends(deps_.names.name(Topic::tasks)));
  if (!deps_.fold.wait_until(Topic::tasks, ends, kPollWait, stop)) return false;
  assigned_ = false;
  return true;
}

void Dispatcher::take(const Batch& batch) {
  next_.clear();
  for (const Stored& stored : batch.records)
    next_[stored.position.partition] = stored.position.offset + 1;
  pending_ = batch.records;
}

// Each mention's fate is settled on its own key; what a rival settled first is read and obeyed.
Result<void> Dispatcher::settle_fates(std::vector<Item>& items, const Knowledge& knowledge,
                                      std::stop_token stop) {
  // One round more than tries: what rests on a draft is proposed a round after it.
  for (int tries = 0; tries <= kTriesMax; ++tries) {
    Drafts drafts;
    std::vector<Proposal> proposals;
    std::vector<Item*> proposed;
    for (Item& item : items) {
      if (item.settled) continue;
      TRY(judge(item, knowledge, drafts));
      if (item.settled || item.rests_on_draft) continue;
      const bool own = item.decision.act == Act::open || item.decision.act == Act::join ||
                       item.decision.act == Act::withdraw;
      proposals.push_back(proposal(own ? item.own_key : item.decision.task, item.cause,
                                   event_for(item.decision, item.mention, deps_.node)));
      proposed.push_back(&item);
    }
    if (proposals.empty()) return {};
    const auto outcomes = deps_.tasks.append_all(proposals, stop);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (outcomes[i].kind == Outcome::Kind::unsettled && !outcomes[i].contended) {
        return fail(Fault::transient, "the log does not answer");
      }
      if (outcomes[i].kind == Outcome::Kind::applied) {
        TRY_ASSIGN(proposed[i]->settled, recall(*proposed[i]));
      }
    }
  }
  for (Item& item : items) {
    if (item.settled) continue;
    item.verdict.why = Why::failed;
    item.verdict.note = "the log did not settle it in five tries";
    item.settled = true;
  }
  return {};
}

// Reads, identifies and decides one mention. Settled at once if nothing needs to be written.
Result<void> Dispatcher::judge(Item& item, const Knowledge& knowledge, Drafts& drafts) {
  const Mention& mention = item.mention;
  TRY_ASSIGN(const auto candidates, deps_.customer_book.candidates(mention.author));
  const Identity identity = identify(mention, candidates, knowledge.policy);
  std::optional<Customer> customer;
  if (!identity.customer.empty()) {
    TRY_ASSIGN(customer, deps_.customer_book.by_id(identity.customer));
  }
  const auto zone = knowledge.source_zones.find(mention.source);
  const ReadingContext context{
      mention.posted_at.value_or(mention.seen_at.value_or(deps_.house.now())),
      customer ? customer->zone : "", zone == knowledge.source_zones.end() ? "" : zone->second};
  Reading reading = read(mention, *knowledge.language, context);
  item.verdict = {};
  item.verdict.mention = mention.id;
  item.verdict.revision = mention.revision;
  item.verdict.identity = identity;
  item.verdict.reading = reading;
  TRY_ASSIGN(item.settled, recall(item));
  if (item.settled) return {};
  TRY_ASSIGN(const Standing standing, this->standing(item, drafts));
  const Case the_case{mention, reading, identity, customer ? customer->store : "",
                      customer ? customer->tier : ""};
  item.decision = decide(the_case, standing, *knowledge.rules, deps_.house.now());
  item.verdict.why = item.decision.why;
  item.verdict.task = item.decision.act == Act::open ? item.own_key : item.decision.task;
  item.verdict.playbook = item.decision.playbook;
  item.verdict.stores = item.decision.stores;
  item.verdict.note = item.decision.note;
  // A draft may yet lose its race: a copy of its post, and a post that would join it, have to wait.
  item.rests_on_draft = (item.decision.act == Act::none && drafts.own.contains(item.own_key)) ||
                        (item.decision.act == Act::join && drafts.own.contains(item.decision.task));
  item.settled = item.decision.act == Act::none && !item.rests_on_draft;
  if (item.rests_on_draft) return {};
  if (item.decision.act == Act::open) {
    const Opening& opening = *item.decision.opening;
    drafts.own[item.own_key] = {
        opening.ask.empty() ? TaskState::open : TaskState::awaiting_approval, "", mention.revision};
    drafts.opened.push_back({item.own_key, drafts.own[item.own_key].state, mention.id,
                             mention.author.id, opening.customer, opening.store, opening.playbook,
                             opening.gesture, deps_.house.now()});
  } else if (item.decision.act == Act::join) {
    drafts.own[item.own_key] = {TaskState::no_task, item.decision.task, mention.revision};
  }
  return {};
}

// Whether this very revision has its fate already (by us before a crash, or by another process):
// then the verdict is the one that event implies, once more.
Result<bool> Dispatcher::recall(Item& item) {
  TRY_ASSIGN(const auto own, deps_.task_book.find(item.own_key));
  if (!own) return false;
  const bool elsewhere = own->state == TaskState::no_task && !own->moved_to.empty();
  TRY_ASSIGN(auto verb, deps_.task_book.verb_of_cause(item.own_key, item.cause));
  if (!verb && elsewhere) {
    TRY_ASSIGN(verb, deps_.task_book.verb_of_cause(own->moved_to, item.cause));
  }
  if (!verb) return false;
  item.verdict.task = elsewhere ? own->moved_to : own->state == TaskState::no_task ? "" : own->id;
  switch (*verb) {
    case Verb::opened:
      item.verdict.why = why_from(own->opening.why).value_or(Why::opened);
      item.verdict.playbook = own->opening.playbook;
      break;
    case Verb::joined:
      item.verdict.why = Why::joined;
      break;
    case Verb::withdrawn:
    case Verb::retracted:
      item.verdict.why = Why::withdrawn;
      break;
    default:
      item.verdict.why = Why::edited;
      break;
  }
  return true;
}

Result<Standing> Dispatcher::standing(const Item& item, const Drafts& drafts) {
  Standing standing;
  const auto drafted = drafts.own.find(item.own_key);
  TRY_ASSIGN(const auto own, deps_.task_book.find(item.own_key));
  if (own) {
    standing.own = {own->state, own->moved_to, own->revision};
    // What was heard of a joined post since stands on the task that it joined.
    std::optional<Task> joined;
    if (!own->moved_to.empty()) {
      TRY_ASSIGN(joined, deps_.task_book.find(own->moved_to));
    }
    for (const HeardPost& post : joined ? joined->heard : std::vector<HeardPost>()) {
      if (post.mention == item.mention.id) standing.own.last_revision = post.revision;
    }
  } else if (drafted != drafts.own.end()) {
    standing.own = drafted->second;
  }
  // Most posts are not about us: they cost no further look into the book.
  if (item.verdict.reading->brand.alias.empty() && item.mention.in_reply_to.empty())
    return standing;
  const std::string& author = item.mention.author.id;
  const std::string& customer = item.verdict.identity.customer;
  TRY_ASSIGN(const auto living, deps_.task_book.living_of(author, customer));
  TRY_ASSIGN(const auto recent,
             deps_.task_book.recent_of(author, customer, deps_.house.now() - kRecent));
  TRY_ASSIGN(standing.open_at_store, deps_.task_book.living_by_store());
  for (const Task& task : living) standing.living.push_back(brief(task));
  for (const Task& task : recent) standing.recent.push_back(brief(task));
  for (const TaskBrief& draft : drafts.opened) {
    const bool same = (!author.empty() && draft.author == author) ||
                      (!customer.empty() && draft.customer == customer);
    if (same && draft.id != item.own_key) standing.living.push_back(draft);
    ++standing.open_at_store[draft.store];
  }
  return standing;
}

// What follows from the fates: the task that a post joined hears of it, a closed one may reopen.
// Repeated until done, by cause: harmless if it was done before.
Result<void> Dispatcher::write_notes(std::vector<Item>& items, std::stop_token stop) {
  std::vector<Proposal> proposals;
  for (const Item& item : items) {
    if (item.verdict.task.empty()) continue;
    if (item.verdict.why == Why::joined) {
      TaskEvent heard;
      heard.verb = Verb::heard;
      heard.by = {"dispatch", deps_.node};
      heard.mention = item.mention.id;
      heard.revision = item.mention.revision;
      heard.text = item.mention.text;
      proposals.push_back(proposal(item.verdict.task, item.cause, std::move(heard)));
    }
    if (item.decision.reopen) {
      TaskEvent reopened;
      reopened.verb = Verb::reopened;
      reopened.by = {"dispatch", deps_.node};
      reopened.mention = item.mention.id;
      proposals.push_back(
          proposal(item.verdict.task, item.cause + "/reopened", std::move(reopened)));
    }
  }
  if (proposals.empty()) return {};
  for (const Outcome& outcome : deps_.tasks.append_all(proposals, stop)) {
    const bool refused = outcome.kind == Outcome::Kind::refused;  // the task is forgotten by now
    if (!refused && outcome.kind != Outcome::Kind::applied) {
      return fail(Fault::transient, "the log did not take a note");
    }
  }
  return {};
}

Result<void> Dispatcher::publish_verdicts(const std::vector<Item>& items) {
  std::vector<Record> verdicts, rejects;
  for (const Item& item : items) {
    verdicts.push_back(make_record(deps_.names, Topic::verdicts, record_key(item.mention),
                                   item.cause, to_json(item.verdict)));
    if (item.verdict.why == Why::failed) {
      log::error("mention.failed", item.verdict.note, {{"mention", item.mention.id}});
      rejects.push_back(
          make_record(deps_.names, Reject{record_key(item.mention), "dispatch", "failed",
                                          item.verdict.note, 1, to_json(item.mention)}));
    }
  }
  TRY(deps_.bus.publish(deps_.names.name(Topic::verdicts), verdicts));
  if (!rejects.empty()) TRY(deps_.bus.publish(deps_.names.name(Topic::rejects), rejects));
  return {};
}

std::map<Why, int64_t> Dispatcher::counts() const {
  std::scoped_lock lock(mutex_);
  return counts_;
}

int64_t Dispatcher::unreadable() const {
  std::scoped_lock lock(mutex_);
  return unreadable_;
}

}  // namespace maitred
