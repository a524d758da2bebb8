#include "dispatch/decision/catalogue.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/csv.h"

namespace maitred {

const Item* Catalogue::find(std::string_view id) const {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

Catalogue load_catalogue(const std::filesystem::path& path, std::vector<ConfigFault>& faults) {
  constexpr double kPriceMax = 1e6;
  constexpr int kPrepMinutesMax = 7 * 24 * 60;
  const auto table = CsvTable::load(
      path, {"id", "name"}, {"aliases", "price", "currency", "prep_minutes", "sizes", "stores"});
  Catalogue catalogue;
  for (CsvRow& row : table->rows()) {
    Item item;
    item.id = row.required("id");
    item.name = row.required("name");
    item.aliases = row.list("aliases");
    if (const auto price = row.number("price", 0, kPriceMax)) {
      item.price = parse_money(fmt::format("{} {}", *price, row.text("currency")));
      if (!item.price) row.fault("currency", "a price needs one", "write e.g. USD");
    }
    item.prep = std::chrono::minutes(row.integer("prep_minutes", 0, kPrepMinutesMax).value_or(0));
    item.sizes = row.list("sizes");
    item.stores = row.list("stores");
    item.line = row.line();
    if (catalogue.find(item.id)) row.fault("id", fmt::format("'{}' is there twice", item.id));
    if (row.sound()) catalogue.items.push_back(std::move(item));
  }
  faults.insert(faults.end(), table->faults().begin(), table->faults().end());
  return catalogue;
}

}  // namespace maitred
