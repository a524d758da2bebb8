#include "config/fault.h"

#include <fmt/core.h>

#include <algorithm>

namespace maitred {

std::string to_text(const ConfigFault& fault) {
  std::string text = fault.file;
  if (fault.line > 0) text += fmt::format(":{}", fault.line);
  if (!fault.key.empty()) text += ": " + fault.key;
  text += ": " + fault.what;
  if (!fault.remedy.empty()) text += "; " + fault.remedy;
  return text;
}

std::string to_text(const std::vector<ConfigFault>& faults) {
  std::vector<const ConfigFault*> sorted;
  for (const ConfigFault& fault : faults) sorted.push_back(&fault);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->file != b->file ? a->file < b->file : a->line < b->line;
  });
  std::string text;
  for (const ConfigFault* fault : sorted) text += to_text(*fault) + "\n";
  return text;
}

}  // namespace maitred
