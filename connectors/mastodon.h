// The mastodon connector: posts that mention us, by the REST API of Mastodon and of the servers
// that speak it (GoToSocial, Pleroma, Akkoma, snac2). It asks `GET /api/v1/notifications` for
// mentions above a notification id, and looks at a post again by `GET /api/v1/statuses/:id`.
//
// Ids are compared for equality alone, never for order: they are numbers, ULIDs, flakes or hex.
// The cursor is JSON: `recent`, the newest kRecentMax notification ids in the server's order, and
// `from`, the id to ask above. While there is news, `from` is the newest id of the last page; at
// the end it falls back to the oldest of `recent`, so that what appears late below the mark is
// still met (the poller drops what it has seen by id and revision). With no cursor the newest page
// is read: what was said long before we listened opens nothing.
//
// A post with visibility `direct` is of kind `message`, one that answers another is a `reply`. A
// reblog is dropped by name: it is not its author's word. Pure, like every connector.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/json.h"
#include "connectors/connector.h"

namespace maitred {

inline constexpr size_t kRecentMax = 20;  // notification ids of overlap

std::unique_ptr<Connector> make_mastodon(SourceSettings settings);

// One body taken apart: every status in it becomes a mention, or is rejected or dropped by name.
// Posts are added in the order given; `local` learns each one's id on its server.
class MastodonReader {
 public:
  MastodonReader(const SourceSettings& settings, Time seen_at, Page& page)
      : settings_(settings), seen_at_(seen_at), page_(page) {}

  static bool is_status(json::View item);
  void add_status(json::View status, bool names_us);
  void finish();  // oldest first, and each post's parent by its global id where it is known

 private:
  std::string author_id(json::View account) const;
  void read_account(json::View account, Author& author) const;
  void read_mentions(json::View status, bool names_us, Mention& mention) const;

  const SourceSettings& settings_;
  Time seen_at_;
  Page& page_;
  std::map<std::string, std::string> global_ids_;  // local status id → mention id
  std::map<std::string, std::string> parents_;     // mention id → local id of what it answers
};

// A JSON string or whole number as text: old servers write ids as numbers.
std::string id_text(json::View value);

}  // namespace maitred
