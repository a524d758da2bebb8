// What is said besides the time: is it about us, what is wanted, which dishes, where.
#include <string>
#include <vector>

#include "tests/dispatch/reading/kit.h"

namespace maitred {
namespace {

std::string items_of(const std::string& text) {
  std::string found;
  for (const ItemFinding& item : read_post(text).items)
    found += (found.empty() ? "" : ", ") + std::to_string(item.count) + " " + item.id +
             (item.size.empty() ? "" : " of " + item.size);
  return found;
}

std::string best_place(const std::string& text) {
  const Reading reading = read_post(text);
  return reading.places.empty() ? "" : reading.places.front().code;
}

}  // namespace

TEST_CASE("a post is about us when our name stands in it as words") {
  const std::string ours[] = {"Morton's rocks",
                              "mortons rocks",
                              "MORTON’S!",
                              "dinner at Mortons'",
                              "#mortons",
                              "#MortonsSteakhouse yum",
                              "吃莫頓去",
                              "莫顿好吃",
                              "ｍｏｒｔｏｎｓ",
                              "hey @mortons hello",
                              "hi @mortons@social.example",
                              "Morton Salt on my Morton's steak"};
  for (const std::string& text : ours) {
    CAPTURE(text);
    CHECK_FALSE(read_post(text).brand.alias.empty());
    CHECK_FALSE(read_post(text).brand.spans.empty());
  }
  const std::string not_ours[] = {"Mortonsville",
                                  "bob@mortons.com",
                                  "https://mortons.io/a",
                                  "Morton said hello",
                                  "Morton Salt is salty",
                                  "Mortons salt",
                                  "@mortons_fan hi",
                                  "@mortons@other.example hi",
                                  "xmortons",
                                  ""};
  for (const std::string& text : not_ours) {
    CAPTURE(text);
    CHECK(read_post(text).brand.alias.empty());
  }
  CHECK(read_post("Morton Salt is salty").brand.homonym);
}

TEST_CASE("the way a mention came can make it about us, and its author ours") {
  Mention review = said("Great food");
  review.kind = MentionKind::review;
  CHECK(read_post(review).brand.alias == "addressed");
  Mention house = said("coffee for table 5");
  house.network = "house";
  CHECK(read_post(house).brand.alias == "addressed");
  Mention answer = said("thanks!");
  answer.addressed_to = {"mastodon:mortons@social.example"};
  CHECK(read_post(answer).brand.alias == "mastodon:mortons@social.example");
  Mention other = said("@mortons hi");
  other.addressed_to = {"mastodon:mortons@other.example"};
  CHECK(read_post(other).brand.alias.empty());
  Mention own = said("Morton's is open");
  own.author.id = "mastodon:mortons@social.example";
  CHECK(read_post(own).brand.own);
  CHECK_FALSE(read_post("Morton's is open").brand.own);
}

TEST_CASE("intent is judged from cues in both languages") {
  const struct {
    std::string text;
    Intent intent;
  } rows[] = {
      {"meet me at Newark with a porterhouse when I land in two hours", Intent::request},
      {"Can I get a table for two tonight?", Intent::request},
      {"Bring me a coffee", Intent::request},
      {"Mortons, send two lobsters to JFK", Intent::request},
      {"porterhouse, EWR, 9pm", Intent::request},
      {"I'd love it if you could save us a table", Intent::request},
      {"可以送一份肋眼到松山機場嗎", Intent::request},
      {"幫我準備兩份牛排", Intent::request},
      {"我想訂位，明天晚上七點", Intent::request},
      {"来一份肋眼", Intent::request},
      {"麻煩外送一杯咖啡", Intent::request},
      {"The steak was cold and the waiter was rude", Intent::complaint},
      {"I want my money back", Intent::complaint},
      {"Still waiting for our food, this is unacceptable", Intent::complaint},
      {"not good, never again", Intent::complaint},
      {"Thanks for nothing, an hour for a cold ribeye", Intent::complaint},
      {"牛排好難吃，太失望了", Intent::complaint},
      {"外送還沒到，我要退款", Intent::complaint},
      {"服务太慢，等了一个小时", Intent::complaint},
      {"Loved the ribeye, best steak in town", Intent::praise},
      {"not bad at all, the lobster was amazing", Intent::praise},
      {"超好吃，推薦大家來", Intent::praise},
      {"谢谢你们，服务很好", Intent::praise},
      {"What time do you close?", Intent::question},
      {"Do you have parking?", Intent::question},
      {"Does the steakhouse do takeout on Mondays?", Intent::question},
      {"請問今天幾點打烊？", Intent::question},
      {"有沒有停車場", Intent::question},
      {"walking past the window", Intent::other},
      {"don't bring me anything", Intent::other},
      {"", Intent::other},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Reading reading = read_post(row.text);
    CHECK(std::string(word(reading.intent)) == word(row.intent));
    CHECK(reading.intent_score >= 0);
    CHECK(reading.intent_score <= 1);
  }
}

TEST_CASE("stars weigh in where words are few") {
  Mention review = said("Well.");
  review.rating = Rating{1, 5};
  CHECK(read_post(review).intent == Intent::complaint);
  review.rating = Rating{5, 5};
  CHECK(read_post(review).intent == Intent::praise);
  review.rating = Rating{3, 5};
  CHECK(read_post(review).intent == Intent::other);
}

TEST_CASE("dishes are counted and sized") {
  const struct {
    std::string text, items;
  } rows[] = {
      {"a porterhouse", "1 porterhouse"},
      {"two porterhouses", "2 porterhouse"},
      {"a couple of ribeyes", "2 ribeye"},
      {"3x ribeye and 2 coffees", "3 ribeye, 2 coffee"},
      {"a 24 oz porterhouse", "1 porterhouse of 24 oz"},
      {"two 16oz ribeyes", "2 ribeye of 16oz"},
      {"mashed potatoes x2", "2 potatoes"},
      {"twenty-five lobster tails", "25 lobster"},
      {"at 9 porterhouse please", "1 porterhouse"},
      {"兩份肋眼", "2 ribeye"},
      {"三杯熱咖啡", "3 coffee"},
      {"肋眼兩份", "2 ribeye"},
      {"十二客紅屋牛排", "12 porterhouse"},
      {"来一份龙虾", "1 lobster"},
      {"１０杯咖啡", "10 coffee"},
      {"my coffeemaker", ""},
      {"https://coffee.example", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(items_of(row.text) == row.items);
  }
}

TEST_CASE("airports, stores and towns are found by what people call them") {
  const struct {
    std::string text, code;
  } rows[] = {
      {"at Newark airport", "EWR"},
      {"landing at newark in two hours", "EWR"},
      {"Newark Liberty", "EWR"},
      {"to EWR please", "EWR"},
      {"JFK, terminal 4", "JFK"},
      {"at ｊｆｋ airport", "JFK"},
      {"meet me at O'Hare", "ORD"},
      {"heathrow terminal 5", "LHR"},
      {"Chicago airport", "ORD"},
      {"Denver International Airport", "DEN"},
      {"AT JFK BRING ME A STEAK", "JFK"},
      {"在桃園機場", "TPE"},
      {"松山機場見", "TSA"},
      {"浦东机场", "PVG"},
      {"香港國際機場", "HKG"},
      {"飛抵成田", "NRT"},
      {"降落甘迺迪機場", "JFK"},
      {"at the Hackensack store", "hackensack"},
      {"信義店", "xinyi"},
      {"THE FOOD AND THE BAR WERE LOUD TODAY", ""},
      {"OMG so good, LOL", ""},
      {"I was reading a nice book", ""},
      {"Houston Street is loud", ""},
      {"南京東路", ""},
      {"jfk was a president", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(best_place(row.text) == row.code);
  }
}

TEST_CASE("a town of a common name is the one of the writer's zone") {
  const auto zone = [](const char* customer) {
    const Reading r =
        read_post(said("arriving in London at 20:10"), "2026-03-05T12:00:00Z", customer);
    REQUIRE_FALSE(r.places.empty());
    return r.places.front().zone;
  };
  CHECK(zone("") == "Europe/London");
  CHECK(zone("Asia/Taipei") == "Europe/London");
}

TEST_CASE("the language is told by the letters") {
  const struct {
    std::string text, declared, language;
  } rows[] = {
      {"Bring me a steak", "", "en"},
      {"請送一份牛排", "", "zh-hant"},
      {"请送一份牛排", "", "zh-hans"},
      {"我要牛排", "zh-CN", "zh-hans"},
      {"我要牛排", "", "zh-hant"},
      {"ステーキください", "", ""},
      {"🥩🥩", "", ""},
      {"請送 porterhouse 到 JFK 謝謝", "", "zh-hant"},
      {"Bonjour tout le monde", "fr", "fr"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(language_of(row.text, row.declared) == row.language);
  }
}

TEST_CASE("hurry and patience are heard") {
  CHECK(read_post("need it ASAP").urgency.level == "high");
  CHECK(read_post("馬上送來").urgency.level == "high");
  CHECK(read_post("coffee in 20 minutes").urgency.level == "high");
  CHECK(read_post("no rush at all").urgency.level == "low");
  CHECK(read_post("a coffee tomorrow at noon").urgency.level == "normal");
  CHECK(read_post("loved it, amazing").tone > 0.5);
  CHECK(read_post("cold, rude, terrible").tone < -0.5);
}

TEST_CASE("every finding lies in the text it was found in") {
  const std::string texts[] = {
      "🥩 Morton’s: two ｒｉｂｅｙｅｓ at Ｎｅｗａｒｋ airport at "
      "２０：１０, "
      "please!",
      "\u202e莫頓\u202c，M\u0335ortons 兩小時後到桃園機場，送兩份肋眼\xff\xfe",
      "Zu\u0308rich airport, Mortons coffee in 2 hrs",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    const Reading r = read_post(text);
    std::vector<Span> spans = r.brand.spans;
    for (const auto& x : r.items) spans.insert(spans.end(), x.spans.begin(), x.spans.end());
    for (const auto& x : r.places) spans.insert(spans.end(), x.spans.begin(), x.spans.end());
    for (const auto& x : r.times) spans.insert(spans.end(), x.spans.begin(), x.spans.end());
    spans.insert(spans.end(), r.intent_spans.begin(), r.intent_spans.end());
    CHECK(spans.size() >= 4);
    for (const Span& span : spans) {
      CHECK(span.begin < span.end);
      CHECK(span.end <= text.size());
      CHECK((static_cast<unsigned char>(text[span.begin]) & 0xc0) != 0x80);
    }
  }
}

TEST_CASE("hostile posts are read to their end") {
  std::vector<std::string> texts;
  for (const std::string piece :
       {"@",       "9",    "half the ", "in two hours ",   "十",   "not ",    "to ",
        "7-",      "1/",   "EWR ",      "Morton Salt ",    "明天", "1 hour ", ", ",
        "a\u0301", "\xff", "@mortons@", "Newark airport ", "#",    "\n"}) {
    std::string text;
    while (text.size() < kMentionTextMax) text += piece;
    texts.push_back(std::move(text));
  }
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 12));
    const Reading reading = read_post(text);
    CHECK(reading.times.size() <= 32);
    CHECK(reading.places.size() <= 16);
  }
}

}  // namespace maitred
