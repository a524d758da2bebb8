// The whole way, as people see it: the demo with its scripted staff, around the real daemon.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/files.h"

using namespace maitred;

TEST_CASE("the evening of config/demo ends as expected.toml has it, by the log alone") {
  const std::filesystem::path build = std::filesystem::path(MAITRED_BINARY).parent_path();
  const std::string log = build / "demo-once.txt";
  const std::string command = (build / "maitred-demo").string() + " --once --state " +
                              (build / "demo-once").string() + " > " + log + " 2>&1 < /dev/null";
  const int status = std::system(command.c_str());
  const auto shown = read_file(log);
  INFO((shown ? *shown : shown.error().text));
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
