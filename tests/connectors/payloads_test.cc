#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "tests/connectors/page_check.h"

using namespace maitred;
using namespace maitred::test;

namespace {

const std::filesystem::path kOwn = std::filesystem::path(MAITRED_SOURCE_DIR) / "tests/payloads";
const std::filesystem::path kRecorded =
    std::filesystem::path(MAITRED_SOURCE_DIR).parent_path() / "shared/payloads";

std::string quoted(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

// One line for each file, from jq, which knows nothing of our parser.
std::vector<std::string> count_by_jq(const std::vector<std::filesystem::path>& files) {
  std::string command = "jq -c -f " + quoted(std::filesystem::path(MAITRED_SOURCE_DIR) /
                                             "tests/connectors/count_mentions.jq");
  for (const auto& file : files) command += " " + quoted(file);
  std::vector<std::string> lines;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string line;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != '\n') {
      line += static_cast<char>(c);
    } else {
      lines.push_back(std::move(line));
      line.clear();
    }
  }
  CHECK(pclose(pipe) == 0);
  return lines;
}

}  // namespace

TEST_CASE("every payload of our own gives what its .expect says") {
  size_t count = 0;
  for (const std::string& network : network_names()) {
    const auto connector = connector_of(network);
    for (const auto& file : files_below(kOwn / network, ".json")) {
      CAPTURE(file.string());
      const auto expect = read_file(std::filesystem::path(file).replace_extension(".expect"));
      REQUIRE_MESSAGE(expect, expect.error().text);
      check_page(page_of(*connector, *read_file(file)), *expect);
      ++count;
    }
  }
  CHECK(count >= 5);
}

TEST_CASE("every recorded body of the Mastodon API holds as many mentions as jq counts") {
  auto files = files_below(kRecorded / "mastodon", ".json");
  std::erase_if(files, [](const auto& file) { return file.filename() == "_interactions.json"; });
  if (files.empty()) {
    std::cout << "SKIP: " << kRecorded.string() << " is not there\n";
    std::exit(77);
  }
  const auto counts = count_by_jq(files);
  REQUIRE(counts.size() == files.size());
  const auto connector = connector_of("mastodon");
  std::map<std::string, int64_t> totals;
  for (size_t i = 0; i < files.size(); ++i) {
    CAPTURE(files[i].string());
    const auto expected = json::Document::parse(counts[i]);
    REQUIRE(expected);
    const json::View counted = expected->root();
    const auto page = page_of(*connector, *read_file(files[i]));
    if (!page) {
      // A refusal has a name, and is right only where there are no posts.
      CHECK(counted["kind"].string() == "none");
      const std::string name = page.error().text.substr(0, page.error().text.find(':'));
      CHECK(std::set<std::string>{"not_posts", "error_answer"}.contains(name));
      ++totals["refused " + name];
      continue;
    }
    CHECK(counted["kind"].string() != "none");
    CHECK(static_cast<int64_t>(page->mentions.size()) == counted["mentions"].integer());
    const auto told = json::Document::parse(to_json(*page));
    const json::View reasons = told->root()["reasons"];
    CHECK(reasons.size() == counted["reasons"].size());
    for (size_t r = 0; r < reasons.size(); ++r) {
      const std::string_view reason = reasons.member_name(r);
      CHECK(reasons[reason].integer() == counted["reasons"][reason].integer());
      totals["listed " + std::string(reason)] += *reasons[reason].integer();
    }
    totals["pages"] += 1;
    totals["mentions"] += static_cast<int64_t>(page->mentions.size());
  }
  for (const auto& [what, count] : totals) std::cout << what << ": " << count << "\n";
  CHECK(totals["mentions"] > 100);
}

TEST_CASE("every connector answers by the book whatever comes") {
  for (const std::string& network : network_names()) {
    CAPTURE(network);
    CHECK(std::ranges::all_of(network, [](char c) { return c >= 'a' && c <= 'z'; }));
    const auto connector = connector_of(network);
    const Ask ask = connector->ask("", {});
    CHECK((ask.url.starts_with("https://") || ask.url.empty()));
    CHECK(connector->ask("no cursor of ours", {}).url == ask.url);
    if (ask.url.empty()) continue;
    for (const char* body : {"", "<html></html>", "{", "[", "nothing", "7", "\"a\"", "\xff"}) {
      CAPTURE(body);
      const auto page = page_of(*connector, body);
      REQUIRE_FALSE(page.has_value());
      CHECK(page.error().fault == Fault::malformed);
    }
    const std::pair<int, Fault> by_status[] = {
        {401, Fault::denied},    {403, Fault::denied},    {404, Fault::missing},
        {410, Fault::missing},   {429, Fault::throttled}, {500, Fault::transient},
        {502, Fault::transient}, {400, Fault::malformed}, {422, Fault::malformed}};
    for (const auto& [status, fault] : by_status) {
      CAPTURE(status);
      const auto page = page_of(*connector, "[]", status);
      REQUIRE_FALSE(page.has_value());
      CHECK(page.error().fault == fault);
    }
  }
}
