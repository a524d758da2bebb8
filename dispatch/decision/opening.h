// Opening: what a playbook makes of a mention that fits it: what is wanted, by when, where to, by
// which store, what may be given, or why none can and which desk looks at it instead.
//
// Pure, any thread.
#pragma once

#include "dispatch/decision/decide.h"

namespace maitred {

Decision open_by(const Playbook& playbook, const Case& the_case, const Standing& standing,
                 const Rules& rules, Time now);

}  // namespace maitred
