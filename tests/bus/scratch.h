// What bus tests share: an empty directory that goes when the test ends, and records in a line.
#pragma once

#include <filesystem>
#include <string>

#include "base/digest.h"
#include "bus/bus.h"

namespace maitred::test {

class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("maitred-" + hex(random_bytes(8)))) {
    std::filesystem::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Record record(std::string key, std::string value) {
  return {std::move(key), std::move(value), {{"ce_id", "id"}}, {}};
}

}  // namespace maitred::test
