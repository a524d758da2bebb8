#include "dispatch/decision/decide.h"

#include <fmt/core.h>

#include <algorithm>

#include "dispatch/decision/opening.h"

namespace maitred {
namespace {

constexpr std::string_view kHouse = "house";  // the network of what our own people write

Decision verdict(Why why, std::string note) {
  Decision decision;
  decision.why = why;
  decision.note = std::move(note);
  return decision;
}

const TaskBrief* find_task(const Standing& standing, std::string_view id) {
  for (const auto* list : {&standing.living, &standing.recent}) {
    for (const TaskBrief& task : *list) {
      if (task.id == id) return &task;
    }
  }
  return nullptr;
}

bool reopens(const Rules& rules, const TaskBrief* task) {
  if (!task || is_living(task->state)) return false;
  const Playbook* playbook = rules.playbook(task->playbook);
  return playbook && playbook->reopens;
}

// The mention's own key has its fate already: this is the same again, an edit or a deletion.
Decision decide_known(const Case& the_case, const Standing& standing, const Rules& rules) {
  const Mention& mention = the_case.mention;
  const OwnKey& own = standing.own;
  const bool joined = !own.joined_to.empty();
  const bool was_withdrawn = own.state == TaskState::no_task && !joined;
  Decision decision;
  if (!was_withdrawn) decision.task = joined ? own.joined_to : task_id_of(mention.id);

  if (mention.revision != own.last_revision &&
      is_older_revision(mention.revision, own.last_revision)) {
    decision.why = Why::duplicate;
    decision.note = fmt::format("revision {} came after {}", mention.revision, own.last_revision);
  } else if (was_withdrawn) {
    decision.why = Why::withdrawn;
    decision.note = "the post was withdrawn before anything was done about it";
  } else if (mention.revision == own.last_revision) {
    decision.why = joined ? Why::joined : Why::opened;
    decision.note = "this was decided before";
  } else if (mention.withdrawn) {
    decision.why = Why::withdrawn;
    decision.act = Act::retract;
    decision.note = "the post is gone; whoever has the task is told";
  } else {
    decision.why = Why::edited;
    decision.act = Act::hear;
    decision.reopen = reopens(rules, find_task(standing, decision.task));
    decision.note = "the post was edited; whoever has the task is told";
  }
  return decision;
}

// Mail and reviews come to us alone; what our own people write is for us by nature.
bool is_ours(const Case& the_case) {
  const Mention& mention = the_case.mention;
  return !the_case.reading.brand.alias.empty() || mention.network == kHouse ||
         mention.kind == MentionKind::review || mention.kind == MentionKind::message ||
         mention.kind == MentionKind::mail;
}

// Whether nobody is to be bothered with this at all.
std::optional<Decision> set_aside(const Case& the_case, const Rules& rules) {
  const Mention& mention = the_case.mention;
  const Reading& reading = the_case.reading;
  if (reading.brand.own || rules.own_accounts.count(mention.author.id)) {
    return verdict(Why::own_post, "one of our own accounts wrote it");
  }
  if (!is_ours(the_case)) {
    return verdict(Why::not_ours, reading.brand.homonym
                                      ? "it names somebody else who is called alike"
                                      : "nothing in it names us");
  }
  if (mention.author.bot) return verdict(Why::bot, "the account says it is a bot");
  if (mention.text.starts_with("RT @")) return verdict(Why::repost, "it repeats another's post");
  if (rules.muted.count(mention.author.id)) return verdict(Why::muted, "this account is muted");
  return {};
}

// The task this post goes on with: one that it answers, else a living one of the same guest. A
// post by nobody joins nothing, and of what our own people write each is a matter of its own.
const TaskBrief* task_to_join(const Case& the_case, const Standing& standing, bool ours) {
  const Mention& mention = the_case.mention;
  if (mention.author.id.empty()) return nullptr;
  for (const auto* list : {&standing.living, &standing.recent}) {
    for (const TaskBrief& task : *list) {
      if (task.mention.empty()) continue;
      if (task.mention == mention.in_reply_to || task.mention == mention.thread) return &task;
    }
  }
  if (!ours || mention.network == kHouse) return nullptr;
  const bool known = the_case.identity.who == Who::known;
  const TaskBrief* newest = nullptr;
  for (const TaskBrief& task : standing.living) {
    const bool same =
        task.author == mention.author.id ||
        (known && !task.customer.empty() && task.customer == the_case.identity.customer);
    if (same && (!newest || task.opened_at >= newest->opened_at)) newest = &task;
  }
  return newest;
}

Decision join(const TaskBrief& task, const Rules& rules) {
  Decision decision =
      verdict(Why::joined, is_living(task.state) ? "the same guest has a task already"
                                                 : "it answers a post whose task is closed");
  decision.act = Act::join;
  decision.task = task.id;
  decision.reopen = reopens(rules, &task);
  decision.playbook = task.playbook;
  return decision;
}

}  // namespace

Decision decide(const Case& the_case, const Standing& standing, const Rules& rules, Time now) {
  const Mention& mention = the_case.mention;
  if (standing.own.state != TaskState::none) return decide_known(the_case, standing, rules);
  if (mention.withdrawn) {
    Decision gone = verdict(Why::withdrawn, "the post was gone before anything was done about it");
    gone.act = Act::withdraw;
    return gone;
  }
  const auto aside = set_aside(the_case, rules);
  if (!aside || aside->why == Why::not_ours) {
    if (const TaskBrief* task = task_to_join(the_case, standing, !aside)) {
      return join(*task, rules);
    }
  }
  if (aside) return *aside;
  for (const Playbook& playbook : rules.playbooks) {
    if (misfits(playbook, the_case).empty()) {
      return open_by(playbook, the_case, standing, rules, now);
    }
  }
  return verdict(Why::no_playbook, "no playbook is for this");
}

}  // namespace maitred
