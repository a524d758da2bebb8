#include "tests/demo/evening.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace maitred::test {

void play_evening(const std::string& name, const std::string& arguments) {
  const std::filesystem::path build = std::filesystem::path(MAITRED_BINARY).parent_path();
  const std::string log = build / (name + ".txt");
  const int status = std::system(fmt::format("{} --once --state {} {} > {} 2>&1 < /dev/null",
                                             (build / "maitred-demo").string(),
                                             (build / name).string(), arguments, log)
                                     .c_str());
  const auto shown = read_file(log);
  INFO((shown ? *shown : shown.error().text));
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace maitred::test
