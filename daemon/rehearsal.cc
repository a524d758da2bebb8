#include "daemon/rehearsal.h"

#include <algorithm>

#include "dispatch/reading/read.h"

namespace maitred {

Result<Rehearsal> Rehearsal::make(const Configuration& configuration,
                                  std::vector<Customer> customers) {
  Rehearsal rehearsal;
  TRY_ASSIGN(rehearsal.language_, load_language(configuration));
  rehearsal.rules_ = configuration.rules;
  rehearsal.policy_ = configuration.identity;
  rehearsal.customers_ = std::move(customers);
  for (const SourceConfig& source : configuration.sources) {
    rehearsal.source_zones_[source.settings.name] = source.settings.zone;
  }
  rehearsal.start_ = configuration.clock.start;
  return rehearsal;
}

Judgement Rehearsal::judge(Mention mention, const std::string& zone) const {
  const Identity identity = identify(mention, match_handles(customers_, mention.author), policy_);
  Customer customer;
  for (const Customer& one : customers_) {
    if (one.id == identity.customer) customer = one;
  }
  if (!zone.empty()) customer.zone = zone;
  return judge(std::move(mention), identity, customer);
}

Judgement Rehearsal::judge(const Playbook& playbook, const Example& example) const {
  Mention mention;
  mention.id = "example:" + playbook.name;
  mention.network = example.network;
  mention.text = example.text;
  mention.rating = example.rating;
  mention.posted_at = example.posted_at;
  Identity identity;
  if (!example.customer.empty()) identity = {Who::known, example.customer, "example", {}};
  Customer customer;
  for (const Customer& one : customers_) {
    if (one.id == example.customer) customer = one;
  }
  return judge(std::move(mention), identity, customer);
}

Judgement Rehearsal::judge(Mention mention, const Identity& identity,
                           const Customer& customer) const {
  const Time now = mention.posted_at.value_or(start_.value_or(real_clock().now()));
  const auto source = source_zones_.find(mention.source);
  const ReadingContext context{now, customer.zone,
                               source == source_zones_.end() ? std::string() : source->second};
  Judgement judgement;
  Verdict& verdict = judgement.verdict;
  verdict.reading = read(mention, *language_, context);
  const Case the_case{mention, *verdict.reading, identity, customer.store, customer.tier};
  judgement.decision = decide(the_case, {}, *rules_, now);
  const Decision& decision = judgement.decision;
  verdict.mention = mention.id;
  verdict.revision = mention.revision;
  verdict.why = decision.why;
  verdict.identity = identity;
  if (decision.act == Act::open) verdict.task = task_id_of(mention.id);
  verdict.playbook = decision.playbook;
  verdict.stores = decision.stores;
  verdict.note = decision.note;
  const bool ruled = !decision.playbook.empty() || decision.why == Why::no_playbook;
  for (const Playbook& playbook : rules_->playbooks) {
    if (!ruled || playbook.name == decision.playbook) break;
    judgement.passed_over.push_back({playbook.name, misfits(playbook, the_case)});
  }
  judgement.mention = std::move(mention);
  return judgement;
}

}  // namespace maitred
