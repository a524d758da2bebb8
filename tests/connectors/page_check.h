// What payload tests share: files by folder, a Page of a body, and the lines of an .expect file,
// each `path = value`: a dotted path into the Page's JSON, where `length` is a list's. `error =
// words` expects a refusal that begins so.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/zone.h"
#include "connectors/page_json.h"
#include "connectors/registry.h"

namespace maitred::test {

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                      const std::string& extension) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

inline std::unique_ptr<Connector> connector_of(const std::string& network) {
  SourceSettings settings;
  settings.name = "test";
  settings.network = network;
  settings.host = "social.example";
  settings.accounts = {"mastodon:mortons@social.example"};
  auto connector = make_connector(settings);
  REQUIRE(connector);
  return std::move(*connector);
}

inline Result<Page> page_of(const Connector& connector, std::string body, int status = 200) {
  Answer answer;
  answer.status = status;
  answer.size = static_cast<int64_t>(body.size());
  answer.body = std::move(body);
  answer.name = "file.ndjson";
  answer.at = *parse_rfc3339("2026-03-05T19:00:00Z");
  return connector.parse(connector.ask("", {}), answer, "", {});
}

inline std::string value_at(json::View view, const std::string& path) {
  std::istringstream steps(path);
  for (std::string step; std::getline(steps, step, '.');) {
    if (step == "length") return std::to_string(view.size());
    view = view.is_array() ? view.at(static_cast<size_t>(std::stoul(step))) : view[step];
  }
  if (!view) return "nothing";
  return view.is_string() ? std::string(view.string()) : view.text();
}

inline std::string with_line_ends(std::string text) {
  for (size_t at = text.find("\\n"); at != text.npos; at = text.find("\\n"))
    text.replace(at, 2, "\n");
  return text;
}

// Checks a Page against the lines of an .expect file.
inline void check_page(const Result<Page>& page, const std::string& expect) {
  std::istringstream lines(expect);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t equals = line.find(" = ");
    REQUIRE_MESSAGE(equals != line.npos, line);
    const std::string path = line.substr(0, equals);
    const std::string value = with_line_ends(line.substr(equals + 3));
    CAPTURE(path);
    if (path == "error") {
      REQUIRE_FALSE(page.has_value());
      CHECK(page.error().text.substr(0, value.size()) == value);
      continue;
    }
    REQUIRE_MESSAGE(page, page.error().text);
    const auto document = json::Document::parse(to_json(*page));
    REQUIRE(document);
    CHECK(value_at(document->root(), path) == value);
  }
}

}  // namespace maitred::test
