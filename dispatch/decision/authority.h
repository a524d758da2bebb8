// Authority: what a gesture costs, and who has to be asked before it is given. One step: free up
// to a sum and so often per guest, above it the playbook's roles in order. Budgets come later.
//
// Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bus/task_event.h"
#include "dispatch/decision/catalogue.h"
#include "dispatch/decision/playbook.h"

namespace maitred {

struct TaskBrief;

struct Grant {
  std::optional<Gesture> gesture;
  std::vector<LadderStep> ask;  // not empty: somebody has to approve first
  std::string reason;           // one clause for people; empty without a gesture
};

// `known` are the guest's living and recent tasks.
Grant grant(const Playbook& playbook, const std::vector<Want>& wants, const Catalogue& catalogue,
            const std::vector<TaskBrief>& known, Time now);

}  // namespace maitred
