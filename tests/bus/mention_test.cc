#include "bus/mention.h"

#include <doctest/doctest.h>

#include "base/zone.h"
#include "bus/bus.h"
#include "bus/cursor.h"
#include "bus/reject.h"

using namespace maitred;

namespace {

Result<Mention> parse(std::string_view text) {
  TRY_ASSIGN(const json::Document document, json::Document::parse(text));
  return mention_from_json(document.root());
}

std::string error_of(std::string_view text) {
  const auto mention = parse(text);
  return mention ? "none" : mention.error().text;
}

}  // namespace

TEST_CASE("a task id is the first 80 bits of the mention's digest in Crockford letters") {
  CHECK(task_id_of("mastodon:https://social.example/users/alice/statuses/1") ==
        "t9m3rfqahe4r0qvd9");
  CHECK(task_id_of("").size() == 17);
}

TEST_CASE("a mention comes back from its JSON as it went in") {
  const char* line =
      R"({"v":1,"id":"mastodon:https://a.example/1","revision":"1772733600000","source":"mortons",)"
      R"("network":"mastodon","kind":"reply","url":"https://a.example/@a/1","text":"a \"table\"\n明天",)"
      R"("language":"en","posted_at":"2026-03-05T18:00:00Z","seen_at":"2026-03-05T18:00:01.500Z",)"
      R"("author":{"id":"mastodon:a@a.example","handle":"a@a.example","name":"A","url":"u",)"
      R"("avatar":"v","followers":7,"bot":true},"in_reply_to":"mastodon:x","thread":"t",)"
      R"("rating":{"stars":3.5,"of":5.0},"location":{"lat":40.5,"lon":-74.25,"name":"Newark"},)"
      R"("addressed_to":["mastodon:m@b.example"],"media":[{"kind":"image","url":"w","alt":"x"}],)"
      R"("withdrawn":true,"truncated":true})";
  const auto mention = parse(line);
  REQUIRE(mention);
  CHECK(mention->kind == MentionKind::reply);
  CHECK(mention->text == "a \"table\"\n明天");
  CHECK(mention->author.followers == 7);
  CHECK(mention->rating->stars == 3.5);
  CHECK(mention->media.at(0).alt == "x");
  CHECK(to_json(*parse(to_json(*mention))) == to_json(*mention));
  CHECK(record_key(*mention) == "mastodon:a@a.example");
  CHECK(cause_of(*mention) == "mastodon:https://a.example/1@1772733600000");
}

TEST_CASE("text alone is a mention; null is the same as not there; unknown fields are ignored") {
  const auto mention = parse(R"({"text":"hi","language":null,"author":null,"colour":{"x":[1]}})");
  REQUIRE(mention);
  CHECK(mention->revision == "0");
  CHECK(mention->kind == MentionKind::post);
  CHECK_FALSE(mention->posted_at.has_value());
  CHECK(record_key(*mention).empty());
}

TEST_CASE("what is wrong is said by its name") {
  CHECK(error_of("[]") == "a mention is not an object");
  CHECK(error_of("{}") == "`text` is not there, or not a string");
  CHECK(error_of(R"({"text":7})") == "`text` is not there, or not a string");
  CHECK(error_of(R"({"text":"a","id":7})") == "`id` is not a string");
  CHECK(error_of(R"({"text":"a","kind":"song"})").starts_with("`kind` is not one of"));
  CHECK(
      error_of(R"({"text":"a","posted_at":"yesterday"})").starts_with("`posted_at` is not a time"));
  CHECK(error_of(R"({"text":"a","author":"x"})") == "`author` is not an object");
  CHECK(error_of(R"({"text":"a","author":{"followers":"x"}})") ==
        "`author.followers` is not a whole number");
  CHECK(error_of(R"({"text":"a","rating":{"of":5}})") == "`rating.stars` is not a number");
  CHECK(error_of(R"({"text":"a","rating":{"stars":5,"of":0}})") == "`rating.of` is not above 0");
  CHECK(error_of(R"({"text":"a","location":{"lat":91,"lon":0}})") ==
        "`location.lat` is not between -90 and 90");
  CHECK(error_of(R"({"text":"a","location":{"lat":1}})") == "`location.lat` is not there with lon");
  CHECK(error_of(R"({"text":"a","media":["x"]})") == "`media` is not a list of objects");
  CHECK(error_of(R"({"text":"a","addressed_to":[1]})") ==
        "`addressed_to` is not a list of strings");
  CHECK(error_of(R"({"text":"a","id":")" + std::string(3000, 'x') + "\"}") ==
        "`id` is not at most 2048 bytes");
}

TEST_CASE("text is cut at a character boundary, and a record always fits the bus") {
  Mention mention;
  mention.id = "x:1";
  SUBCASE("many bytes of Chinese") {
    mention.text = "a";
    while (mention.text.size() < 3 * kMentionTextMax) mention.text += "莫";
    limit(mention);
    CHECK(mention.text.size() == kMentionTextMax);
    CHECK(mention.truncated);
    CHECK(json::Document::parse(to_json(mention)).has_value());
  }
  SUBCASE("bytes that take six each when written") {
    mention.text.assign(kMentionTextMax, '\x01');
    mention.author.name.assign(kMentionTextMax, '\x01');
    for (int i = 0; i < 200; ++i) mention.media.push_back({"image", std::string(9000, '\x02'), ""});
    limit(mention);
    CHECK(to_json(mention).size() < kValueMax);
    CHECK(mention.truncated);
    CHECK_FALSE(mention.text.empty());
  }
  SUBCASE("what fits is not touched") {
    mention.text.assign(kMentionTextMax, 'x');
    limit(mention);
    CHECK(mention.text.size() == kMentionTextMax);
    CHECK_FALSE(mention.truncated);
  }
}

TEST_CASE("revisions tell edits, content and withdrawals apart") {
  CHECK(revision_of_edit({}) == "0");
  CHECK(revision_of_edit(*parse_rfc3339("2026-03-05T18:00:00.250Z")) == "1772733600250");
  CHECK(revision_of_edit(Time(Duration(5))) == "0000000000005");
  CHECK(revision_of_withdrawal("0") == "0w");
  CHECK(revision_of_withdrawal("1772733600250") == "1772733600250w");
  CHECK(revision_of_withdrawal("0w") == "0w");
  Mention one, other;
  one.text = other.text = "cold steak";
  CHECK(revision_of_content(one) == revision_of_content(other));
  CHECK(revision_of_content(one).size() == 13);
  other.rating = Rating{1, 5};
  CHECK(revision_of_content(one) != revision_of_content(other));
  other = one;
  other.media.push_back({"image", "u", ""});
  CHECK(revision_of_content(one) != revision_of_content(other));
}

TEST_CASE("which revision is older") {
  struct Row {
    const char* a;
    const char* b;
    bool older;
  };
  const Row rows[] = {
      {"0", "1772733600250", true},
      {"1772733600250", "0", false},
      {"0", "0", false},
      {"1772733600250", "1772733600251", true},
      {"0", "0w", true},
      {"0w", "0", false},
      {"0w", "0w", false},
      {"0w", "1772733600250", true},
      {"0000000000005", "5", false},
      {"h0123456789ab", "hffffffffffff", false},
      {"hffffffffffff", "h0123456789ab", false},
      {"h0123456789ab", "h0123456789abw", true},
      {"h0123456789ab", "5", false},
      {"5", "h0123456789ab", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(is_older_revision(row.a, row.b) == row.older);
  }
}

TEST_CASE("a cursor comes back from its JSON, its seen-set bounded in number and in bytes") {
  Cursor cursor;
  cursor.source = "mortons";
  cursor.at = "{\"from\":\"1\"}";
  cursor.polled_at = *parse_rfc3339("2026-03-05T18:00:00Z");
  for (int i = 0; i < 1500; ++i) cursor.remember("id" + std::to_string(i), "0");
  cursor.remember("id1499", "1", "local");
  CHECK(cursor.seen.size() == kSeenMax);
  CHECK(cursor.has_seen("id1499", "0"));
  CHECK_FALSE(cursor.has_seen("id1", "0"));
  const auto document = json::Document::parse(to_json(cursor));
  REQUIRE(document);
  const auto again = cursor_from_json(document->root());
  REQUIRE(again);
  CHECK(again->at == cursor.at);
  CHECK(again->polled_at == cursor.polled_at);
  CHECK(again->last_seen("id1499")->local == "local");
  CHECK(to_json(*again) == to_json(cursor));

  cursor.keep({"id900"});
  for (int i = 0; i < 999; ++i) cursor.remember("new" + std::to_string(i), "0");
  CHECK(cursor.last_seen("id900") != nullptr);
  CHECK(cursor.last_seen("id1499") == nullptr);

  for (int i = 0; i < 1000; ++i) cursor.remember(std::string(2000, 'x') + std::to_string(i), "0");
  CHECK(to_json(cursor).size() < kValueMax);
  CHECK_FALSE(cursor_from_json(json::View()).has_value());
}

TEST_CASE("a reject keeps its first bytes as they came, and says where, why and how often") {
  const TopicNames names;
  const Reject reject{
      "mortons", "source:mortons", "page", "not_json: at byte 3", 10, std::string(100'000, '\xff')};
  const Record record = make_record(names, reject);
  CHECK(record.value->size() == kRejectBytesMax);
  Stored stored;
  stored.key = record.key;
  stored.value = record.value;
  stored.headers = record.headers;
  const Reject back = reject_from(stored);
  CHECK(back.where == "source:mortons");
  CHECK(back.why == "page");
  CHECK(back.detail == "not_json: at byte 3");
  CHECK(back.times == 10);
  CHECK(stored.header("bytes") == "100000");
}
