// What the house serves: catalogue.csv. A row has an id, the words people use for it, a price, how
// long it takes to make, and in which stores it can be had.
//
// Plain data once read, any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"
#include "config/quantity.h"

namespace maitred {

struct Item {
  std::string id;
  std::string name;
  std::vector<std::string> aliases;
  std::optional<Money> price;
  std::chrono::minutes prep{0};
  std::vector<std::string> sizes;
  std::vector<std::string> stores;  // ids; empty = every store
  int line = 0;                     // where the row stands
};

struct Catalogue {
  std::vector<Item> items;  // in file order
  const Item* find(std::string_view id) const;
};

// Bad rows are added to `faults` and left out.
Catalogue load_catalogue(const std::filesystem::path& path, std::vector<ConfigFault>& faults);

}  // namespace maitred
