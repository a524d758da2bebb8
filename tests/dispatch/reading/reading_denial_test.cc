// What is said and not meant: dishes that are declined, requests that are disclaimed, people who
// bear our name, praise that is only part of a name. Read with a fish house of another name, so
// that nothing here rests on the words of one brand.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/dispatch/reading/kit.h"

namespace maitred {
namespace {

const Language& fish_house() {
  static const std::shared_ptr<const Language> language = [] {
    ReadingSettings s;
    s.aliases = {"Delgado", "Delgado's", "Delgado's Fish House", "史密斯", "史密斯海鮮餐廳"};
    s.accounts = {"bluesky:delgados.example"};
    s.brand_zone = "America/New_York";
    s.items = {{"chowder", {"chowder", "clam chowder", "巧達湯"}},
               {"crab", {"crab", "crab cake", "螃蟹", "蟹餅"}},
               {"oysters", {"oyster", "生蠔"}},
               {"tiramisu", {"tiramisu", "提拉米蘇"}},
               {"espresso", {"espresso", "濃縮咖啡"}}};
    s.stores = {{"back-bay", "Delgado's Back Bay", {}, 42.351, -71.080, "America/New_York"},
                {"seattle", "Pike Place", {}, 47.609, -122.342, "America/Los_Angeles"},
                {"osaka", "Dotonbori", {}, 34.668, 135.501, "Asia/Tokyo"}};
    return make_test_language(s);
  }();
  return *language;
}

// Posted on Thursday 5 March 2026, 18:00 in New York.
Reading read_fish(const std::string& text) {
  return read(said(text), fish_house(), {at("2026-03-05T18:00:00-05:00"), {}, {}});
}

std::string dishes(const std::string& text) {
  std::string found;
  for (const ItemFinding& item : read_fish(text).items)
    found += (found.empty() ? "" : ", ") + std::to_string(item.count) + " " + item.id;
  return found;
}

}  // namespace

TEST_CASE("a dish that is declined is not wanted") {
  const struct {
    std::string text, dishes;
  } rows[] = {
      {"Two chowders please, no crab", "2 chowder"},
      {"A tiramisu without espresso", "1 tiramisu"},
      {"Hold the oysters, I'll have three crab cakes", "3 crab"},
      {"please don't send any oysters or crab; one chowder is plenty", "1 chowder"},
      {"my husband is allergic to oysters, so two chowders", "2 chowder"},
      {"no oysters and two crab cakes", "2 crab"},
      {"a chowder instead of the tiramisu", "1 chowder"},
      {"No rush, a chowder and an espresso", "1 chowder, 1 espresso"},
      {"Don't forget the oysters", "1 oysters"},
      {"can't wait for my crab cakes", "1 crab"},
      {"why don't you bring me an espresso", "1 espresso"},
      {"兩份巧達湯,不要螃蟹", "2 chowder"},
      {"巧达汤一份,生蚝就不用了,谢谢", "1 chowder"},
      {"三份生蠔,提拉米蘇免了", "3 oysters"},
      {"我太太對螃蟹過敏,來一份巧達湯", "1 chowder"},
      {"别送生蚝,也不要提拉米苏,浓缩咖啡两杯", "2 espresso"},
      {"有沒有生蠔?", "1 oysters"},
      {"螃蟹不要太鹹,兩份", "1 crab"},
      {"別忘了提拉米蘇兩份", "2 tiramisu"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(dishes(row.text) == row.dishes);
  }
}

TEST_CASE("a slip of the pen is forgiven in a long name, and the last number said counts") {
  const struct {
    std::string text, dishes;
  } rows[] = {
      {"two chowdrs", "2 chowder"},
      {"three tirramisus", "3 tiramisu"},
      {"an expresso", "1 espresso"},
      {"two lovley oysterss", "2 oysters"},
      {"prowders and powders", ""},
      {"two crab cakes, no wait, four", "4 crab"},
      {"a chowder at 7, sorry, 8", "1 chowder"},
      {"three oysters, I mean two oysters", "2 oysters"},
      {"生蠔兩份,不對,是五份", "5 oysters"},
      {"我要一份蟹饼,说错了,三份", "3 crab"},
      {"晚上七點一份蟹餅,不對,八點", "1 crab"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(dishes(row.text) == row.dishes);
  }
}

TEST_CASE("what is disclaimed is no request, and what did not come is a complaint") {
  const struct {
    std::string text;
    Intent intent;
  } rows[] = {
      {"Delgado's, I'm not asking you to bring crab cakes to Logan, just dreaming", Intent::other},
      {"no need to deliver anything, Delgado's, the smell alone is a gift at Logan", Intent::other},
      {"Not asking for much, Delgado's: bring me a chowder at Logan", Intent::request},
      {"史密斯別當真,我不是叫你們送螃蟹到羽田機場", Intent::other},
      {"史密斯,不是让你们送生蚝来,我就说说而已", Intent::other},
      {"Delgado's said they would bring two chowders to Logan at 5 yesterday. No one showed.",
       Intent::complaint},
      {"Ordered an espresso last night to gate B12, it never came", Intent::complaint},
      {"史密斯昨天說要送兩份生蠔到成田機場,等到現在沒消息", Intent::complaint},
      {"上周让史密斯送螃蟹到关西机场,放我鸽子,还不退款", Intent::complaint},
      {"The plane food was awful. Delgado's, can you bring a chowder to Logan at 9?",
       Intent::request},
      {"Best oysters of my life at Delgado's Back Bay. Thank you!", Intent::praise},
      {"Two oysters to Logan at 9pm, thank you!", Intent::request},
      {"Is the Delgado's in Great Falls open on Mondays?", Intent::question},
      {"我在香港看到史密斯的招牌", Intent::other},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(std::string(word(read_fish(row.text).intent)) == word(row.intent));
  }
}

TEST_CASE("a person of our name is not us, unless the post is about our trade") {
  const std::string persons[] = {
      "Watched Camila Delgado win the final again",
      "Professor Delgado cancelled the exam",
      "Dr. Delgado says it is only a sprain",
      "聽說威爾史密斯又打人了",
      "安娜·史密斯的新書出版了",
      "史密斯先生昨天搬走了",
      "我們教練史密斯今天請客吃火鍋",
  };
  for (const std::string& text : persons) {
    CAPTURE(text);
    const BrandFinding brand = read_fish(text).brand;
    CHECK(brand.alias.empty());
    CHECK(brand.homonym);
    CHECK(brand.spans.size() == 1);
  }
  const std::string ours[] = {
      "Delgado, can you send two crab cakes to Logan?",
      "Thanks Delgado, lovely evening",
      "I miss Delgado's",
      "Mr Delgado, may I have a chowder at Logan tonight",
      "Professor Delgado recommended Delgado's Fish House",
      "史密斯,今晚八點送兩份生蠔好嗎",
      "達拉斯史密斯今天有開嗎",
      "去史密斯慶生",
      "威爾史密斯也愛史密斯海鮮餐廳",
  };
  for (const std::string& text : ours) {
    CAPTURE(text);
    CHECK_FALSE(read_fish(text).brand.alias.empty());
    CHECK_FALSE(read_fish(text).brand.homonym);
  }
}

TEST_CASE("our name or a word for a shop beside a town makes it our store there") {
  const struct {
    std::string text, code;
  } rows[] = {
      {"Delgado's Boston, two chowders please", "back-bay"},
      {"Delgado's: will your Seattle location be open", "seattle"},
      {"the Delgado's in Osaka", "osaka"},
      {"史密斯西雅图店几点开门", "seattle"},
      {"史密斯海鮮餐廳大阪店,兩份生蠔", "osaka"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Reading reading = read_fish(row.text);
    REQUIRE_FALSE(reading.places.empty());
    CHECK(reading.places.front().kind == "store");
    CHECK(reading.places.front().code == row.code);
  }
  const std::string elsewhere[] = {"Delgado's, I am in Denver", "Delgado's Denver would be nice",
                                   "史密斯倫敦店", "在西雅圖想念史密斯"};
  for (const std::string& text : elsewhere) {
    CAPTURE(text);
    const Reading reading = read_fish(text);
    CHECK(std::none_of(reading.places.begin(), reading.places.end(),
                       [](const PlaceFinding& place) { return place.kind == "store"; }));
  }
}

TEST_CASE("a clock that leaves its half open leans on the meal it is for") {
  const struct {
    std::string text, due;
  } rows[] = {
      {"chowder for dinner on Saturday at 8", "2026-03-07T20:00:00-05:00"},
      {"Saturday at 8 we need a chowder", "2026-03-07T08:00:00-05:00"},
      {"Saturday at 9 for supper, two oysters", "2026-03-07T21:00:00-05:00"},
      {"Saturday at 6 for breakfast, an espresso", "2026-03-07T06:00:00-05:00"},
      {"Saturday at 6, an espresso", "2026-03-07T18:00:00-05:00"},
      {"dinner for two on Saturday at 8am, please", "2026-03-07T08:00:00-05:00"},
      {"後天九點吃晚飯,兩份生蠔", "2026-03-07T21:00:00-05:00"},
      {"周六八点的早饭,浓缩咖啡", "2026-03-07T08:00:00-05:00"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Reading reading = read_fish(row.text);
    REQUIRE(reading.window);
    REQUIRE(reading.window->due);
    CHECK(*reading.window->due == at(row.due.c_str()));
  }
}

TEST_CASE("hostile denials, corrections and names are read to their end") {
  for (const std::string piece :
       {"Camila Delgado ", "威爾史密斯", "Delgado's Denver store ", "not asking ", "no crab or ",
        "wait 3 ", "two crab no wait three ", "不要螃蟹也不用", "my flight awful ", "oysterz ",
        "Denver, ", "dinner at 8 "}) {
    std::string text;
    while (text.size() < kMentionTextMax) text += piece;
    CAPTURE(piece);
    CHECK(read_fish(text).times.size() <= 32);
  }
}

}  // namespace maitred
