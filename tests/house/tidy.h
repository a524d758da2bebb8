// The manners of the house (CONTRIBUTING.md) as checks over the text of a tree: lengths, names,
// first lines, banned calls, documents that name files. Plain text, no compiler: function bodies
// are found by their braces.
#pragma once

#include "tests/house/source_tree.h"

namespace maitred::house {

// Headers 120 lines, sources 400, tests 500; functions 70; lines 100 columns; modules a folder.
Findings check_lengths(const SourceTree& tree);

// No drawers for junk, and a store is a shop: what keeps records is a book.
Findings check_names(const SourceTree& tree);

// A header opens by saying what it is and is guarded; no blanks at line ends, no tabs.
Findings check_form(const SourceTree& tree);

// A header that nobody but its own source and the tests includes is dead.
Findings check_dead(const SourceTree& tree);

// Clocks and sleeps have one door; nothing is left to be fixed later; no test is switched off.
Findings check_bans(const SourceTree& tree);

// README, ARCHITECTURE, CONTRIBUTING and docs/ name only files that exist.
Findings check_documents(const SourceTree& tree);

// Each line of tests/may_skip names a test that there is and says why; some may never stand there.
Findings check_may_skip(const SourceTree& tree);

// Comment lines of all non-blank lines in headers and in sources, for people: "headers 31 %, …".
std::string comment_ratio(const SourceTree& tree);

}  // namespace maitred::house
