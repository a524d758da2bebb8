#include "tests/house/tidy.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tests/house/functions.h"

namespace maitred::house {
namespace {

constexpr auto kNowhere = std::string_view::npos;

constexpr size_t kHeaderLinesMax = 120;
constexpr size_t kSourceLinesMax = 400;
constexpr size_t kTestLinesMax = 500;
constexpr size_t kFunctionLinesMax = 70;
constexpr size_t kColumnsMax = 100;
constexpr size_t kModulesMax = 12;
constexpr size_t kModulesMaxBelow = 16;  // base/ and bus/, on which all else stands

constexpr std::array<std::string_view, 10> kJunk = {"util",  "utils", "common", "helper", "helpers",
                                                    "tools", "stuff", "misc",   "types",  "shared"};

struct Ban {
  std::string_view word;
  std::string_view instead;
  std::string_view door = {};  // where it is allowed
};
constexpr std::array kBans = {
    Ban{"system_clock::now", "ask a Clock", "base/clock.cc"},
    Ban{"steady_clock::now", "ask a Clock", "base/clock.cc"},
    Ban{"high_resolution_clock", "ask a Clock", "base/clock.cc"},
    Ban{"gettimeofday", "ask a Clock", "base/clock.cc"},
    Ban{"clock_gettime", "ask a Clock", "base/clock.cc"},
    Ban{"time(nullptr)", "ask a Clock", "base/clock.cc"},
    Ban{"time(NULL)", "ask a Clock", "base/clock.cc"},
    Ban{"time(0)", "ask a Clock", "base/clock.cc"},
    Ban{"time(&", "ask a Clock", "base/clock.cc"},
    Ban{"sleep_for", "wait with Clock::sleep_until"},
    Ban{"this_thread::sleep_until", "wait with Clock::sleep_until"},
    Ban{"usleep", "wait with Clock::sleep_until"},
    Ban{"nanosleep", "wait with Clock::sleep_until"},
    Ban{"doctest::skip", "a test runs, or may_skip says why not"},
    Ban{"doctest::may_fail", "a test passes"},
    Ban{"doctest::should_fail", "a test passes"},
    Ban{"doctest::expected_failures", "a test passes"},
};
// Written in two halves, so that this file may be read by its own check.
const std::array kUnfinished = {std::string("FIX") + "ME", std::string("TO") + "DO"};

size_t columns(std::string_view line) {
  return static_cast<size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned>(c) & 0xC0) != 0x80; }));
}

size_t lines_max(const SourceFile& file) {
  if (file.is_test()) return kTestLinesMax;
  return file.is_header() ? kHeaderLinesMax : kSourceLinesMax;
}

// A line too long is forgiven where it cannot be broken: an address, an include.
bool may_be_long(std::string_view line) {
  return line.find("://") != kNowhere || line.starts_with("#include ");
}

bool is_document(const SourceFile& file) {
  return file.extension() == "md" && (file.folder().empty() || file.path.starts_with("docs/"));
}

// "dispatch/dispatcher.{h,cc}" is two paths.
std::vector<std::string> unfold(const std::string& path) {
  size_t open = path.find('{');
  size_t close = path.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return {path};
  std::vector<std::string> paths;
  for (size_t begin = open + 1; begin <= close;) {
    size_t end = std::min(path.find(',', begin), close);
    paths.push_back(path.substr(0, open) + path.substr(begin, end - begin) +
                    path.substr(close + 1));
    begin = end + 1;
  }
  return paths;
}

// A word in backticks names a file of ours if it has a slash, an extension and nothing strange.
bool names_file(std::string_view word) {
  size_t slash = word.rfind('/');
  if (slash == kNowhere || slash == 0 || word.starts_with("build/")) return false;
  if (word.find_first_of(" *:<>$@\"'()") != kNowhere || word.starts_with("./")) return false;
  size_t dot = word.rfind('.');
  return dot != kNowhere && dot > slash + 1 && dot + 1 < word.size();
}

struct Skip {
  std::string test;
  std::string reason;
};

Skip read_skip(const std::string& line) {
  size_t end = std::min(line.find(' '), line.size());
  size_t reason = std::min(line.find_first_not_of(' ', end), line.size());
  return {line.substr(0, end), line.substr(reason)};
}

}  // namespace

Findings check_lengths(const SourceTree& tree) {
  Findings findings;
  std::map<std::string_view, std::set<std::string_view>> modules;
  for (const SourceFile& file : tree.files()) {
    if (!file.is_code()) continue;
    if (file.is_header() && !file.is_test()) modules[file.folder()].insert(file.stem());
    if (file.lines.size() > lines_max(file)) {
      findings.push_back({file.path, file.lines.size(),
                          "is longer than " + std::to_string(lines_max(file)) + " lines"});
    }
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (columns(file.lines[i]) > kColumnsMax && !may_be_long(file.lines[i])) {
        findings.push_back({file.path, i + 1, "is longer than 100 columns"});
      }
    }
    for (const Function& function : find_functions(file)) {
      if (function.last - function.first < kFunctionLinesMax) continue;
      findings.push_back({file.path, function.first,
                          "a function of " + std::to_string(function.last - function.first + 1) +
                              " lines, more than 70"});
    }
  }
  for (const auto& [folder, names] : modules) {
    size_t max = folder == "base" || folder == "bus" ? kModulesMaxBelow : kModulesMax;
    if (names.size() <= max) continue;
    findings.push_back(
        {std::string(folder), 0,
         "holds " + std::to_string(names.size()) + " modules, more than " + std::to_string(max)});
  }
  return findings;
}

Findings check_names(const SourceTree& tree) {
  Findings findings;
  auto is_junk = [](std::string_view name) {
    return std::ranges::any_of(kJunk, [&](std::string_view junk) {
      return find_word(name, junk) != kNowhere || name.ends_with("_" + std::string(junk));
    });
  };
  for (const SourceFile& file : tree.files()) {
    if (!file.is_code()) continue;
    if (is_junk(file.folder()) || is_junk(file.stem())) {
      findings.push_back({file.path, 0, "a drawer for junk: name it after what it does"});
    }
    if (file.stem().ends_with("_store")) {
      findings.push_back({file.path, 0, "a store is a shop; what keeps records is a book"});
    }
    for (const TypeName& type : find_types(file)) {
      if (type.name == "Store" || !type.name.ends_with("Store")) continue;
      findings.push_back(
          {file.path, type.line, type.name + ": a store is a shop; what keeps records is a book"});
    }
  }
  return findings;
}

Findings check_form(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files()) {
    bool code = file.is_code();
    if (!code && !is_document(file)) continue;
    if (file.is_header()) {
      if (file.lines.empty() || !file.lines[0].starts_with("// ")) {
        findings.push_back({file.path, 1, "does not open with what it is (\"// \")"});
      }
      if (std::ranges::find(file.lines, "#pragma once") == file.lines.end()) {
        findings.push_back({file.path, 1, "has no #pragma once"});
      }
    }
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (line.ends_with(' ') || line.ends_with('\t') || line.ends_with('\r')) {
        findings.push_back({file.path, i + 1, "ends in a blank"});
      }
      if (code && line.find('\t') != kNowhere) {
        findings.push_back({file.path, i + 1, "holds a tab"});
      }
    }
    if (!file.ends_with_newline) {
      findings.push_back({file.path, file.lines.size(), "does not end its last line"});
    }
  }
  return findings;
}

Findings check_dead(const SourceTree& tree) {
  std::set<std::string_view> alive;
  for (const SourceFile& file : tree.files()) {
    for (const Include& include : file.includes) {
      const SourceFile* used = tree.find(include.path);
      if (used == nullptr || (file.is_test() && !used->is_test())) continue;
      bool own = used->folder() == file.folder() && used->stem() == file.stem();
      if (!own) alive.insert(used->path);
    }
  }
  Findings findings;
  for (const SourceFile& file : tree.files()) {
    if (!file.is_header() || alive.contains(file.path)) continue;
    findings.push_back({file.path, 0, "is dead: only its own source and tests include it"});
  }
  return findings;
}

Findings check_bans(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files()) {
    for (size_t i = 0; i < file.code.size(); ++i) {
      for (const Ban& ban : kBans) {
        if (file.path == ban.door || find_word(file.code[i], ban.word) == kNowhere) continue;
        findings.push_back(
            {file.path, i + 1, std::string(ban.word) + ": " + std::string(ban.instead)});
      }
    }
    for (size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string& word : kUnfinished) {
        if (find_word(file.lines[i], word) == kNowhere) continue;
        findings.push_back({file.path, i + 1, word + ": finish it, or open an issue"});
      }
    }
  }
  return findings;
}

Findings check_documents(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files()) {
    if (!is_document(file)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      for (size_t open = line.find('`'); open != std::string::npos;) {
        size_t close = line.find('`', open + 1);
        if (close == std::string::npos) break;
        std::string word = line.substr(open + 1, close - open - 1);
        for (const std::string& path : unfold(word)) {
          if (!names_file(path) || tree.has_file(path)) continue;
          findings.push_back({file.path, i + 1, "there is no " + path});
        }
        open = line.find('`', close + 1);
      }
    }
  }
  return findings;
}

Findings check_may_skip(const SourceTree& tree) {
  Findings findings;
  const SourceFile* list = tree.find("tests/may_skip");
  if (list == nullptr) return {{"tests/may_skip", 0, "is not there"}};
  auto finding = [&](size_t i, const std::string& message) {
    findings.push_back({list->path, i + 1, message});
  };
  for (size_t i = 0; i < list->lines.size(); ++i) {
    if (list->lines[i].empty() || list->lines[i].starts_with('#')) continue;
    Skip skip = read_skip(list->lines[i]);
    if (!tree.has_file("tests/" + skip.test + ".cc")) finding(i, "there is no test " + skip.test);
    if (skip.reason.find(' ') == std::string::npos) finding(i, skip.test + ": no reason is given");
    for (std::string_view word : {"bus", "ntfy", "mastodon", "server"}) {
      if (skip.test.find(word) == std::string::npos) continue;
      finding(i, skip.test + ": what holds \"" + std::string(word) + "\" may never be skipped");
      break;
    }
  }
  return findings;
}

std::string comment_ratio(const SourceTree& tree) {
  std::map<bool, std::pair<size_t, size_t>> counts;  // is it a header → comments, all
  for (const SourceFile& file : tree.files()) {
    if (!file.is_code() || file.is_test()) continue;
    auto& [comments, all] = counts[file.is_header()];
    for (const std::string& line : file.lines) {
      size_t first = line.find_first_not_of(' ');
      if (first == std::string::npos) continue;
      ++all;
      if (line.compare(first, 2, "//") == 0) ++comments;
    }
  }
  auto percent = [&](bool header) {
    auto [comments, all] = counts[header];
    return std::to_string(all == 0 ? 0 : 100 * comments / all) + " % comment";
  };
  return "headers " + percent(true) + ", sources " + percent(false);
}

}  // namespace maitred::house
