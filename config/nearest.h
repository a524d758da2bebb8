// "Did you mean": the word somebody most likely meant, for a mistyped key, column or command. A
// remedy in a fault is worth more than the fault.
//
// Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maitred {

// The candidate with the fewest typing slips from `word` (a missing, extra, wrong or swapped
// letter), or nothing where none is within a third of its length. Case does not count.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

}  // namespace maitred
