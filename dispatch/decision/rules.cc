#include "dispatch/decision/rules.h"

#include <algorithm>

namespace maitred {

const Playbook* Rules::playbook(std::string_view name) const {
  const auto found = std::find_if(playbooks.begin(), playbooks.end(),
                                  [&](const Playbook& one) { return one.name == name; });
  return found == playbooks.end() ? nullptr : &*found;
}

}  // namespace maitred
