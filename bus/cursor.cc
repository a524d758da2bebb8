#include "bus/cursor.h"

#include <algorithm>

namespace maitred {

bool Cursor::has_seen(std::string_view id, std::string_view revision) const {
  return std::ranges::any_of(
      seen, [&](const Seen& one) { return one.id == id && one.revision == revision; });
}

const Seen* Cursor::last_seen(std::string_view id) const {
  for (auto one = seen.rbegin(); one != seen.rend(); ++one) {
    if (one->id == id) return &*one;
  }
  return nullptr;
}

void Cursor::remember(std::string id, std::string revision, std::string local) {
  if (local.empty()) {
    if (const Seen* before = last_seen(id)) local = before->local;
  }
  std::erase_if(seen, [&](const Seen& one) { return one.id == id && one.revision == revision; });
  seen.push_back({std::move(id), std::move(revision), std::move(local)});
  if (seen.size() > kSeenMax) {
    seen.erase(seen.begin(), seen.begin() + static_cast<long>(seen.size() - kSeenMax));
  }
}

void Cursor::keep(const std::set<std::string_view>& ids) {
  std::stable_partition(seen.begin(), seen.end(),
                        [&](const Seen& one) { return !ids.contains(one.id); });
}

std::string to_json(const Cursor& cursor) {
  // From the newest back, as long as there is room; then in the order they were seen.
  std::vector<std::string> pairs;
  size_t bytes = 0;
  for (auto one = cursor.seen.rbegin(); one != cursor.seen.rend(); ++one) {
    json::Writer pair;
    pair.begin_array().string(one->id).string(one->revision);
    if (!one->local.empty()) pair.string(one->local);
    pairs.push_back(pair.end_array().take());
    bytes += pairs.back().size() + 1;
    if (bytes > kSeenBytesMax) {
      pairs.pop_back();
      break;
    }
  }
  json::Writer out;
  out.begin_object().member("v", 1).member("source", cursor.source);
  out.member_if("at", cursor.polled_at).member("cursor", cursor.at).key("seen").begin_array();
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) out.raw(*pair);
  return out.end_array().end_object().take();
}

Result<Cursor> cursor_from_json(json::View object) {
  if (!object.is_object()) return fail(Fault::malformed, "a cursor is not an object");
  Cursor cursor;
  cursor.source = object["source"].string();
  if (cursor.source.empty()) return fail(Fault::malformed, "a cursor has no source");
  cursor.at = object["cursor"].string();
  cursor.polled_at = object["at"].time();
  const json::View seen = object["seen"];
  for (size_t i = seen.size() > kSeenMax ? seen.size() - kSeenMax : 0; i < seen.size(); ++i) {
    const json::View pair = seen.at(i);
    if (!pair.at(0).is_string() || !pair.at(1).is_string()) continue;
    cursor.seen.push_back({std::string(pair.at(0).string()), std::string(pair.at(1).string()),
                           std::string(pair.at(2).string())});
  }
  return cursor;
}

}  // namespace maitred
