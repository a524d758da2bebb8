// The parts Configuration::load is made of, one file of sections each. For configuration*.cc alone.
//
// Each reads its sections and adds what is wrong to the document's faults.
#pragma once

#include "daemon/configuration.h"

namespace maitred {

// Where a secret lies. One that is itself in the file is refused, and never shown.
SecretReference read_reference(Section& section, std::string_view key);

// [bus] [bus.kafka], after `node`.
void read_bus(Section root, Configuration& into);

// [sources.NAME] [couriers.NAME]
void read_sources(Section root, const std::vector<std::string>& accounts, Configuration& into);
void read_couriers(Section root, Configuration& into);

// [[playbook]], and whether what they name is there.
void read_playbooks(Section root, Rules& rules);

}  // namespace maitred
