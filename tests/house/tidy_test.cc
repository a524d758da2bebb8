#include "tests/house/tidy.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <map>
#include <string>

#include "tests/house/functions.h"

using namespace maitred::house;

namespace {

using Files = std::map<std::string, std::string>;
using Check = Findings (*)(const SourceTree&);

struct Case {
  const char* what;
  Check check;
  Files files;
  std::string finding;  // how the only finding begins; empty = there is none
};

std::string lines(size_t count, const std::string& line = "") {
  std::string text;
  while (count-- > 0) text += line + "\n";
  return text;
}

std::string function_of(size_t count) {
  return "void f() {\n" + lines(count - 2, "  g();") + "}\n";
}

Files folder_of(const std::string& folder, size_t modules) {
  Files files;
  while (modules-- > 0) files[folder + "/m" + std::to_string(modules) + ".h"] = "";
  return files;
}

// Words of the ban list, taken apart so that this file may hold them.
const std::string kFix = std::string("// FIX") + "ME later\n";
const std::string kToDo = std::string("# TO") + "DO: more\n";

const Case kLengths[] = {
    {"a header of 120 lines", check_lengths, {{"bus/a.h", lines(120)}}, ""},
    {"a header of 121",
     check_lengths,
     {{"bus/a.h", lines(121)}},
     "bus/a.h:121: is longer than 120"},
    {"a source of 400", check_lengths, {{"bus/a.cc", lines(400)}}, ""},
    {"a source of 401", check_lengths, {{"bus/a.cc", lines(401)}}, "bus/a.cc:401: is longer"},
    {"a test of 500", check_lengths, {{"tests/bus/a_test.cc", lines(500)}}, ""},
    {"a test of 501", check_lengths, {{"tests/bus/a_test.cc", lines(501)}}, "tests/bus/a_test.cc"},
    {"100 columns", check_lengths, {{"a/a.cc", std::string(100, 'x') + "\n"}}, ""},
    {"101 columns",
     check_lengths,
     {{"a/a.cc", "\n" + std::string(101, 'x') + "\n"}},
     "a/a.cc:2: is longer than 100 columns"},
    {"columns are characters, not bytes", check_lengths, {{"a/a.cc", "// " + lines(1, "é")}}, ""},
    {"an address may be long",
     check_lengths,
     {{"a/a.cc", "// https://" + std::string(101, 'x') + "\n"}},
     ""},
    {"a function of 70 lines", check_lengths, {{"a/a.cc", function_of(70)}}, ""},
    {"a function of 71",
     check_lengths,
     {{"a/a.cc", "\n" + function_of(71)}},
     "a/a.cc:2: a function of 71 lines"},
    {"a method of 71",
     check_lengths,
     {{"a/a.cc", "namespace n {\nclass C {\n" + function_of(71)}},
     "a/a.cc:3: a function of 71 lines"},
    {"a namespace of any length",
     check_lengths,
     {{"a/a.cc", "namespace n {\n" + lines(50) + function_of(60) + "}\n"}},
     ""},
    {"a table of any length",
     check_lengths,
     {{"a/a.cc", "const int kTable[] = {\n" + lines(90, "  {f(), {1}},") + "};\n"}},
     ""},
    {"12 modules", check_lengths, folder_of("daemon", 12), ""},
    {"13 modules", check_lengths, folder_of("daemon", 13), "daemon:0: holds 13 modules"},
    {"a source without a header is no module",
     check_lengths,
     {{"x/a.cc", ""},
      {"x/b.cc", ""},
      {"x/c.cc", ""},
      {"x/d.cc", ""},
      {"x/e.cc", ""},
      {"x/f.cc", ""},
      {"x/g.cc", ""},
      {"x/h.cc", ""},
      {"x/i.cc", ""},
      {"x/j.cc", ""},
      {"x/k.cc", ""},
      {"x/l.cc", ""},
      {"x/m.cc", ""}},
     ""},
    {"16 modules in base", check_lengths, folder_of("base", 16), ""},
    {"17 modules in base", check_lengths, folder_of("base", 17), "base:0: holds 17 modules"},
};

const Case kManners[] = {
    {"a drawer", check_names, {{"base/util.h", ""}}, "base/util.h:0: a drawer for junk"},
    {"a drawer by suffix", check_names, {{"bus/bus_helpers.cc", ""}}, "bus/bus_helpers.cc:0"},
    {"a folder for junk", check_names, {{"common/a.h", ""}}, "common/a.h:0: a drawer"},
    {"a word that only sounds like it", check_names, {{"bus/commonplace.h", ""}}, ""},
    {"a book called store", check_names, {{"bus/task_store.h", ""}}, "bus/task_store.h:0: a store"},
    {"a class called store",
     check_names,
     {{"bus/a.h", "\nclass TaskStore {\n"}},
     "bus/a.h:2: TaskStore: a store is a shop"},
    {"the shop itself",
     check_names,
     {{"config/stores.h", "struct Store {\nStore nearest_store;\n"}},
     ""},

    {"a header that says what it is", check_form, {{"a/a.h", "// It is.\n#pragma once\n"}}, ""},
    {"a header that does not", check_form, {{"a/a.h", "#pragma once\n"}}, "a/a.h:1: does not open"},
    {"a header without a guard", check_form, {{"a/a.h", "// It is.\n"}}, "a/a.h:1: has no #pragma"},
    {"a blank at the end", check_form, {{"a/a.cc", "\nint i; \n"}}, "a/a.cc:2: ends in a blank"},
    {"a tab", check_form, {{"a/a.cc", "\tint i;\n"}}, "a/a.cc:1: holds a tab"},
    {"a last line without end", check_form, {{"a/a.cc", "int i;"}}, "a/a.cc:1: does not end"},

    {"a header that only a test uses",
     check_dead,
     {{"a/a.h", ""}, {"a/a.cc", "#include \"a/a.h\"\n"}, {"tests/t.cc", "#include \"a/a.h\"\n"}},
     "a/a.h:0: is dead"},
    {"a header that another source uses",
     check_dead,
     {{"a/a.h", ""}, {"b/a.cc", "#include \"a/a.h\"\n"}},
     ""},

    {"the machine's clock",
     check_bans,
     {{"a/a.cc", "auto t = std::chrono::system_clock::now();\n"}},
     "a/a.cc:1: system_clock::now: ask a Clock"},
    {"the old clock", check_bans, {{"a/a.cc", "\nauto t = time(nullptr);\n"}}, "a/a.cc:2: time"},
    {"another's time()", check_bans, {{"a/a.cc", "auto t = log_time(0) + at.time();\n"}}, ""},
    {"the clock's own door", check_bans, {{"base/clock.cc", "steady_clock::now();\n"}}, ""},
    {"a nap",
     check_bans,
     {{"tests/a_test.cc", "std::this_thread::sleep_for(1s);\n"}},
     "tests/a_test.cc:1: sleep_for: wait"},
    {"not even at the clock's door",
     check_bans,
     {{"base/clock.cc", "sleep_for(1s);\n"}},
     "base/clock.cc:1: sleep_for"},
    {"a nap told of", check_bans, {{"a/a.cc", "// sleep_for is banned\n"}}, ""},
    {"a test switched off",
     check_bans,
     {{"tests/a_test.cc", "TEST_CASE(\"a\" * doctest::skip())\n"}},
     "tests/a_test.cc:1: doctest::skip"},
    {"something to fix", check_bans, {{"a/a.cc", kFix}}, "a/a.cc:1: FIX"},
    {"something to do, in any file", check_bans, {{"config/a.toml", kToDo}}, "config/a.toml:1: TO"},

    {"a file that is not there",
     check_documents,
     {{"README.md", "\nSee `bus/a.h`.\n"}},
     "README.md:2: there is no bus/a.h"},
    {"a pair of which one is not there",
     check_documents,
     {{"docs/a/b.md", "Both `bus/a.{h,cc}`\n"}, {"bus/a.h", ""}},
     "docs/a/b.md:1: there is no bus/a.cc"},
    {"files that are there, and what is no file",
     check_documents,
     {{"README.md",
       "`bus/a.h` `build/dev/maitred` `GET /api/v1.json` `a/*.h` `and/or` `./dev x.y`\n"},
      {"bus/a.h", ""}},
     ""},

    {"a skip with a reason",
     check_may_skip,
     {{"tests/may_skip", "# why\n\na/b_test  no sound card here\n"}, {"tests/a/b_test.cc", ""}},
     ""},
    {"a skip of nothing",
     check_may_skip,
     {{"tests/may_skip", "a/b_test  no sound card\n"}},
     "tests/may_skip:1: there is no test a/b_test"},
    {"a skip without a reason",
     check_may_skip,
     {{"tests/may_skip", "\na/b_test\n"}, {"tests/a/b_test.cc", ""}},
     "tests/may_skip:2: a/b_test: no reason"},
    {"a skip of the bus",
     check_may_skip,
     {{"tests/may_skip", "bus/b_test  it is slow\n"}, {"tests/bus/b_test.cc", ""}},
     "tests/may_skip:1: bus/b_test: what holds \"bus\" may never be skipped"},
    {"no list at all", check_may_skip, {}, "tests/may_skip:0: is not there"},
};

void check_all(const auto& cases) {
  for (const Case& row : cases) {
    CAPTURE(row.what);
    Findings findings = row.check(SourceTree(row.files));
    CAPTURE(told(findings));
    CHECK(findings.size() == (row.finding.empty() ? 0 : 1));
    CHECK(told(findings).starts_with(row.finding));
  }
}

}  // namespace

TEST_CASE("the house is tidy") {
  SourceTree tree = SourceTree::read(MAITRED_SOURCE_DIR);
  REQUIRE(tree.has_file("tests/house/tidy_test.cc"));
  for (Check check : {check_lengths, check_names, check_form, check_dead, check_bans,
                      check_documents, check_may_skip}) {
    CHECK_MESSAGE(check(tree).empty(), told(check(tree)));
  }
  std::puts(comment_ratio(tree).c_str());
}

TEST_CASE("what is too long is found and named") {
  check_all(kLengths);
}

TEST_CASE("what has no manners is found and named") {
  check_all(kManners);
}

TEST_CASE("a tree is read from a directory, without what is built in it") {
  namespace fs = std::filesystem;
  fs::path root = fs::path(MAITRED_SOURCE_DIR) / "build" / "tidy_test";
  fs::create_directories(root / "base");
  fs::create_directories(root / "build");
  for (const char* path : {"base/a.h", "build/b.h"}) {
    FILE* file = std::fopen((root / path).c_str(), "w");
    REQUIRE(file != nullptr);
    std::fputs("#include <map>\n#include \"base/c.h\"  // \"\nchar c = '\"';  // x\n", file);
    std::fclose(file);
  }
  SourceTree tree = SourceTree::read(root);
  fs::remove_all(root);
  REQUIRE(tree.files().size() == 1);
  const SourceFile& file = tree.files()[0];
  CHECK(file.path == "base/a.h");
  CHECK(file.folder() == "base");
  CHECK(file.stem() == "a");
  CHECK(file.lines.size() == 3);
  CHECK(file.code[2] == "char c = \"\";  ");
  REQUIRE(file.includes.size() == 2);
  CHECK(file.includes[0].foreign);
  CHECK(file.includes[1].path == "base/c.h");
}

TEST_CASE("functions are found by their braces, whatever stands around them") {
  Files files;
  files["a/a.cc"] =
      "namespace n {\n"                      // 1
      "struct S : T<int> {\n"                // 2
      "  int f() const { return 1'000; }\n"  // 3
      "  int i = 0;\n"                       // 4
      "};\n"                                 // 5
      "S::S(int a) : a_(a), b_{1} {\n"       // 6
      "  auto g = [&](char c) {\n"           // 7
      "    if (c == '{') { h(\"}\"); }\n"    // 8
      "  };\n"                               // 9
      "}\n"                                  // 10
      "const std::map<int, int> kMap = {\n"  // 11
      "    {f(1), g()},\n"                   // 12
      "};\n"                                 // 13
      "}\n";
  SourceTree tree(files);
  std::vector<Function> functions = find_functions(tree.files()[0]);
  std::string found;
  for (const Function& function : functions) {
    found += std::to_string(function.first) + "-" + std::to_string(function.last) + " ";
  }
  CHECK(found == "3-3 6-10 ");
}
