// The commands of the shell, run as programs beside a running daemon: what an operator types.
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "base/json.h"
#include "base/sqlite.h"
#include "daemon/command_line.h"
#include "daemon/wiring.h"
#include "tests/bus/scratch.h"

using namespace maitred;
using namespace std::chrono_literals;

namespace {

struct Spoken {
  int code = -1;
  std::string text;  // standard output and standard error, as they came
  bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

struct Shop {
  Shop() {
    const auto demo = std::filesystem::path(MAITRED_SOURCE_DIR) / "config/demo";
    for (const char* file : {"stores.csv", "catalogue.csv", "staff.csv", "customers.csv"}) {
      std::filesystem::copy(demo / file, home / file);
    }
    auto text = read_file(demo / "maitred.toml");
    REQUIRE(text);
    const size_t rate = text->find("rate = 60");
    REQUIRE(rate != std::string::npos);
    text->replace(rate, 9, "rate = 1");  // a claim must not fall silent while we look at it
    REQUIRE(replace_file(home / "maitred.toml", *text));
    std::filesystem::create_directories(home / "state");
    std::filesystem::create_directories(home / "inbox");
  }

  Spoken run(const std::string& words) const {
    const std::string line = fmt::format("'{}' {} --config '{}/maitred.toml' 2>&1", MAITRED_BINARY,
                                         words, home.string());
    FILE* pipe = popen(line.c_str(), "r");
    REQUIRE(pipe);
    Spoken said;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
      said.text += static_cast<char>(c);
    said.code = WEXITSTATUS(pclose(pipe));
    return said;
  }

  // Runs it until `part` is said; what was said last otherwise.
  Spoken until(const std::string& words, std::string_view part) const {
    const Time end = real_clock().now() + 20s;
    Spoken said = run(words);
    while (!said.has(part) && real_clock().now() < end) {
      real_clock().sleep_until(real_clock().now() + 50ms, {});
      said = run(words);
    }
    return said;
  }

  std::unique_ptr<Daemon> open() const {
    auto loaded = Configuration::load(home / "maitred.toml");
    REQUIRE_MESSAGE(loaded.faults.empty(), to_text(loaded.faults));
    auto daemon = Daemon::make(loaded.configuration, all_roles());
    REQUIRE_MESSAGE(daemon, (daemon ? "" : daemon.error().text));
    REQUIRE((*daemon)->start());
    return std::move(*daemon);
  }

  test::Scratch scratch;
  std::filesystem::path home = scratch.path();
};

}  // namespace

TEST_CASE("without a daemon, commands say so in one sentence and exit 69") {
  const Shop shop;
  for (const char* words : {"status", "tasks list", "tasks claim t1234 --as anna"}) {
    CAPTURE(words);
    const Spoken said = shop.run(words);
    CHECK(said.code == kExitUnavailable);
    CHECK(said.has("start it with `maitred run`"));
    CHECK(std::count(said.text.begin(), said.text.end(), '\n') == 1);
  }
}

TEST_CASE("an evening from the shell") {
  const Shop shop;
  REQUIRE(shop.run(fmt::format("staff import '{}/staff.csv'", shop.home.string())).code == kExitOk);
  REQUIRE(shop.run(fmt::format("crm import '{}/customers.csv'", shop.home.string())).code ==
          kExitOk);
  const auto daemon = shop.open();

  const Spoken second = shop.run("run");
  CHECK(second.code == kExitRefused);
  CHECK(second.has("another maitred daemon is running on"));

  REQUIRE(
      replace_file(shop.home / "inbox" / "1.ndjson",
                   R"({"id":"folder:1","text":"Morton's, a ribeye to JFK in three hours please",)"
                   R"("author":{"id":"folder:kim","handle":"kim"}})"
                   "\nthis is no JSON\n"));
  const Spoken list = shop.until("tasks list --json", "kim");
  const auto document = json::Document::parse(list.text);
  REQUIRE(document);
  const std::string task(document->root()["tasks"].at(0)["id"].string());
  const std::string store(document->root()["tasks"].at(0)["store"].string());
  REQUIRE(!task.empty());
  CHECK(store == "great-neck");
  CHECK(shop.run("tasks list").has("ribeye"));

  CHECK(shop.run("tasks claim " + task.substr(0, 6) + " --as nobody").code == kExitRefused);
  const Spoken wrong_shop = shop.run("tasks claim " + task + " --as anna");
  CHECK(wrong_shop.code == kExitRefused);
  const Spoken claimed = shop.run("tasks claim --as greta " + task);
  CHECK_MESSAGE(claimed.code == kExitOk, claimed.text);
  const Spoken again = shop.run("tasks claim " + task + " --as greta --json");
  CHECK(again.code == kExitRefused);
  CHECK(shop.run("tasks show " + task).has("claimed"));

  CHECK(shop.until("status", "1 opened").has("ready"));
  CHECK(shop.run("status --json").has(R"("living":1)"));
  CHECK(shop.run("tail rejects").has("this is no JSON"));
  CHECK(shop.run("tail maitred.tasks --json --from start").has(R"("verb":"claimed")"));
  CHECK(shop.run("tail tasks --from end").text.empty());
  CHECK(shop.run("tail tasks --from yesterday").has("no place to begin"));
  CHECK(shop.run("tail nothing").has("there is no topic 'nothing'"));
  for (const std::string& id : {std::string("folder:1"), task.substr(0, 5), task}) {
    CAPTURE(id);
    const Spoken why = shop.run("why " + id);
    CHECK(why.code == kExitOk);
    const size_t mention = why.text.find("mentions/");
    const size_t opened = why.text.find("opened by dispatch");
    const size_t taken = why.text.find("claimed by");
    CHECK(mention < opened);
    CHECK(opened < taken);
    CHECK(taken != std::string::npos);
  }
  CHECK(shop.run("why folder:2").code == kExitNoInput);

  const Spoken verified = shop.run("verify --json");
  CHECK_MESSAGE(verified.code == kExitOk, verified.text);
  const auto found = json::Document::parse(verified.text);
  REQUIRE(found);
  CHECK(found->root()["holds"].boolean());
  CHECK(found->root()["applied"].integer().value_or(0) >= 2);
  CHECK(found->root()["books"].size() == 4);
}

TEST_CASE("verify tells a log that holds, a book that does not and a log that cannot be read") {
  const Shop shop;
  REQUIRE(shop.run(fmt::format("staff import '{}/staff.csv'", shop.home.string())).code == kExitOk);
  { const auto daemon = shop.open(); }
  const Spoken holds = shop.run("verify");
  CHECK_MESSAGE(holds.code == kExitOk, holds.text);
  CHECK(holds.has("books equal those made anew from the log"));
  CHECK_FALSE(holds.has("BROKEN"));

  const auto state = shop.home / "state";
  {
    auto book = Db::open(state / "staff.db");
    REQUIRE(book);
    REQUIRE((*book)->script("DELETE FROM staff WHERE key='staff:anna'"));
  }
  const Spoken broken = shop.run("verify");
  CHECK(broken.code == kExitRefused);
  CHECK(broken.has("staff.db, staff staff:anna: the log makes this row, and it is missing"));
  CHECK(shop.run("verify --json").has(R"("holds":false)"));

  for (const char* ending : {"-wal", "-shm"}) {
    std::filesystem::remove(state / (std::string("log.db") + ending));
  }
  REQUIRE(replace_file(state / "log.db", "not a database"));
  const Spoken unread = shop.run("verify");
  CHECK(unread.code == kExitIo);
  CHECK(unread.has("maitred: cannot verify: "));
}

TEST_CASE("what needs no daemon at all") {
  const Shop shop;
  CHECK(shop.run("sources list").has("inbox"));
  const Spoken topics = shop.run("topics print");
  CHECK(topics.has("maitred.mentions"));
  CHECK(topics.has("compacted"));
  CHECK(shop.run("topics print --commands").has("message.timestamp.type=LogAppendTime"));
  CHECK(shop.run("run --roles dance").code == kExitUsage);
}
