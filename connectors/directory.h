// Reading a directory for a connector that asks for one: the next slice of the first file with
// something new. It opens files to read, changes nothing, and knows nothing of their content.
//
// Thread-safe: it keeps no state.
#pragma once

#include <optional>

#include "base/result.h"
#include "connectors/connector.h"

namespace maitred {

// The slice, or nothing: every file is as it was when it was last read. missing: no such directory.
// malformed: more than `files_max` files, which a cursor could not remember.
Result<std::optional<Answer>> read_directory(const Ask& ask, size_t slice_max, size_t files_max);

}  // namespace maitred
