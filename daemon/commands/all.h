// Every command of the program, listed by hand: to add one, write its file in this folder and name
// it in all.cc. A file offers either `const Command& x_command()` or, for a family,
// `std::span<const Command> x_commands()`.
//
// Immutable, any thread.
#pragma once

#include <span>

#include "daemon/command_line.h"

namespace maitred {

std::span<const Command* const> all_commands();

// Headings of `maitred --help`: who uses a command.
inline constexpr const char* kForOperators = "Running it";
inline constexpr const char* kForTuning = "Trying rules on posts";
inline constexpr const char* kForStaff = "Working the floor";
inline constexpr const char* kForRecords = "People and places";
inline constexpr const char* kForFinding = "Finding out what happened";

const Command& run_command();
const Command& status_command();
const Command& explain_command();
const Command& check_command();
const Command& tail_command();
const Command& why_command();
const Command& verify_command();
std::span<const Command> topics_commands();
const Command& topics_copy_command();  // one of topics_commands
std::span<const Command> sources_commands();
std::span<const Command> crm_commands();
std::span<const Command> staff_commands();
std::span<const Command> tasks_commands();

}  // namespace maitred
