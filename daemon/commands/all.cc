#include "daemon/commands/all.h"

#include <vector>

namespace maitred {

std::span<const Command* const> all_commands() {
  static const std::vector<const Command*> commands = [] {
    std::vector<const Command*> list;
    const auto one = [&](const Command& command) { list.push_back(&command); };
    const auto family = [&](std::span<const Command> of) {
      for (const Command& command : of) list.push_back(&command);
    };
    one(check_command());
    one(explain_command());
    family(crm_commands());
    family(staff_commands());
    return list;
  }();
  return commands;
}

}  // namespace maitred
