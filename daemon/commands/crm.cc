#include <array>

#include "daemon/commands/all.h"
#include "daemon/commands/import.h"
#include "daemon/people_tables.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

constexpr const char* kImportHelp =
    "Reads customers.csv and puts each row on the customers topic, where the last record of an id\n"
    "counts; importing twice changes nothing. Columns by header, in any order: id (needed) name\n"
    "tier phones mails handles zone home_lat home_lon store notes; lists by ';'. A handle is\n"
    "network:id@consent-source@date; without consent it is kept and never used to recognise.\n"
    "A bad row is named with its reason and left out, the others are imported.\n"
    "\n"
    "  maitred crm import customers.csv --dry-run\n";

int import_customers(const Args& args) {
  int code = kExitOk;
  const int loaded = with_configuration(args, [&](const Configuration& configuration) {
    std::vector<ConfigFault> faults;
    std::vector<ImportRow> rows;
    for (const Customer& customer : load_customers(args.get("FILE"), faults)) {
      rows.push_back({customer.id, to_json(customer)});
    }
    code = import_rows(configuration, Topic::customers, "customers", rows, faults,
                       args.has("--dry-run"));
    return Result<void>();
  });
  return loaded == kExitOk ? code : loaded;
}

}  // namespace

std::span<const Command> crm_commands() {
  static const std::array commands{
      Command{{"crm", "import"},
              kForRecords,
              "Put customers on the log",
              kImportHelp,
              {{"FILE", "", "customers.csv", true},
               {"--dry-run", "", "read and check, publish nothing"},
               config_option()},
              import_customers},
  };
  return commands;
}

}  // namespace maitred
