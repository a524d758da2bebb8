// What `maitred check --live` finds out by opening what the configuration names: the log, the
// feeds, the couriers. It asks as the daemon would and leaves no trace: no record, no commit, no
// member of a group, no cursor, no push.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/fault.h"
#include "daemon/configuration.h"
#include "daemon/wiring.h"

namespace maitred {

struct LiveFindings {
  std::vector<std::string> lines;   // what is well, and what could not be found out
  std::vector<ConfigFault> faults;  // what a person has to mend
  std::vector<ConfigFault> silent;  // what does not answer just now
};

// `roles`: what this host's daemon is to do, hence which rights it needs.
LiveFindings look_live(const Configuration& configuration, const std::set<ProcessRole>& roles);

}  // namespace maitred
