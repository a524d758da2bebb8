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
    one(run_command());
    one(check_command());
    one(status_command());
    family(sources_commands());
    family(topics_commands());
    one(explain_command());
    family(tasks_commands());
    family(crm_commands());
    family(staff_commands());
    one(tail_command());
    one(why_command());
    one(verify_command());
    return list;
  }();
  return commands;
}

}  // namespace maitred
