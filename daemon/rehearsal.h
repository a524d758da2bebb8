// Rehearsal: what this configuration would make of a mention, without a log: read, identify and
// decide, all pure, on a quiet evening on which nothing else is going on. `explain` shows it,
// `check` holds the playbooks' examples against it.
//
// Immutable once made; any thread may judge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/verdict.h"
#include "daemon/configuration.h"
#include "dispatch/decision/decide.h"

namespace maitred {

// An earlier playbook, and why it was not for this.
struct PassedOver {
  std::string playbook;
  std::vector<std::string> reasons;
};

struct Judgement {
  Mention mention;
  Verdict verdict;
  Decision decision;
  std::vector<PassedOver> passed_over;
};

class Rehearsal {
 public:
  // Customers are known by handle as the customer book would know them.
  static Result<Rehearsal> make(const Configuration& configuration,
                                std::vector<Customer> customers);

  // Decided at the moment it was posted; where it does not say, at the start of [clock], else now.
  // `zone` is the guest's, where the caller knows better than the file of customers.
  Judgement judge(Mention mention, const std::string& zone = {}) const;
  Judgement judge(const Playbook& playbook, const Example& example) const;

 private:
  Rehearsal() = default;
  Judgement judge(Mention mention, const Identity& identity, const Customer& customer) const;

  std::shared_ptr<const Language> language_;
  std::shared_ptr<const Rules> rules_;
  IdentityPolicy policy_;
  std::vector<Customer> customers_;
  std::map<std::string, std::string> source_zones_;
  std::optional<Time> start_;
};

}  // namespace maitred
