// Law 1 and its smaller sisters, as checks over the includes of a tree: which folder may know
// which, which one file lets a foreign library in, and which files are pure, that is, can reach
// no I/O however many includes away.
#pragma once

#include <string_view>

#include "tests/house/source_tree.h"

namespace maitred::house {

// base < config, bus < connectors, dispatch < daemon; and who must not meet inside dispatch.
Findings check_layers(const SourceTree& tree);

// Includes are written from the root, a file's own header first, and never run in a circle.
Findings check_includes(const SourceTree& tree);

// Each foreign library is included by its door alone; exceptions stay behind doors, too.
Findings check_doors(const SourceTree& tree);

// A pure file reaches no file of I/O, and names no clock. The message shows the way it went.
Findings check_purity(const SourceTree& tree);

bool is_pure(std::string_view path);

}  // namespace maitred::house
