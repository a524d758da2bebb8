#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "daemon/commands/all.h"
#include "daemon/commands/import.h"
#include "daemon/people_tables.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

constexpr const char* kImportHelp =
    "Reads staff.csv, and shifts.csv with --shifts, and puts each row on the staff topic; the\n"
    "last record of an id counts. Staff columns: id role reach (needed) name store languages\n"
    "quiet; `reach` is a list like console;ntfy:topic, `store` a store or desk, empty for all.\n"
    "Shift columns: staff from to (needed) id days zone. Who has no shift is always on duty.\n"
    "A bad row is named with its reason and left out, the others are imported.\n"
    "\n"
    "  maitred staff import staff.csv --shifts shifts.csv\n";

bool is_place_of_work(const Rules& rules, const std::string& id) {
  return id.empty() || rules.stores.find(id) ||
         std::any_of(rules.playbooks.begin(), rules.playbooks.end(),
                     [&](const Playbook& playbook) { return playbook.desk == id; });
}

int import_staff(const Args& args) {
  int code = kExitOk;
  const int loaded = with_configuration(args, [&](const Configuration& configuration) {
    std::vector<ConfigFault> faults;
    std::vector<ImportRow> rows;
    const std::string file = args.get("FILE");
    for (const Person& person : load_people(file, faults)) {
      if (is_place_of_work(*configuration.rules, person.store)) {
        rows.push_back({staff_key(person), to_json(person)});
      } else {
        faults.push_back({file, 0, person.id,
                          fmt::format("no store and no desk '{}'", person.store),
                          "an id of stores.csv, or the desk of a playbook"});
      }
    }
    if (args.has("--shifts")) {
      for (const Shift& shift : load_shifts(args.get("--shifts"), faults)) {
        rows.push_back({staff_key(shift), to_json(shift)});
      }
    }
    code = import_rows(configuration, Topic::staff, "people and shifts", rows, faults,
                       args.has("--dry-run"));
    return Result<void>();
  });
  return loaded == kExitOk ? code : loaded;
}

}  // namespace

std::span<const Command> staff_commands() {
  static const std::array commands{
      Command{{"staff", "import"},
              kForRecords,
              "Put staff and shifts on the log",
              kImportHelp,
              {{"FILE", "", "staff.csv", true},
               {"--shifts", "FILE", "shifts.csv"},
               {"--dry-run", "", "read and check, publish nothing"},
               config_option()},
              import_staff},
  };
  return commands;
}

}  // namespace maitred
