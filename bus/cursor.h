// A source's Cursor on `maitred.cursors` (compacted, key = source): where it has read to, and the
// bounded seen-set of its overlap (ids with their revisions), because late posts appear *below* a
// high-water mark (shared notes, networks §0). Saved only after every mention of the page is
// published.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace maitred {

inline constexpr size_t kSeenMax = 1000;

struct Seen {
  std::string id;
  std::string revision;
};

struct Cursor {
  std::string source;
  std::string at;                 // the connector's own words; opaque to everyone else
  std::vector<Seen> seen;         // newest last, at most kSeenMax
  std::optional<Time> polled_at;  // last success, for `status`

  bool has_seen(std::string_view id, std::string_view revision) const;
  void remember(std::string id, std::string revision);  // drops the oldest beyond kSeenMax
};

std::string to_json(const Cursor& cursor);
Result<Cursor> cursor_from_json(json::View object);

}  // namespace maitred
