// The registry: every network we know, by name. A table to read, and the one place to add a line.
//
// Thread-safe: the table never changes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"

namespace maitred {

std::vector<std::string> network_names();

// malformed: no such network; says which there are.
Result<std::unique_ptr<Connector>> make_connector(const SourceSettings& settings);

}  // namespace maitred
