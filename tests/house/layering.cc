#include "tests/house/layering.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <set>
#include <string>

namespace maitred::house {
namespace {

using Words = std::vector<std::string_view>;

// Which top folders a top folder may include, besides itself.
const std::map<std::string_view, Words> kMayInclude = {
    {"base", {}},
    {"config", {"base"}},
    {"bus", {"base"}},
    {"connectors", {"base", "config", "bus"}},
    {"dispatch", {"base", "config", "bus"}},
    {"daemon", {"base", "config", "bus", "connectors", "dispatch"}},
    {"demo", {"base", "config", "bus", "connectors", "dispatch", "daemon"}},
    {"bench", {"base", "config", "bus", "connectors", "dispatch", "daemon", "tests"}},
    {"tests", {"base", "config", "bus", "connectors", "dispatch", "daemon", "demo"}},
};

// Inside one folder: whose path begins like the first includes nothing that begins like the second.
struct Stranger {
  std::string_view from;
  std::string_view to;
};
constexpr std::array kStrangers = {
    Stranger{"dispatch/reading/", "dispatch/staff/"},
    Stranger{"dispatch/reading/", "dispatch/board/"},
    Stranger{"dispatch/identity/", "dispatch/staff/"},
    Stranger{"dispatch/identity/", "dispatch/board/"},
    Stranger{"dispatch/decision/", "dispatch/staff/"},
    Stranger{"dispatch/decision/", "dispatch/board/"},
    Stranger{"dispatch/tasks/", "dispatch/staff/"},
    Stranger{"dispatch/tasks/", "dispatch/board/"},
    Stranger{"dispatch/dispatcher", "dispatch/staff/"},
    Stranger{"dispatch/dispatcher", "dispatch/board/"},
    Stranger{"dispatch/", "dispatch/dispatcher"},
    // What verify says of the law, it says in words of its own.
    Stranger{"daemon/audit/", "bus/accept"},
    Stranger{"daemon/audit/", "bus/task_event"},
    Stranger{"daemon/audit/", "bus/mention"},
};

// A foreign header begins like `header`; only `door` (a file, or a folder ending in /) includes it,
// and the bench where it measures what our wrapping costs.
struct Door {
  std::string_view header;
  std::string_view door;
  bool is_measured = false;
};
constexpr std::array kDoors = {
    Door{"curl/", "base/http.cc"},
    Door{"sqlite3.h", "base/sqlite.cc"},
    Door{"rapidjson/", "base/json.cc"},
    Door{"microhttpd.h", "base/web_server.cc"},
    Door{"unicode/", "base/text.cc"},
    Door{"date/", "base/zone.cc"},
    Door{"openssl/", "base/digest.cc"},
    Door{"prometheus/", "base/metrics.cc"},
    Door{"systemd/", "base/journal.cc"},
    Door{"pugixml.hpp", "base/xml.cc"},
    Door{"toml++/", "config/document.cc"},
    Door{"csv.h", "config/csv.cc"},
    Door{"librdkafka/", "bus/kafka/", true},
    Door{"CLI/", "daemon/"},
    Door{"doctest/", "tests/"},
    Door{"fmt/core.h", ""},  // free: no state, no exceptions of its own
    Door{"tl/expected.hpp", ""},
};
// The first folder of the system's own headers that have one.
constexpr std::array<std::string_view, 5> kSystem = {"sys/", "net/", "netinet/", "arpa/", "linux/"};

// Pure: what begins like one of these, unless it begins like an exception.
const Words kPure = {
    "connectors/",
    "dispatch/reading/",
    "dispatch/identity/identify",
    "dispatch/decision/decide",
    "dispatch/decision/travel",
    "dispatch/decision/hours",
    "dispatch/decision/authority",
    "dispatch/tasks/task.",
    "dispatch/staff/owed",
    "bus/accept",
    "bus/mention",
    "bus/verdict",
    "bus/task_event",
    "bus/reading",
    "bus/push",
    "bus/customer",
    "bus/staff",
    "bus/cursor",
    "daemon/audit/acceptance",
};
// What asks, waits and saves on behalf of the connectors.
const Words kImpure = {"connectors/poller", "connectors/listener", "connectors/directory",
                       "connectors/cursor"};
// What a pure file must not reach.
constexpr std::array<std::string_view, 8> kInputOutput = {
    "base/http.h",       "base/sqlite.h",  "base/log.h", "base/files.h",
    "base/web_server.h", "base/metrics.h", "bus/bus.h",  "bus/fold.h",
};

bool starts_with_any(std::string_view path, const auto& prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return path.starts_with(prefix); });
}

std::string_view top(std::string_view path) {
  return path.substr(0, path.find('/'));
}

bool is_allowed(std::string_view from, std::string_view to) {
  auto allowed = kMayInclude.find(top(from));
  if (top(from) == top(to) || allowed == kMayInclude.end()) return true;
  return std::ranges::find(allowed->second, top(to)) != allowed->second.end();
}

// Includes are followed depth first from one file; `way` is the path that led to the present one.
struct Walk {
  const SourceTree& tree;
  std::set<std::string_view> seen = {};
  Words way = {};

  // Visits all that `path` reaches; true as soon as `is_goal` is, with the way there in `way`.
  bool reach(std::string_view path, const auto& is_goal) {
    way.push_back(path);
    if (way.size() > 1 && is_goal(path)) return true;
    const SourceFile* file = seen.insert(path).second ? tree.find(path) : nullptr;
    if (file != nullptr) {
      for (const Include& include : file->includes) {
        if (!include.foreign && reach(include.path, is_goal)) return true;
      }
    }
    way.pop_back();
    return false;
  }

  std::string told() const {
    std::string text;
    for (std::string_view step : way) text.append(text.empty() ? "" : " > ").append(step);
    return text;
  }
};

size_t line_of(const SourceFile& file, std::string_view included) {
  auto found = std::ranges::find(file.includes, included, &Include::path);
  return found == file.includes.end() ? 0 : found->line;
}

// nullptr: a header of the language or the system.
const Door* door_of(std::string_view header) {
  static constexpr Door kNone{"", "nothing"};
  for (const Door& door : kDoors) {
    if (header.starts_with(door.header)) return &door;
  }
  bool plain = header.find('/') == std::string_view::npos && !header.ends_with(".hpp");
  return plain || starts_with_any(header, kSystem) ? nullptr : &kNone;
}

bool fits(std::string_view path, const Door& door) {
  return path == door.door || (door.door.ends_with('/') && path.starts_with(door.door)) ||
         (door.is_measured && path.starts_with("bench/"));
}

}  // namespace

Findings check_layers(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files()) {
    if (!file.is_code()) continue;
    if (!kMayInclude.contains(top(file.path))) {
      findings.push_back({file.path, 0, "no layer is called " + std::string(top(file.path))});
    }
    for (const Include& include : file.includes) {
      if (include.foreign) continue;
      auto is_stranger = [&](const Stranger& s) {
        return file.path.starts_with(s.from) && include.path.starts_with(s.to) &&
               !file.path.starts_with(s.to);
      };
      if (!is_allowed(file.path, include.path) || std::ranges::any_of(kStrangers, is_stranger)) {
        findings.push_back({file.path, include.line, "must not include " + include.path});
      }
    }
  }
  return findings;
}

Findings check_includes(const SourceTree& tree) {
  Findings findings;
  std::set<std::string_view> in_a_circle;
  for (const SourceFile& file : tree.files()) {
    for (const Include& include : file.includes) {
      if (include.foreign || tree.has_file(include.path)) continue;
      findings.push_back({file.path, include.line,
                          "includes are written from the root, and there is no " + include.path});
    }
    std::string own = file.path.substr(0, file.path.rfind('.')) + ".h";
    if (!file.is_header() && tree.has_file(own) && file.is_code() &&
        (file.includes.empty() || file.includes[0].path != own)) {
      findings.push_back({file.path, 0, "its own header is not its first include"});
    }
    Walk walk{tree};
    if (!in_a_circle.contains(file.path) &&
        walk.reach(file.path, [&](std::string_view path) { return path == file.path; })) {
      in_a_circle.insert(walk.way.begin(), walk.way.end());
      findings.push_back({file.path, line_of(file, walk.way[1]), "circle: " + walk.told()});
    }
  }
  return findings;
}

Findings check_doors(const SourceTree& tree) {
  Findings findings;
  for (const SourceFile& file : tree.files()) {
    bool lets_in = file.is_test();
    for (const Include& include : file.includes) {
      const Door* door = include.foreign ? door_of(include.path) : nullptr;
      if (door == nullptr || door->door.empty()) continue;
      lets_in = true;
      if (fits(file.path, *door)) continue;
      findings.push_back({file.path, include.line,
                          "only " + std::string(door->door) + " lets <" + include.path + "> in"});
    }
    for (size_t i = 0; i < file.code.size() && !lets_in; ++i) {
      for (std::string_view word : {"throw", "catch"}) {
        if (find_word(file.code[i], word) == std::string_view::npos) continue;
        findings.push_back({file.path, i + 1, std::string(word) + ": exceptions end at the doors"});
      }
    }
  }
  return findings;
}

bool is_pure(std::string_view path) {
  return starts_with_any(path, kPure) && !starts_with_any(path, kImpure);
}

Findings check_purity(const SourceTree& tree) {
  Findings findings;
  auto is_input_output = [](std::string_view path) {
    return std::ranges::find(kInputOutput, path) != kInputOutput.end();
  };
  for (const SourceFile& file : tree.files()) {
    if (!is_pure(file.path)) continue;
    Walk walk{tree};
    if (walk.reach(file.path, is_input_output)) {
      findings.push_back(
          {file.path, line_of(file, walk.way[1]), "is pure, but reaches I/O: " + walk.told()});
    }
    for (size_t i = 0; i < file.code.size(); ++i) {
      for (std::string_view word : {"Clock", "real_clock", "HouseClock", "FakeClock"}) {
        if (find_word(file.code[i], word) == std::string_view::npos) continue;
        findings.push_back({file.path, i + 1, "is pure, but names " + std::string(word)});
      }
    }
  }
  return findings;
}

}  // namespace maitred::house
