// A source's Cursor on `maitred.cursors` (compacted, key = source): where it has read to, and the
// bounded seen-set of its overlap (ids with their revisions), because late posts appear *below* a
// high-water mark (shared notes, networks §0). Saved only after every mention of the page is
// published.
//
// Not thread-safe: it belongs to its poller.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace maitred {

inline constexpr size_t kSeenMax = 1000;
inline constexpr size_t kSeenBytesMax = 160 * 1024;  // of the record: the oldest go first

struct Seen {
  std::string id;
  std::string revision;
  std::string local = {};  // the source's own name for it, by which it can be looked at again
};

struct Cursor {
  std::string source;
  std::string at;                 // the connector's own words; opaque to everyone else
  std::vector<Seen> seen;         // newest last, at most kSeenMax
  std::optional<Time> polled_at;  // last success, for `status`

  bool has_seen(std::string_view id, std::string_view revision) const;
  const Seen* last_seen(std::string_view id) const;  // of its newest revision, or null
  // A revision or `local` above the one remembered replaces it; drops the oldest beyond kSeenMax.
  void remember(std::string id, std::string revision, std::string local = {});
  // Makes these the newest: a post that is still watched is not forgotten.
  void keep(const std::set<std::string_view>& ids);
};

// {v source at cursor seen[[id revision local?]…]}: `at` is polled_at, `cursor` the words.
std::string to_json(const Cursor& cursor);
Result<Cursor> cursor_from_json(json::View object);

}  // namespace maitred
