#include "daemon/command_line.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace maitred {
namespace {

std::string seen;  // what the command was run with, in its own words

int record(const Args& args) {
  seen = "as=" + args.get("--as") + " json=" + (args.has("--json") ? "yes" : "no") +
         " task=" + args.get("TASK") + " tags=";
  for (const auto& tag : args.all("--tag")) seen += tag + ";";
  const auto max = args.integer("--max");
  seen += " max=" + (max ? std::to_string(*max) : max.error().text);
  return kExitOk;
}

const Command kClaim{{"tasks", "claim"},
                     "Floor",
                     "Claim a task",
                     "",
                     {{"TASK", "", "which", true},
                      {"--as", "STAFF", "who you are", true},
                      {"--json", "", "as JSON"},
                      {"-t,--tag", "WORD", "a tag", false, true},
                      {"--max", "N", "how many", false, false, "5"}},
                     record};
const Command kTail{{"tail"}, "Ops", "Show a topic", "", {{"TOPIC", "", "which"}}, record};

int run(std::vector<std::string> words) {
  seen.clear();
  words.insert(words.begin(), "maitred");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  static const std::vector<const Command*> commands{&kClaim, &kTail};
  return run_command_line(static_cast<int>(argv.size()), argv.data(), commands);
}

TEST_CASE("the options reach the command by any of their names") {
  struct Row {
    std::vector<std::string> words;
    std::string seen;
  };
  for (const Row& row : {
           Row{{"tasks", "claim", "t1", "--as", "anna"}, "as=anna json=no task=t1 tags= max=5"},
           Row{{"tasks", "claim", "--as", "anna", "t1"}, "as=anna json=no task=t1 tags= max=5"},
           Row{{"tasks", "claim", "-t", "x", "t1", "--tag", "y", "--as", "a"},
               "as=a json=no task=t1 tags=x;y; max=5"},
           Row{{"tasks", "claim", "--as=anna", "--json", "t1", "--max", "7"},
               "as=anna json=yes task=t1 tags= max=7"},
           Row{{"tasks", "claim", "t1", "--as", "a", "-t", "x", "--tag", "y"},
               "as=a json=no task=t1 tags=x;y; max=5"},
           Row{{"tasks", "claim", "t1", "--as", "a", "--as", "b", "--max", "many"},
               "as=b json=no task=t1 tags= max=--max: not a whole number: 'many'"},
           Row{{"tail"}, "as= json=no task= tags= max=--max: not a whole number: ''"},
       }) {
    CAPTURE(row.seen);
    CHECK(run(row.words) == kExitOk);
    CHECK(seen == row.seen);
  }
}

TEST_CASE("a wrong command line runs nothing and exits with 64") {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {},
           {"tasks"},
           {"tasks", "clain"},
           {"tial", "x"},
           {"nonsense"},
           {"tasks", "claim", "--as", "anna"},
           {"tasks", "claim", "t1"},
           {"tasks", "claim", "t1", "--as", "anna", "--colour"},
           {"tasks", "claim", "t1", "t2", "--as", "anna"},
       }) {
    CAPTURE(words.size());
    CHECK(run(words) == kExitUsage);
    CHECK(seen.empty());
  }
}

TEST_CASE("help and version are answers, not errors") {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--help"}, {"--version"}, {"tasks", "--help"}, {"tasks", "claim", "--help"}}) {
    CHECK(run(words) == kExitOk);
    CHECK(seen.empty());
  }
}

}  // namespace
}  // namespace maitred
