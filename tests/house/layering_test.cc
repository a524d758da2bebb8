#include "tests/house/layering.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

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

const std::string kCurl = "#include <curl/curl.h>\n";

const Case kCases[] = {
    {"dispatch must not know connectors",
     check_layers,
     {{"dispatch/a.cc", "\n#include \"connectors/b.h\"\n"}},
     "dispatch/a.cc:2: must not include connectors/b.h"},
    {"connectors must not know dispatch",
     check_layers,
     {{"connectors/a.cc", "#include \"dispatch/b.h\"\n"}},
     "connectors/a.cc:1: must not include dispatch/b.h"},
    {"config must not know the bus",
     check_layers,
     {{"config/a.h", "#include \"bus/b.h\"\n"}},
     "config/a.h:1: must not include bus/b.h"},
    {"the bus must not know config",
     check_layers,
     {{"bus/a.h", "#include \"config/b.h\"\n"}},
     "bus/a.h:1: must not include config/b.h"},
    {"base knows nobody",
     check_layers,
     {{"base/a.h", "#include \"bus/b.h\"\n"}},
     "base/a.h:1: must not include bus/b.h"},
    {"only the daemon knows all",
     check_layers,
     {{"daemon/a.cc", "#include \"connectors/b.h\"\n#include \"dispatch/c.h\"\n"}},
     ""},
    {"nobody knows the daemon",
     check_layers,
     {{"dispatch/a.cc", "#include \"daemon/b.h\"\n"}},
     "dispatch/a.cc:1: must not include daemon/b.h"},
    {"the house does not know its tests",
     check_layers,
     {{"base/a.cc", "#include \"tests/b.h\"\n"}},
     "base/a.cc:1: must not include tests/b.h"},
    {"a new folder needs its place",
     check_layers,
     {{"attic/a.cc", ""}},
     "attic/a.cc:0: no layer is called attic"},
    {"reading does not know staff",
     check_layers,
     {{"dispatch/reading/a.cc", "#include \"dispatch/staff/b.h\"\n"}},
     "dispatch/reading/a.cc:1: must not include dispatch/staff/b.h"},
    {"the dispatcher does not know the board",
     check_layers,
     {{"dispatch/dispatcher.cc", "#include \"dispatch/board/b.h\"\n"}},
     "dispatch/dispatcher.cc:1: must not include dispatch/board/b.h"},
    {"staff does not know the dispatcher",
     check_layers,
     {{"dispatch/staff/a.cc", "#include \"dispatch/dispatcher.h\"\n"}},
     "dispatch/staff/a.cc:1: must not include dispatch/dispatcher.h"},
    {"who audits acceptance does not use it",
     check_layers,
     {{"daemon/audit/a.cc", "#include \"bus/accept.h\"\n"}},
     "daemon/audit/a.cc:1: must not include bus/accept.h"},
    {"the dispatcher knows its own header",
     check_layers,
     {{"dispatch/dispatcher.cc", "#include \"dispatch/dispatcher.h\"\n"}},
     ""},

    {"no include climbs",
     check_includes,
     {{"bus/a.cc", "#include \"../base/b.h\"\n"}},
     "bus/a.cc:1: includes are written from the root"},
    {"no include is relative",
     check_includes,
     {{"bus/a.cc", "#include \"b.h\"\n"}, {"bus/b.h", ""}},
     "bus/a.cc:1: includes are written from the root"},
    {"the own header comes first",
     check_includes,
     {{"bus/a.cc", "#include <map>\n#include \"bus/a.h\"\n"}, {"bus/a.h", ""}},
     "bus/a.cc:0: its own header is not its first include"},
    {"a circle is shown once, whole",
     check_includes,
     {{"bus/a.h", "#include \"bus/b.h\"\n"},
      {"bus/b.h", "#include \"bus/c.h\"\n"},
      {"bus/c.h", "#include \"bus/a.h\"\n"}},
     "bus/a.h:1: circle: bus/a.h > bus/b.h > bus/c.h > bus/a.h\n"},
    {"two ways to one header are no circle",
     check_includes,
     {{"bus/a.h", "#include \"bus/b.h\"\n#include \"bus/c.h\"\n"},
      {"bus/b.h", "#include \"bus/c.h\"\n"},
      {"bus/c.h", ""}},
     ""},

    {"curl has one door",
     check_doors,
     {{"connectors/a.cc", kCurl}},
     "connectors/a.cc:1: only base/http.cc lets <curl/curl.h> in"},
    {"not even the door's header lets it in",
     check_doors,
     {{"base/http.h", kCurl}},
     "base/http.h:1: only base/http.cc lets"},
    {"the door itself does, and may catch",
     check_doors,
     {{"base/http.cc", kCurl + "try {\n} catch (...) {\n}\n"}},
     ""},
    {"a folder can be a door",
     check_doors,
     {{"daemon/main.cc", "#include <CLI/CLI.hpp>\n#include <fmt/core.h>\n#include <sys/wait.h>\n"}},
     ""},
    {"the bench lets in what it measures our wrapping of",
     check_doors,
     {{"bench/a.cc", "#include <librdkafka/rdkafka.h>\n"}},
     ""},
    {"and nothing else",
     check_doors,
     {{"bench/a.cc", kCurl}},
     "bench/a.cc:1: only base/http.cc lets <curl/curl.h> in"},
    {"all of fmt but its core is foreign",
     check_doors,
     {{"bus/a.cc", "#include <fmt/ranges.h>\n"}},
     "bus/a.cc:1: only nothing lets <fmt/ranges.h> in"},
    {"a library without a door stays out",
     check_doors,
     {{"base/a.cc", "#include <boost/any.hpp>\n"}},
     "base/a.cc:1: only nothing lets <boost/any.hpp> in"},
    {"doctest is for tests",
     check_doors,
     {{"base/a.cc", "#include <doctest/doctest.h>\n"}},
     "base/a.cc:1: only tests/ lets <doctest/doctest.h> in"},
    {"no throw away from the doors",
     check_doors,
     {{"bus/a.cc", "\nvoid f() { throw 1; }\n"}},
     "bus/a.cc:2: throw: exceptions end at the doors"},
    {"a word in a comment or a string throws nothing",
     check_doors,
     {{"bus/a.cc", "// throw\n/* catch\n throw */ auto a = \"throw\" R\"x(\ncatch \")x\";\n"}},
     ""},

    {"purity is lost two includes away",
     check_purity,
     {{"connectors/mastodon.cc", "#include <map>\n#include \"config/a.h\"\n"},
      {"config/a.h", "#include \"base/b.h\"\n"},
      {"base/b.h", "#include \"base/http.h\"\n"}},
     "connectors/mastodon.cc:2: is pure, but reaches I/O: "
     "connectors/mastodon.cc > config/a.h > base/b.h > base/http.h\n"},
    {"the poller is not pure",
     check_purity,
     {{"connectors/poller.cc", "#include \"bus/bus.h\"\n"}},
     ""},
    {"pure files know times",
     check_purity,
     {{"dispatch/staff/owed.cc", "#include \"base/clock.h\"\nTime t;\n"}},
     ""},
    {"but no clock",
     check_purity,
     {{"dispatch/staff/owed.cc", "#include \"base/clock.h\"\nTime f(Clock& clock);\n"}},
     "dispatch/staff/owed.cc:2: is pure, but names Clock"},
};

}  // namespace

TEST_CASE("the house keeps its layers, its doors and its pure rooms") {
  SourceTree tree = SourceTree::read(MAITRED_SOURCE_DIR);
  REQUIRE(tree.has_file("tests/house/layering_test.cc"));
  for (Check check : {check_layers, check_includes, check_doors, check_purity}) {
    CHECK_MESSAGE(check(tree).empty(), told(check(tree)));
  }
}

TEST_CASE("what breaks a layer, a door or a pure room is found and named") {
  for (const Case& row : kCases) {
    CAPTURE(row.what);
    Findings findings = row.check(SourceTree(row.files));
    CAPTURE(told(findings));
    CHECK(findings.size() == (row.finding.empty() ? 0 : 1));
    CHECK(told(findings).starts_with(row.finding));
  }
}

TEST_CASE("the stages and the records are pure; what asks and saves is not") {
  for (const char* path :
       {"connectors/mastodon.cc", "connectors/pacing.h", "dispatch/reading/time.cc",
        "dispatch/decision/decide.h", "dispatch/identity/identify.cc", "dispatch/tasks/task.h",
        "dispatch/staff/owed.cc", "bus/accept.cc", "bus/mention.h"}) {
    CAPTURE(path);
    CHECK(is_pure(path));
  }
  for (const char* path : {"connectors/poller.cc", "connectors/listener.h", "bus/fold.cc",
                           "dispatch/tasks/task_book.cc", "dispatch/dispatcher.cc"}) {
    CAPTURE(path);
    CHECK_FALSE(is_pure(path));
  }
}
