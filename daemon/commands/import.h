// What `crm import` and `staff import` have in common: rows of a table become records of a
// compacted topic, and what is wrong with the others is told row by row.
//
// For those commands alone, on main.
#pragma once

#include <string>
#include <vector>

#include "bus/topics.h"
#include "config/fault.h"
#include "daemon/command_line.h"
#include "daemon/configuration.h"

namespace maitred {

struct ImportRow {
  std::string key;
  std::string value;
};

// Publishes the rows unless `dry_run`, prints one line of counts and the faults, and returns the
// exit code: 65 if any row was left out, with the good ones imported all the same.
int import_rows(const Configuration& configuration, Topic topic, std::string_view what,
                const std::vector<ImportRow>& rows, const std::vector<ConfigFault>& faults,
                bool dry_run);

}  // namespace maitred
