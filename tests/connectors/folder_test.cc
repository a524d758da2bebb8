#include "connectors/folder.h"

#include <algorithm>
#include <fstream>

#include "connectors/directory.h"
#include "connectors/poller.h"
#include "connectors/registry.h"
#include "tests/connectors/scripted.h"

using namespace maitred;
using namespace maitred::test;

namespace {

// A folder source over a real directory, polled round by round.
struct FolderBench : Bench {
  FolderBench() {
    std::filesystem::create_directories(inbox());
    settings.source.name = "ours";
    settings.source.network = "folder";
    settings.source.directory = inbox();
    settings.source.every = std::chrono::seconds(1);
    restart();
  }
  std::filesystem::path inbox() const { return directory / "inbox"; }

  void append(const std::string& name, const std::string& bytes) {
    std::ofstream(inbox() / name, std::ios::app | std::ios::binary) << bytes;
  }
  void restart() {
    const auto saved = read(Topic::cursors);
    poller = std::make_unique<Poller>(settings, std::move(*make_connector(settings.source)), *bus,
                                      house, real, fetcher);
    if (saved.empty()) return;
    poller->resume(*cursor_from_json(json::Document::parse(*saved.back().value)->root()));
  }
  void round() { real.set(std::max(real.now(), poller->round({}))); }
  std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (const Mention& mention : mentions()) all.push_back(mention.text);
    std::ranges::sort(all);
    return all;
  }

  PollerSettings settings;
  ScriptedFetcher fetcher;
  std::unique_ptr<Poller> poller;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("files are read in the order of their names, hidden and unfinished ones not at all") {
  FolderBench bench;
  bench.append("2.ndjson", "{\"text\":\"c\"}\n");
  bench.append("1.ndjson", "{\"text\":\"a\"}\n\n{\"text\":\"b\"}\r\n");
  bench.append(".hidden", "{\"text\":\"no\"}\n");
  bench.append("3.tmp", "{\"text\":\"no\"}\n");
  bench.append("3.part", "{\"text\":\"no\"}\n");
  bench.round();
  CHECK(bench.texts() == Texts{"a", "b", "c"});
  bench.append("0-late.ndjson", "{\"text\":\"late\"}\n");
  bench.round();
  bench.round();
  CHECK(bench.texts() == Texts{"a", "b", "c", "late"});
}

TEST_CASE("what is left out of a line is filled in") {
  FolderBench bench;
  bench.append("a", R"({"text":"one"})"
                    "\n"
                    R"({"text":"two","id":"77","network":"tablet","author":{"handle":"@Kim"}})"
                    "\n"
                    R"({"text":"three","id":"folder:78","revision":"5","author":{"id":"lee"}})");
  bench.round();
  auto mentions = bench.mentions();
  REQUIRE(mentions.size() == 3);
  std::ranges::sort(mentions, {}, &Mention::text);
  CHECK(mentions[0].id.starts_with("folder:"));
  CHECK(mentions[0].id.size() == 7 + 32);
  CHECK(mentions[0].posted_at == bench.house.now());
  CHECK(mentions[0].seen_at == bench.house.now());
  CHECK(mentions[0].source == "ours");
  CHECK(mentions[0].revision == "0");
  CHECK(mentions[1].id == "folder:78");
  CHECK(mentions[1].author.id == "folder:lee");
  CHECK(mentions[1].revision == "5");
  CHECK(mentions[2].id == "tablet:77");
  CHECK(mentions[2].author.id == "tablet:kim");
  CHECK(mentions[2].revision.starts_with("h"));
}

TEST_CASE("the same line twice is one mention; a new text under an old id is an edit") {
  FolderBench bench;
  bench.append("a", "{\"text\":\"x\"}\n{\"text\":\"x\"}\n{\"text\":\"y\",\"id\":\"1\"}\n");
  bench.append("b", "{\"text\":\"y\",\"id\":\"1\"}\n{\"text\":\"z\",\"id\":\"1\"}\n");
  bench.round();
  CHECK(bench.texts() == Texts{"x", "y", "z"});
}

TEST_CASE("a line still being written waits for its end, wherever it is cut") {
  const std::string line = R"({"text":"a \"table\" for }, please","id":"9"})";
  for (size_t cut = 1; cut < line.size(); ++cut) {
    CAPTURE(cut);
    FolderBench bench;
    bench.append("feed", "{\"text\":\"first\"}\n" + line.substr(0, cut));
    bench.round();
    CHECK(bench.texts() == Texts{"first"});
    if (cut % 2 == 0) bench.restart();
    bench.append("feed", line.substr(cut));
    bench.round();
    CHECK(bench.texts() == Texts{"a \"table\" for }, please", "first"});
    bench.append("feed", "\n{\"text\":\"last\"}\n");
    bench.round();
    CHECK(bench.texts().size() == 3);
    CHECK(bench.read(Topic::rejects).empty());
    if (cut > 4) cut += 6;
  }
}

TEST_CASE("a file that grows is read on, one that was cut is read anew") {
  FolderBench bench;
  bench.append("feed", "{\"text\":\"a\"}\n");
  bench.round();
  bench.append("feed", "{\"text\":\"b\"}\n");
  bench.append("later", "{\"text\":\"c\"}\n");
  bench.round();
  bench.append("feed", "{\"text\":\"d\"}\n");
  bench.round();
  CHECK(bench.texts() == Texts{"a", "b", "c", "d"});
  std::filesystem::resize_file(bench.inbox() / "feed", 0);
  bench.append("feed", "{\"text\":\"e\"}\n");
  bench.round();
  CHECK(bench.texts() == Texts{"a", "b", "c", "d", "e"});
}

TEST_CASE("bad lines go to rejects, the rest is kept") {
  FolderBench bench;
  bench.append("a",
               "{\"text\":\"good\"}\nnot json\n[1]\n{\"text\":7}\n\xff\xfe\n{\"text\":\"too\"}\n");
  bench.round();
  CHECK(bench.texts() == Texts{"good", "too"});
  CHECK(bench.read(Topic::rejects).size() == 4);
  const SourceStatus status = bench.poller->status();
  CHECK(status.rejected.at("not_json") == 2);
  CHECK(status.rejected.at("not_a_mention") == 2);
  CHECK(status.offered == 6);
}

TEST_CASE("a big file is read in slices, a line over one slice is rejected and passed over") {
  FolderBench bench;
  std::string big;
  for (int i = 0; big.size() < 3 * kSliceMax; ++i) {
    big += "{\"text\":\"" + std::string(2000, 'x') + std::to_string(i) + "\"}\n";
  }
  const size_t lines = static_cast<size_t>(std::ranges::count(big, '\n'));
  bench.append("big", big);
  bench.append("huge", "{\"text\":\"" + std::string(5 * kSliceMax / 2, 'y') + "\"}\n");
  bench.append("huge", "{\"text\":\"after\"}\n");
  bench.round();
  const auto texts = bench.texts();
  CHECK(texts.size() == lines + 1);
  CHECK(texts.front() == "after");
  CHECK(bench.poller->status().rejected.at("line_too_long") == 1);
}

TEST_CASE("files moved away are forgotten, and a directory that is not there is a failure") {
  FolderBench bench;
  LogLines quiet;
  bench.append("a", "{\"text\":\"a\"}\n");
  bench.round();
  std::filesystem::remove(bench.inbox() / "a");
  bench.append("b", "{\"text\":\"b\"}\n");
  bench.round();
  const std::string cursor = *bench.read(Topic::cursors).back().value;
  CHECK(cursor.find("\\\"a\\\"") == cursor.npos);
  CHECK(cursor.find("\\\"b\\\"") != cursor.npos);
  std::filesystem::rename(bench.inbox(), bench.directory / "elsewhere");
  bench.round();
  CHECK(bench.poller->status().failures == 1);
  CHECK(bench.poller->status().last_error.starts_with("missing"));
}
