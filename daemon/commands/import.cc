#include "daemon/commands/import.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <span>

#include "daemon/wiring.h"

namespace maitred {
namespace {

constexpr size_t kBatchMax = 500;

Result<void> publish(const Configuration& configuration, Topic topic,
                     const std::vector<ImportRow>& rows) {
  TRY_ASSIGN(const auto house, open_house_clock(configuration));
  TRY_ASSIGN(const auto bus, open_bus(configuration, false, *house));
  const auto at = house->now().time_since_epoch().count();
  std::vector<Record> records;
  for (const ImportRow& row : rows) {
    records.push_back(make_record(configuration.topics, topic, row.key,
                                  fmt::format("{}/import:{}", row.key, at), row.value));
  }
  const std::span<const Record> all(records);
  for (size_t begin = 0; begin < all.size(); begin += kBatchMax) {
    const auto batch = all.subspan(begin, std::min(kBatchMax, all.size() - begin));
    TRY(bus->publish(configuration.topics.name(topic), batch));
  }
  return {};
}

}  // namespace

int import_rows(const Configuration& configuration, Topic topic, std::string_view what,
                const std::vector<ImportRow>& rows, const std::vector<ConfigFault>& faults,
                bool dry_run) {
  fmt::print(stderr, "{}", to_text(faults));
  if (!dry_run && !rows.empty()) {
    const auto published = publish(configuration, topic, rows);
    if (!published) return report(published.error());
  }
  std::set<std::pair<std::string, int>> bad;
  for (const ConfigFault& fault : faults) bad.emplace(fault.file, fault.line);
  fmt::print("{} {} {}, {} rows left out\n", rows.size(), what,
             dry_run ? "would be imported" : "imported", bad.size());
  return faults.empty() ? kExitOk : kExitBadInput;
}

}  // namespace maitred
