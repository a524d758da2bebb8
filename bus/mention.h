// A Mention: one post, reply, review, message or mail, as it travels on `maitred.mentions`.
// Connectors make them, reading and deciding consume them, `explain` reads them from a pipe.
// On the wire one line of UTF-8 JSON, snake_case, RFC 3339 UTC; fields are only added.
//
// Ids are the network's global ones, the same whichever source found the post.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace maitred {

inline constexpr size_t kMentionTextMax = 64 * 1024;  // bytes; longer text is cut and marked

enum class MentionKind { post, reply, review, message, mail, comment };
const char* word(MentionKind kind);

struct Author {
  std::string id;      // network:global-id, host in lower case, no leading @; empty = unknown
  std::string handle;  // as people write it: "alice@social.example"
  std::string name;
  std::string url;
  std::string avatar;
  std::optional<int64_t> followers;
  bool bot = false;
};

struct Rating {
  double stars = 0;
  double of = 5;
};

struct Location {
  double lat = 0;
  double lon = 0;
  std::string name;
};

struct Media {
  std::string kind;
  std::string url;
  std::string alt;
};

struct Mention {
  std::string id;              // network:global-id
  std::string revision = "0";  // 13 digits of ms, "0" unedited, "h"+12 hex; a withdrawal ends in w
  std::string source;          // the configured feed that saw it
  std::string network;
  MentionKind kind = MentionKind::post;
  std::string url;
  std::string text;  // plain text, links kept
  std::string language;
  std::optional<Time> posted_at;
  std::optional<Time> seen_at;
  Author author;
  std::vector<std::string> addressed_to;  // author ids this post names or answers
  std::string in_reply_to;                // mention id, or empty
  std::string thread;
  std::optional<Rating> rating;
  std::optional<Location> location;
  std::vector<Media> media;
  bool withdrawn = false;
  bool truncated = false;
};

std::string to_json(const Mention& mention);
void write(json::Writer& out, const Mention& mention);

// Only `text` is required of what comes by `explain`; the bus asks for id and network too.
// malformed: not an object, a field of the wrong type, text not there. Unknown fields are ignored.
Result<Mention> mention_from_json(json::View object);

// Text over kMentionTextMax is cut at a character boundary and `truncated` set.
void limit(Mention& mention);

std::string record_key(const Mention& mention);        // the author, or the mention where none
std::string cause_of(const Mention& mention);          // "<mention>@<revision>"
std::string revision_of_edit(std::optional<Time> at);  // 13 digits, or "0"
std::string revision_of_content(
    const Mention& mention);  // "h" + 12 hex of SHA-256(text, rating, media)
std::string revision_of_withdrawal(std::string_view last_revision);

// Whether `a` is a revision below `b`. Digits compare as numbers ("0" is the lowest), a withdrawal
// is above what it withdraws; hashes go by log order, so nothing is below a hash.
bool is_older_revision(std::string_view a, std::string_view b);

// t + the first 80 bits of SHA-256(mention id) as 16 lower-case Crockford letters.
std::string task_id_of(std::string_view mention_id);

}  // namespace maitred
