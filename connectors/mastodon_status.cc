#include <algorithm>

#include "base/html.h"
#include "base/http_text.h"
#include "connectors/mastodon.h"

namespace maitred {
namespace {

constexpr size_t kUriMax = 2000;  // bytes; a mention's id may have 2048

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

// What the author wrote: the warning above the post, the post, and the choices of its poll.
std::string text_of(json::View status) {
  std::string text;
  const auto add = [&](std::string_view part, const char* between) {
    if (part.empty()) return;
    if (!text.empty()) text += between;
    text += part;
  };
  add(html_to_text(status["spoiler_text"].string()), "\n\n");
  // A deleted post comes back once with its source in `text` and without `content`.
  add(status["content"].is_string() ? html_to_text(status["content"].string())
                                    : std::string(status["text"].string()),
      "\n\n");
  const json::View options = status["poll"]["options"];
  for (size_t i = 0; i < options.size(); ++i) {
    const std::string title = html_to_text(options.at(i)["title"].string());
    if (!title.empty()) add("- " + title, i == 0 ? "\n\n" : "\n");
  }
  return text;
}

MentionKind kind_of(json::View status) {
  if (status["visibility"].string() == "direct") return MentionKind::message;
  return id_text(status["in_reply_to_id"]).empty() ? MentionKind::post : MentionKind::reply;
}

void read_media(json::View status, Mention& mention) {
  const json::View attachments = status["media_attachments"];
  for (size_t i = 0; i < attachments.size(); ++i) {
    const json::View one = attachments.at(i);
    std::string_view url = one["url"].string();
    if (url.empty()) url = one["remote_url"].string();
    mention.media.push_back({std::string(one["type"].string("unknown")), std::string(url),
                             std::string(one["description"].string())});
  }
}

}  // namespace

std::string id_text(json::View value) {
  if (value.is_string()) return std::string(value.string());
  const auto number = value.integer();
  return number ? std::to_string(*number) : std::string();
}

bool MastodonReader::is_status(json::View item) {
  return item.is_object() && item["account"].is_object() && item["visibility"].is_string() &&
         (item["content"].is_string() || item["text"].is_string());
}

// `acct` is "alice" for an account of the server itself and "alice@there" for another's.
std::string MastodonReader::author_id(json::View account) const {
  std::string_view acct = account["acct"].string();
  if (acct.empty()) acct = account["username"].string();
  while (acct.starts_with('@')) acct.remove_prefix(1);
  if (acct.empty()) return {};
  const size_t at = acct.rfind('@');
  std::string host = at == acct.npos ? std::string() : lower(acct.substr(at + 1));
  for (const char* member : {"uri", "url"}) {
    if (host.empty()) host = host_of(account[member].string());
  }
  if (host.empty()) host = lower(settings_.host);
  return "mastodon:" + lower(acct.substr(0, at)) + "@" + host;
}

void MastodonReader::read_account(json::View account, Author& author) const {
  author.id = author_id(account);
  author.handle = author.id.substr(std::min(author.id.size(), std::string("mastodon:").size()));
  author.name = account["display_name"].string();
  if (author.name.empty()) author.name = account["username"].string();
  author.url = account["url"].string();
  author.avatar = account["avatar"].string();
  author.followers = account["followers_count"].integer();
  author.bot = account["bot"].boolean();
}

void MastodonReader::read_mentions(json::View status, bool names_us, Mention& mention) const {
  const auto add = [&](std::string id) {
    if (id.empty() || std::ranges::find(mention.addressed_to, id) != mention.addressed_to.end())
      return;
    mention.addressed_to.push_back(std::move(id));
  };
  const json::View named = status["mentions"];
  for (size_t i = 0; i < named.size(); ++i) add(author_id(named.at(i)));
  // snac2 lists nobody in a reply, but told us that it is one to us: so it names the account whose
  // token asked, which is the configured one of this host.
  const auto is_ours = [&](const std::string& id) {
    return std::ranges::find(settings_.accounts, id) != settings_.accounts.end();
  };
  if (!names_us || std::ranges::any_of(mention.addressed_to, is_ours)) return;
  for (const std::string& account : settings_.accounts) {
    if (account.ends_with("@" + lower(settings_.host))) return add(account);
  }
}

void MastodonReader::add_status(json::View status, bool names_us) {
  const std::string local = id_text(status["id"]);
  const std::string_view uri = status["uri"].string();
  if (status["reblog"].is_object()) {
    page_.dropped.push_back({"reblog", uri.empty() ? local : std::string(uri)});
    return;
  }
  const auto reject = [&](const char* reason, const char* detail) {
    page_.rejected.push_back({reason, detail, status.text(), local});
  };
  if (uri.empty()) return reject("no_id", "the post has no uri");
  if (uri.size() > kUriMax) return reject("bad_id", "the post's uri is over 2000 bytes");
  Mention mention;
  mention.id = "mastodon:" + std::string(uri);
  read_account(status["account"], mention.author);
  if (mention.author.id.empty()) return reject("no_author", "the post's account has no name");
  mention.revision = revision_of_edit(status["edited_at"].time());
  mention.source = settings_.name;
  mention.network = "mastodon";
  mention.kind = kind_of(status);
  mention.url = status["url"].string(uri);
  mention.text = text_of(status);
  mention.language = status["language"].string();
  mention.posted_at = status["created_at"].time();
  mention.seen_at = seen_at_;
  mention.thread = status["pleroma"]["context"].string();
  read_mentions(status, names_us, mention);
  read_media(status, mention);
  limit(mention);
  if (!local.empty()) {
    global_ids_[local] = mention.id;
    page_.local[mention.id] = local;
  }
  if (std::string parent = id_text(status["in_reply_to_id"]); !parent.empty()) {
    parents_[mention.id] = std::move(parent);
  }
  page_.mentions.push_back(std::move(mention));
}

void MastodonReader::finish() {
  for (Mention& mention : page_.mentions) {
    const auto parent = parents_.find(mention.id);
    if (parent == parents_.end()) continue;
    const auto global = global_ids_.find(parent->second);
    if (global != global_ids_.end()) mention.in_reply_to = global->second;
  }
  std::ranges::stable_sort(page_.mentions, {}, [](const Mention& mention) {
    return mention.posted_at.value_or(Time::max());
  });
}

}  // namespace maitred
