// Rules: all that deciding is told by configuration. Immutable, and swapped whole at a reload, so
// that no decision sees half of two configurations. People and shifts are not here: they live on
// `maitred.staff` alone.
//
// Any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "dispatch/decision/catalogue.h"
#include "dispatch/decision/playbook.h"
#include "dispatch/decision/stores.h"

namespace maitred {

struct Rules {
  std::vector<Playbook> playbooks;  // in file order
  Stores stores;
  Catalogue catalogue;
  std::set<std::string> own_accounts;  // author ids
  std::set<std::string> muted;         // author ids nobody wants to hear of
  std::string brand_zone = "UTC";

  const Playbook* playbook(std::string_view name) const;
};

}  // namespace maitred
