// A Page as one line of JSON: what `maitred sources parse` prints and the payload tests compare.
// Not a wire format: nothing reads it back.
//
// Pure.
#pragma once

#include <string>

#include "connectors/connector.h"

namespace maitred {

// {mentions[] cursor more gone[] rejected[{reason detail id bytes}] dropped[{reason id}]
//  reasons{reason: count}}
std::string to_json(const Page& page);

}  // namespace maitred
