#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "tests/connectors/page_check.h"

using namespace maitred;
using namespace maitred::test;

namespace {

constexpr size_t kEveryByteMax = 16 * 1024;
constexpr int kPlaces = 2000;
constexpr uint64_t kSeed = 20260305;

// A body cut short is refused as malformed, or is a page; it never holds what the whole does not.
void check_cut(const Connector& connector, const std::string& body, size_t at,
               const std::set<std::string>& whole) {
  const auto page = page_of(connector, body.substr(0, at));
  if (!page) {
    if (page.error().fault != Fault::malformed) FAIL("cut at ", at, ": ", page.error().text);
    return;
  }
  for (const Mention& mention : page->mentions) {
    if (!whole.contains(mention.id)) FAIL("cut at ", at, " invents ", mention.id);
  }
}

void check_file(const Connector& connector, const std::filesystem::path& file) {
  const std::string body = *read_file(file);
  std::set<std::string> whole;
  if (const auto page = page_of(connector, body)) {
    for (const Mention& mention : page->mentions) whole.insert(mention.id);
  }
  if (body.size() <= kEveryByteMax) {
    for (size_t at = 0; at < body.size(); ++at) check_cut(connector, body, at, whole);
    return;
  }
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < kPlaces; ++i) check_cut(connector, body, random() % body.size(), whole);
}

}  // namespace

TEST_CASE("a body cut anywhere is refused or read, and never crashes or invents") {
  const std::filesystem::path source(MAITRED_SOURCE_DIR);
  const auto connector = connector_of("mastodon");
  const auto own = files_below(source / "tests/payloads/mastodon", ".json");
  CHECK(own.size() >= 5);
  for (const auto& file : own) {
    CAPTURE(file.string());
    check_file(*connector, file);
  }
  auto files = files_below(source.parent_path() / "shared/payloads/mastodon", ".json");
  std::erase_if(files, [](const auto& file) { return file.filename() == "_interactions.json"; });
  if (files.empty()) {
    std::cout << "SKIP: the recorded payloads are not there\n";
    std::exit(77);
  }
  for (const auto& file : files) {
    CAPTURE(file.string());
    check_file(*connector, file);
  }
  CHECK(files.size() > 400);
}
