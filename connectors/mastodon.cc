#include "connectors/mastodon.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/http_text.h"
#include "connectors/pacing.h"

namespace maitred {
namespace {

// The cursor's words, taken apart.
struct Place {
  std::vector<std::string> recent;  // oldest first
  std::string from;                 // ask above this; empty = the newest page
};

Place read_place(std::string_view cursor) {
  Place place;
  const auto words = json::Document::parse(cursor.empty() ? "{}" : cursor);
  if (!words) return place;  // from a version that wrote otherwise: begin with the newest page
  const json::View recent = words->root()["recent"];
  for (size_t i = 0; i < recent.size(); ++i) place.recent.emplace_back(recent.at(i).string());
  place.from = words->root()["from"].string();
  return place;
}

std::string to_text(const Place& place) {
  json::Writer out;
  out.begin_object().key("recent").begin_array();
  for (const std::string& id : place.recent) out.string(id);
  return out.end_array().member("from", place.from).end_object().take();
}

// Moves `place` by a page of notification ids, oldest first; whether to ask again at once.
bool advance(Place& place, const std::vector<std::string>& ids) {
  const bool is_first = place.from.empty();
  const std::string mark = place.recent.empty() ? "" : place.recent.back();
  const auto is_known = [&](const std::string& id) {
    return std::ranges::find(place.recent, id) != place.recent.end();
  };
  const bool news = !std::ranges::all_of(ids, is_known);
  // The server's order wins: what stands in the page replaces what we remembered of it.
  const std::set<std::string> in_page(ids.begin(), ids.end());
  std::erase_if(place.recent, [&](const std::string& id) { return in_page.contains(id); });
  // A page that ended below the mark goes before what lies above it.
  const bool reached_mark = news || mark.empty() || in_page.contains(mark);
  place.recent.insert(reached_mark ? place.recent.end() : place.recent.begin(), ids.begin(),
                      ids.end());
  if (place.recent.size() > kRecentMax) {
    place.recent.erase(place.recent.begin(), place.recent.end() - static_cast<long>(kRecentMax));
  }
  const bool stuck = ids.empty() || ids.back() == place.from;
  const bool more = !is_first && !stuck && (news || !reached_mark);
  place.from = more ? ids.back() : (place.recent.empty() ? "" : place.recent.front());
  return more;
}

// What a body is, and its posts. Notifications alone move the cursor.
class Body {
 public:
  Body(const SourceSettings& settings, const Answer& answer, Page& page)
      : reader_(settings, answer.at, page), page_(page) {}

  // The ids of its notifications, newest first as they came; malformed: no posts at all.
  Result<std::vector<std::string>> read(json::View root) {
    if (root.is_array()) {
      TRY(read_array(root));
    } else if (is_notification(root)) {
      add_notification(root);
    } else if (MastodonReader::is_status(root)) {
      reader_.add_status(root, false);
    } else if (root["notification_groups"].is_array()) {
      read_groups(root);
    } else if (root["ancestors"].is_array() && root["descendants"].is_array()) {
      read_statuses(root["ancestors"]);
      read_statuses(root["descendants"]);
    } else if (root["statuses"].is_array() && root["accounts"].is_array()) {
      read_statuses(root["statuses"]);
    } else {
      return fail(Fault::malformed, not_posts(root));
    }
    reader_.finish();
    return std::move(ids_);
  }

 private:
  static bool is_notification(json::View item) {
    return item.is_object() && item["type"].is_string() && item["created_at"].is_string() &&
           !item["visibility"] && (item["account"] || item["status"] || item["group_key"]);
  }

  // Names what the body is instead of posts, by the members it has.
  static std::string not_posts(json::View root) {
    if (root["error"].is_string()) return "error_answer: the server answered with an error";
    std::string members;
    const json::View item = root.is_array() ? root.at(0) : root;
    for (size_t i = 0; i < std::min<size_t>(item.size(), 6) && item.is_object(); ++i) {
      members += (i > 0 ? " " : "") + std::string(item.member_name(i).substr(0, 40));
    }
    return fmt::format("not_posts: {} of {}", root.is_array() ? "a list" : "one",
                       members.empty() ? "no members" : members);
  }

  Result<void> read_array(json::View items) {
    bool any = items.size() == 0;
    for (size_t i = 0; i < items.size(); ++i) {
      any = any || is_notification(items.at(i)) || MastodonReader::is_status(items.at(i));
    }
    if (!any) return fail(Fault::malformed, not_posts(items));
    // Newest first is how every server lists; mentions leave oldest first.
    for (size_t i = items.size(); i-- > 0;) {
      if (is_notification(items.at(i))) {
        add_notification(items.at(i));
      } else {
        add_status(items.at(i), false);
      }
    }
    std::ranges::reverse(ids_);
    return {};
  }

  void read_statuses(json::View statuses) {
    for (size_t i = 0; i < statuses.size(); ++i) add_status(statuses.at(i), false);
  }

  void add_status(json::View status, bool names_us) {
    if (MastodonReader::is_status(status)) return reader_.add_status(status, names_us);
    page_.rejected.push_back(
        {"not_a_post", "an item of the list is not a post", status.text(), id_text(status["id"])});
  }

  void add_notification(json::View item) {
    const std::string id = id_text(item["id"]);
    if (!id.empty()) ids_.push_back(id);
    if (item["type"].string() != "mention") {
      page_.dropped.push_back({"other_notification", "notification:" + id});
    } else if (item["status"].is_object()) {
      add_status(item["status"], true);
    } else {
      page_.rejected.push_back({"no_status", "the notification of a mention has no post",
                                item.text(), "notification:" + id});
    }
  }

  // Grouped notifications (v2): the posts stand beside the groups, by their ids.
  void read_groups(json::View root) {
    std::map<std::string, json::View> posts;
    const json::View statuses = root["statuses"];
    for (size_t i = 0; i < statuses.size(); ++i)
      posts[id_text(statuses.at(i)["id"])] = statuses.at(i);
    const json::View groups = root["notification_groups"];
    for (size_t i = groups.size(); i-- > 0;) {
      const json::View group = groups.at(i);
      const std::string key = "group:" + std::string(group["group_key"].string());
      const auto post = posts.find(id_text(group["status_id"]));
      if (group["type"].string() != "mention") {
        page_.dropped.push_back({"other_notification", key});
      } else if (post != posts.end()) {
        add_status(post->second, true);
      } else {
        page_.rejected.push_back(
            {"no_status", "the group of a mention has no post", group.text(), key});
      }
    }
  }

  MastodonReader reader_;
  Page& page_;
  std::vector<std::string> ids_;
};

class Mastodon : public Connector {
 public:
  explicit Mastodon(SourceSettings settings) : settings_(std::move(settings)) {}

  Ask ask(std::string_view cursor, const Session& session) const override {
    const Place place = read_place(cursor);
    Ask ask = request(session);
    ask.url = fmt::format("{}/api/v1/notifications?types[]=mention&limit={}", base(),
                          std::clamp(settings_.page_max, 1, 80));
    if (!place.from.empty()) ask.url += "&min_id=" + percent_encode(place.from);
    return ask;
  }

  std::optional<Ask> look(const std::vector<Sought>& posts, const Session& session) const override {
    if (posts.empty() || posts.front().local.empty()) return {};
    Ask ask = request(session);
    ask.purpose = AskPurpose::look;
    ask.url = base() + "/api/v1/statuses/" + percent_encode(posts.front().local);
    ask.ids = {posts.front().id};
    return ask;
  }

  Result<Page> parse(const Ask& ask, const Answer& answer, std::string_view cursor,
                     const Session&) const override {
    Page page;
    page.cursor = cursor;
    const bool looks = ask.purpose == AskPurpose::look;
    if (looks && (answer.status == 404 || answer.status == 410)) {
      page.gone = ask.ids;
      return page;
    }
    TRY(check_status(answer));
    const auto document = json::Document::parse(answer.body);
    if (!document) return fail(Fault::malformed, "not_json: " + document.error().text);
    TRY_ASSIGN(std::vector<std::string> ids, Body(settings_, answer, page).read(document->root()));
    if (looks) {
      // Whatever stands there now under the same name: another post does not speak for this one.
      for (const std::string& id : ask.ids) {
        if (std::ranges::find(page.mentions, id, &Mention::id) == page.mentions.end())
          return fail(Fault::malformed, "other_post: the answer is not the post asked for");
      }
      return page;
    }
    std::ranges::reverse(ids);
    Place place = read_place(cursor);
    page.more = advance(place, ids);
    page.cursor = to_text(place);
    return page;
  }

 private:
  std::string base() const { return (settings_.plain ? "http://" : "https://") + settings_.host; }

  Ask request(const Session& session) const {
    Ask ask;
    ask.headers.emplace_back("Accept", "application/json");
    if (!session.token.empty())
      ask.headers.emplace_back("Authorization", "Bearer " + session.token);
    return ask;
  }

  SourceSettings settings_;
};

}  // namespace

std::unique_ptr<Connector> make_mastodon(SourceSettings settings) {
  return std::make_unique<Mastodon>(std::move(settings));
}

}  // namespace maitred
