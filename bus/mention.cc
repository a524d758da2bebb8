#include "bus/mention.h"

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace maitred {
namespace {

constexpr std::array kKinds = {MentionKind::post,    MentionKind::reply, MentionKind::review,
                               MentionKind::message, MentionKind::mail,  MentionKind::comment};

constexpr size_t kIdMax = 2048;          // bytes of an id; longer is malformed, an id is never cut
constexpr size_t kFieldMax = 4 * 1024;   // bytes of any other string than the text
constexpr size_t kListMax = 50;          // entries of a list
constexpr size_t kLineMax = 240 * 1024;  // of the record, with room for what comes later

// At most `bytes_max` bytes, never cut inside a character.
std::string_view cut(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

void shorten(std::string& text, size_t bytes_max) {
  text.resize(cut(text, bytes_max).size());
}

// Reads members and remembers the first that is of the wrong type.
class Members {
 public:
  explicit Members(json::View object, std::string within = {})
      : object_(object), within_(std::move(within)) {}

  void string(std::string_view name, std::string& into) {
    const json::View value = present(name);
    if (!value) return;
    if (!value.is_string()) return wrong(name, "a string");
    into = value.string();
  }
  void id(std::string_view name, std::string& into) {
    string(name, into);
    if (into.size() > kIdMax) wrong(name, "at most 2048 bytes");
  }
  void boolean(std::string_view name, bool& into) {
    const json::View value = present(name);
    if (!value) return;
    if (!value.is_bool()) return wrong(name, "true or false");
    into = value.boolean();
  }
  void time(std::string_view name, std::optional<Time>& into) {
    const json::View value = present(name);
    if (!value) return;
    into = value.time();
    if (!into) wrong(name, "a time like 2026-03-05T18:00:00Z");
  }
  void number(std::string_view name, double& into) {
    const json::View value = present(name);
    if (!value) return;
    if (!value.number()) return wrong(name, "a number");
    into = *value.number();
  }
  void integer(std::string_view name, std::optional<int64_t>& into) {
    const json::View value = present(name);
    if (!value) return;
    into = value.integer();
    if (!into) wrong(name, "a whole number");
  }
  json::View object(std::string_view name) {
    const json::View value = present(name);
    if (value && !value.is_object()) wrong(name, "an object");
    return value.is_object() ? value : json::View();
  }
  json::View array(std::string_view name) {
    const json::View value = present(name);
    if (value && !value.is_array()) wrong(name, "an array");
    return value.is_array() ? value : json::View();
  }
  void wrong(std::string_view name, std::string_view wanted) {
    if (!problem_.empty()) return;
    problem_ = "`" + within_ + std::string(name) + "` is not " + std::string(wanted);
  }
  void take_problem_of(const Members& other) {
    if (problem_.empty()) problem_ = other.problem_;
  }
  const std::string& problem() const { return problem_; }

 private:
  // null is the same as not there.
  json::View present(std::string_view name) const {
    const json::View value = object_[name];
    return value && !value.is_null() ? value : json::View();
  }

  json::View object_;
  std::string within_;
  std::string problem_;
};

void read_author(Members& members, Author& author) {
  const json::View object = members.object("author");
  if (!object) return;
  Members in(object, "author.");
  in.id("id", author.id);
  in.string("handle", author.handle);
  in.string("name", author.name);
  in.string("url", author.url);
  in.string("avatar", author.avatar);
  in.integer("followers", author.followers);
  in.boolean("bot", author.bot);
  members.take_problem_of(in);
}

void read_rating(Members& members, Mention& mention) {
  const json::View object = members.object("rating");
  if (!object) return;
  Rating rating;
  Members in(object, "rating.");
  in.number("stars", rating.stars);
  in.number("of", rating.of);
  if (!object["stars"].number()) in.wrong("stars", "a number");
  if (!(rating.of > 0)) in.wrong("of", "above 0");
  members.take_problem_of(in);
  mention.rating = rating;
}

void read_location(Members& members, Mention& mention) {
  const json::View object = members.object("location");
  if (!object) return;
  Location place;
  Members in(object, "location.");
  in.number("lat", place.lat);
  in.number("lon", place.lon);
  in.string("name", place.name);
  if (!object["lat"].number() || !object["lon"].number()) in.wrong("lat", "there with lon");
  if (place.lat < -90 || place.lat > 90) in.wrong("lat", "between -90 and 90");
  if (place.lon < -180 || place.lon > 180) in.wrong("lon", "between -180 and 180");
  members.take_problem_of(in);
  mention.location = place;
}

void read_lists(Members& members, Mention& mention) {
  const json::View addressed = members.array("addressed_to");
  for (size_t i = 0; i < addressed.size(); ++i) {
    if (!addressed.at(i).is_string()) members.wrong("addressed_to", "a list of strings");
    mention.addressed_to.emplace_back(addressed.at(i).string());
  }
  const json::View media = members.array("media");
  for (size_t i = 0; i < media.size(); ++i) {
    if (!media.at(i).is_object()) members.wrong("media", "a list of objects");
    Members in(media.at(i), "media.");
    Media one;
    in.string("kind", one.kind);
    in.string("url", one.url);
    in.string("alt", one.alt);
    members.take_problem_of(in);
    mention.media.push_back(std::move(one));
  }
}

void write_author(json::Writer& out, const Author& author) {
  if (author.id.empty() && author.handle.empty() && author.name.empty()) return;
  out.key("author").begin_object();
  out.member_if("id", author.id).member_if("handle", author.handle);
  out.member_if("name", author.name).member_if("url", author.url);
  out.member_if("avatar", author.avatar);
  if (author.followers) out.member("followers", *author.followers);
  if (author.bot) out.member("bot", true);
  out.end_object();
}

void write_lists(json::Writer& out, const Mention& mention) {
  if (!mention.addressed_to.empty()) {
    out.key("addressed_to").begin_array();
    for (const std::string& one : mention.addressed_to) out.string(one);
    out.end_array();
  }
  if (mention.media.empty()) return;
  out.key("media").begin_array();
  for (const Media& one : mention.media) {
    out.begin_object().member_if("kind", one.kind).member_if("url", one.url);
    out.member_if("alt", one.alt).end_object();
  }
  out.end_array();
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

const char* word(MentionKind kind) {
  switch (kind) {
    case MentionKind::post:
      return "post";
    case MentionKind::reply:
      return "reply";
    case MentionKind::review:
      return "review";
    case MentionKind::message:
      return "message";
    case MentionKind::mail:
      return "mail";
    case MentionKind::comment:
      return "comment";
  }
  return "post";
}

void write(json::Writer& out, const Mention& mention) {
  out.begin_object().member("v", 1).member("id", mention.id).member("revision", mention.revision);
  out.member_if("source", mention.source).member("network", mention.network);
  out.member("kind", word(mention.kind)).member_if("url", mention.url);
  out.member("text", mention.text).member_if("language", mention.language);
  out.member_if("posted_at", mention.posted_at).member_if("seen_at", mention.seen_at);
  write_author(out, mention.author);
  out.member_if("in_reply_to", mention.in_reply_to).member_if("thread", mention.thread);
  if (mention.rating) {
    out.key("rating").begin_object().member("stars", mention.rating->stars);
    out.member("of", mention.rating->of).end_object();
  }
  if (mention.location) {
    out.key("location").begin_object().member("lat", mention.location->lat);
    out.member("lon", mention.location->lon).member_if("name", mention.location->name).end_object();
  }
  write_lists(out, mention);
  if (mention.withdrawn) out.member("withdrawn", true);
  if (mention.truncated) out.member("truncated", true);
  out.end_object();
}

std::string to_json(const Mention& mention) {
  json::Writer out;
  write(out, mention);
  return out.take();
}

Result<Mention> mention_from_json(json::View object) {
  if (!object.is_object()) return fail(Fault::malformed, "a mention is not an object");
  Mention mention;
  Members members(object);
  if (!object["text"].is_string()) members.wrong("text", "there, or not a string");
  members.id("id", mention.id);
  members.id("revision", mention.revision);
  members.string("source", mention.source);
  members.string("network", mention.network);
  std::string kind = word(mention.kind);
  members.string("kind", kind);
  const auto known = std::ranges::find(kKinds, kind, [](MentionKind k) { return word(k); });
  if (known == kKinds.end()) {
    members.wrong("kind", "one of post reply review message mail comment");
  } else {
    mention.kind = *known;
  }
  members.string("url", mention.url);
  members.string("text", mention.text);
  members.string("language", mention.language);
  members.time("posted_at", mention.posted_at);
  members.time("seen_at", mention.seen_at);
  read_author(members, mention.author);
  members.id("in_reply_to", mention.in_reply_to);
  members.id("thread", mention.thread);
  read_rating(members, mention);
  read_location(members, mention);
  read_lists(members, mention);
  members.boolean("withdrawn", mention.withdrawn);
  members.boolean("truncated", mention.truncated);
  if (!members.problem().empty()) return fail(Fault::malformed, members.problem());
  if (mention.revision.empty()) mention.revision = "0";
  return mention;
}

void limit(Mention& mention) {
  if (mention.text.size() > kMentionTextMax) {
    shorten(mention.text, kMentionTextMax);
    mention.truncated = true;
  }
  for (std::string* field : {&mention.url, &mention.language, &mention.author.handle,
                             &mention.author.name, &mention.author.url, &mention.author.avatar}) {
    shorten(*field, kFieldMax);
  }
  if (mention.addressed_to.size() > kListMax) mention.addressed_to.resize(kListMax);
  if (mention.media.size() > kListMax) mention.media.resize(kListMax);
  for (Media& one : mention.media) {
    shorten(one.url, kFieldMax);
    if (one.alt.size() > kFieldMax) {
      shorten(one.alt, kFieldMax);
      mention.truncated = true;
    }
  }
  // Escaped, a byte may take six: what is still too long for a record gives up media, then text.
  while (to_json(mention).size() > kLineMax) {
    mention.truncated = true;
    if (!mention.media.empty()) {
      mention.media.clear();
    } else if (!mention.addressed_to.empty()) {
      mention.addressed_to.clear();
    } else if (!mention.text.empty()) {
      shorten(mention.text, mention.text.size() / 2);
    } else {
      return;
    }
  }
}

std::string record_key(const Mention& mention) {
  return mention.author.id.empty() ? mention.id : mention.author.id;
}

std::string cause_of(const Mention& mention) {
  return mention.id + "@" + mention.revision;
}

std::string revision_of_edit(std::optional<Time> at) {
  if (!at || at->time_since_epoch().count() <= 0) return "0";
  const std::string digits = std::to_string(at->time_since_epoch().count());
  return digits.size() < 13 ? std::string(13 - digits.size(), '0') + digits : digits;
}

std::string revision_of_content(const Mention& mention) {
  json::Writer out;
  out.begin_array().string(mention.text);
  if (mention.rating) out.number(mention.rating->stars).number(mention.rating->of);
  for (const Media& one : mention.media) out.string(one.kind).string(one.url).string(one.alt);
  return "h" + hex(sha256(out.end_array().take())).substr(0, 12);
}

std::string revision_of_withdrawal(std::string_view last_revision) {
  return std::string(last_revision) + (last_revision.ends_with('w') ? "" : "w");
}

bool is_older_revision(std::string_view a, std::string_view b) {
  const bool a_withdraws = a.ends_with('w'), b_withdraws = b.ends_with('w');
  if (a_withdraws) a.remove_suffix(1);
  if (b_withdraws) b.remove_suffix(1);
  if (a == b) return !a_withdraws && b_withdraws;
  if (!all_digits(a) || !all_digits(b)) return false;
  a = without_leading_zeros(a);
  b = without_leading_zeros(b);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string task_id_of(std::string_view mention_id) {
  static constexpr char kCrockford[] = "0123456789abcdefghjkmnpqrstvwxyz";
  const Sha256 digest = sha256(mention_id);
  std::string id = "t";
  uint32_t bits = 0;
  int held = 0;
  for (size_t i = 0; i < 10; ++i) {
    bits = (bits << 8) | digest[i];
    for (held += 8; held >= 5; held -= 5) id += kCrockford[(bits >> (held - 5)) & 31];
  }
  return id;
}

}  // namespace maitred
