// The referee: whether the evening went as config/demo/expected.toml says, judged by the log alone.
// It knows neither the script nor the staff: a post is found on `mentions` by its words, and what
// became of it by its verdict and its task's events.
//
// Pure but for reading the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo/chronicle.h"

namespace maitred::demo {

struct Expected {
  std::string name;
  std::string text;  // words that occur in the post and in no other
  std::string why;
  bool task = false;
  std::string store;
  std::string playbook;
  std::string state;                     // of the task, at the end
  std::vector<std::string> told;         // people whose phone must have rung
  std::optional<Time> due_from, due_to;  // within these its window ends
  std::optional<Time> earliest, latest;  // of its end state; without a task, of its verdict
};

Result<std::vector<Expected>> load_expected(const std::filesystem::path& path);

// "steakhouse: expected store hackensack, found manhattan"; none = all went as it should.
std::vector<std::string> judge(const std::vector<Expected>& expected, const Chronicle& chronicle);

}  // namespace maitred::demo
