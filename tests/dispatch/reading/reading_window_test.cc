// When it is wanted: times in sentences of both languages, and the window they become.
#include <cstdio>
#include <string>

#include "tests/dispatch/reading/kit.h"

namespace maitred {
namespace {

std::string local(const std::optional<Time>& time, const Window& window) {
  if (!time) return "-";
  const Civil civil = Zone::find(window.zone)->to_civil(*time);
  char text[32];
  std::snprintf(text, sizeof text, "%02u-%02u %02d:%02d", static_cast<unsigned>(civil.date.month()),
                static_cast<unsigned>(civil.date.day()),
                static_cast<int>(civil.of_day.count() / 60),
                static_cast<int>(civil.of_day.count() % 60));
  return text;
}

struct Row {
  std::string text, not_before, due;
};

void check(const Row& row, const char* posted = "2026-03-05T18:00:00-05:00",
           const char* zone = "") {
  CAPTURE(row.text);
  const Reading reading = read_post(said(row.text), posted, zone);
  REQUIRE(reading.window);
  CHECK(local(reading.window->not_before, *reading.window) == row.not_before);
  CHECK(local(reading.window->due, *reading.window) == row.due);
}

}  // namespace

TEST_CASE("a length of time counts from the post") {
  const Row rows[] = {
      {"two ribeyes in two hours", "03-05 19:45", "03-05 20:00"},
      {"a coffee in 45 min please", "03-05 18:30", "03-05 18:45"},
      {"be there in half an hour", "03-05 18:15", "03-05 18:30"},
      {"an hour and a half from now", "03-05 19:15", "03-05 19:30"},
      {"in 1/2 hour", "03-05 18:15", "03-05 18:30"},
      {"ETA 40 mins", "03-05 18:25", "03-05 18:40"},
      {"need it within 30 minutes", "-", "03-05 18:30"},
      {"in about 2 hrs", "03-05 19:30", "03-05 20:00"},
      {"兩小時後送咖啡", "03-05 19:45", "03-05 20:00"},
      {"半小時後到", "03-05 18:15", "03-05 18:30"},
      {"一個半小時後取餐", "03-05 19:15", "03-05 19:30"},
      {"再过两个钟头", "03-05 19:45", "03-05 20:00"},
      {"四十五分钟后", "03-05 18:30", "03-05 18:45"},
      {"三十分鐘內到", "-", "03-05 18:30"},
      {"一小時內要", "-", "03-05 19:00"},
      {"in 5 minutes", "03-05 18:00", "03-05 18:05"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("a clock is the next such moment") {
  const Row rows[] = {
      {"at 20:10", "03-05 19:55", "03-05 20:10"},
      {"at 9", "03-05 20:45", "03-05 21:00"},
      {"at 5", "03-06 04:45", "03-06 05:00"},
      {"8:30 p.m. please", "03-05 20:15", "03-05 20:30"},
      {"half past seven", "03-05 19:15", "03-05 19:30"},
      {"a quarter to eight", "03-05 19:30", "03-05 19:45"},
      {"tonight at midnight", "03-05 23:45", "03-06 00:00"},
      {"9 o'clock tonight", "03-05 20:45", "03-05 21:00"},
      {"at 1930", "03-05 19:15", "03-05 19:30"},
      {"tomorrow at noon", "03-06 11:45", "03-06 12:00"},
      {"7 in the evening", "03-05 18:45", "03-05 19:00"},
      {"今晚八點十分", "03-05 19:55", "03-05 20:10"},
      {"晚上9點半", "03-05 21:15", "03-05 21:30"},
      {"明天下午三點一刻", "03-06 15:00", "03-06 15:15"},
      {"２０：１０", "03-05 19:55", "03-05 20:10"},
      {"二十點十分", "03-05 19:55", "03-05 20:10"},
      {"明天凌晨兩點", "03-06 01:45", "03-06 02:00"},
      {"兩天後的下午三點", "03-07 14:45", "03-07 15:00"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("days are found on the calendar") {
  const Row rows[] = {
      {"Friday at 7pm", "03-06 18:45", "03-06 19:00"},
      {"next Tuesday around 8pm", "03-10 19:30", "03-10 20:00"},
      {"Saturday night", "03-07 18:00", "03-08 00:00"},
      {"on March 9 at 19:00", "03-09 18:45", "03-09 19:00"},
      {"on 3/14 at 19:30", "03-14 19:15", "03-14 19:30"},
      {"Sunday, Mar 15 at 1pm", "03-15 12:45", "03-15 13:00"},
      {"noon on the 24th", "03-24 11:45", "03-24 12:00"},
      {"2026-03-07 18:30", "03-07 18:15", "03-07 18:30"},
      {"this weekend", "03-07 00:00", "03-09 00:00"},
      {"下週三中午十二點", "03-11 11:45", "03-11 12:00"},
      {"週五晚上", "03-06 18:00", "03-07 00:00"},
      {"3月9日19:00", "03-09 18:45", "03-09 19:00"},
      {"後天傍晚", "03-07 17:00", "03-07 19:00"},
      {"下個月三號晚上六點", "04-03 17:45", "04-03 18:00"},
      {"這個星期日下午", "03-08 12:00", "03-08 18:00"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("ranges and edges bound the window") {
  const Row rows[] = {
      {"between 7 and 8", "03-05 19:00", "03-05 20:00"},
      {"from 6 to 8pm tomorrow", "03-06 18:00", "03-06 20:00"},
      {"7-9pm", "03-05 19:00", "03-05 21:00"},
      {"tomorrow 11am-1pm", "03-06 11:00", "03-06 13:00"},
      {"by noon tomorrow", "-", "03-06 12:00"},
      {"before 9 tonight", "-", "03-05 21:00"},
      {"after 8pm", "03-05 20:00", "-"},
      {"明天中午前", "-", "03-06 11:00"},
      {"晚上九點之前", "-", "03-05 21:00"},
      {"七點到八點", "03-05 19:00", "03-05 20:00"},
      {"明天下午2點至4點", "03-06 14:00", "03-06 16:00"},
      {"八點以後", "03-05 20:00", "-"},
      {"八點左右", "03-05 19:30", "03-05 20:00"},
      {"tonight", "03-05 18:00", "03-06 00:00"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("of several times the journey's end counts, then the one beside the wish") {
  const Row rows[] = {
      {"flying tomorrow at 9am, landing 11:30, coffee please", "03-06 11:15", "03-06 11:30"},
      {"at work till 5 tomorrow, bring me a coffee at 6:30", "03-06 18:15", "03-06 18:30"},
      {"I land at 20:10. See you in June", "03-05 19:55", "03-05 20:10"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("what is no time, or is over, gives no window") {
  for (const std::string text : {"a 24 oz porterhouse",
                                 "2 stars",
                                 "call 555 0100 200",
                                 "at 5th avenue",
                                 "at 9 Main Street",
                                 "we waited 45 minutes",
                                 "it was cold last night",
                                 "two hours ago",
                                 "5/5",
                                 "table for 8",
                                 "I love it 100%",
                                 "兩小時前點的",
                                 "十分好吃",
                                 "三分熟",
                                 "昨天晚上",
                                 "快一點送來",
                                 "3號店",
                                 "we came at 7 and left at 9",
                                 "ribeye for $9",
                                 "you made my night",
                                 "a night to remember"}) {
    CAPTURE(text);
    CHECK_FALSE(read_post(text).window);
  }
}

TEST_CASE("a clock is read in the zone that has the best claim") {
  Mention with_location = said("coffee at 20:10");
  with_location.location = Location{48.85, 2.35, "Paris"};
  const auto window = [](const Mention& m, const char* customer, const char* source) {
    const Reading r = read(m, test_language(), {at("2026-03-05T12:00:00Z"), customer, source});
    REQUIRE(r.window);
    return r.window->zone + " " + r.window->basis + " " + to_rfc3339(*r.window->due);
  };
  CHECK(window(said("at Heathrow at 20:10"), "Asia/Taipei", "Asia/Tokyo") ==
        "Europe/London place 2026-03-05T20:10:00Z");
  CHECK(window(with_location, "Asia/Taipei", "") == "Asia/Taipei customer 2026-03-05T12:10:00Z");
  CHECK(window(with_location, "", "Asia/Tokyo") == "Europe/Paris location 2026-03-05T19:10:00Z");
  CHECK(window(said("at 20:10"), "", "Asia/Tokyo") == "Asia/Tokyo source 2026-03-06T11:10:00Z");
  CHECK(window(said("at 20:10"), "No/Where", "") == "America/New_York brand 2026-03-06T01:10:00Z");
  CHECK(window(said("in two hours"), "Asia/Taipei", "") ==
        "Asia/Taipei posted 2026-03-05T14:00:00Z");
  CHECK(window(said("when I land in two hours"), "Asia/Taipei", "") ==
        "Asia/Taipei arrival 2026-03-05T14:00:00Z");
}

TEST_CASE("daylight saving moves clocks and leaves lengths alone") {
  // 8 March 2026, 02:00 to 03:00 is missing in New York; 1 November has 01:00 to 02:00 twice.
  check({"at 3:30 am", "03-08 03:15", "03-08 03:30"}, "2026-03-08T01:30:00-05:00");
  check({"in two hours", "03-08 04:15", "03-08 04:30"}, "2026-03-08T01:30:00-05:00");
  check({"in two hours", "11-01 01:15", "11-01 01:30"}, "2026-11-01T00:30:00-04:00");
  check({"tomorrow at noon", "03-08 11:45", "03-08 12:00"}, "2026-03-07T12:00:00-05:00");
}

}  // namespace maitred
