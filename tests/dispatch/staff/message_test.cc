// What a person reads: what, where, by when, for whom; and the buttons of the moment.
#include "dispatch/staff/message.h"

#include <doctest/doctest.h>

#include "base/zone.h"
#include "tests/dispatch/staff/evening.h"

using namespace maitred;
using namespace maitred::test;
using namespace std::chrono_literals;

namespace {

Task task_of(Opening how) {
  Story story;
  story.tell(opened(std::move(how)), kEvening);
  return story.task;
}

std::string labels(const PushMessage& message) {
  std::string all;
  for (const PushAction& action : message.actions) all += (all.empty() ? "" : " / ") + action.label;
  return all;
}

}  // namespace

TEST_CASE("a title says what, where, by when and for whom") {
  const HouseNames names = settings().names;
  Opening how = opening();
  CHECK(title_of(task_of(how), names, kEvening) ==
        "2× porterhouse · Hackensack → EWR · by 21:05 · for P. S.");
  how.who = "likely";
  how.wants = {{"coffee", 1, "large"}};
  how.place = "";
  how.window = Window{kEvening + 10min, kEvening + 20min, kNewYork, "store"};
  CHECK(title_of(task_of(how), names, kEvening) ==
        "large coffee · Hackensack · 18:40–18:50 · for probably P. S.");
  how.customer = "";
  how.who = "unknown";
  how.wants.clear();
  how.intent = "complaint";
  how.window.reset();
  CHECK(title_of(task_of(how), names, kEvening) == "complaint · Hackensack · for @alice");
  how.store = "nowhere";
  how.window = Window{kEvening + 24h, {}, "Asia/Taipei", "place"};
  CHECK(title_of(task_of(how), names, kEvening) ==
        "complaint · nowhere · from Sat 07:30 · for @alice");
}

TEST_CASE("the buttons are those of the moment, in the reader's language") {
  const HouseNames names = settings().names;
  const auto staff = people();
  Task task = task_of(opening());
  const auto told = [&](const Person& who, Said said) {
    return labels(message_for(task, who, said, names, kEvening));
  };
  CHECK(told(staff[0], Said::ask) == "Approve / Decline / Open");
  CHECK(told(staff[0], Said::claim) == "Claim / Can't / Open");
  CHECK(told(staff[0], Said::holder) == "cook ✓ / Release / Open");
  CHECK(told(staff[4], Said::claim) == "接單 / 不行 / 打開");
  task.steps_done = {"cook", "drive"};
  CHECK(told(staff[0], Said::holder) == "Done / Release / Open");
}

TEST_CASE("a push quotes the post, unless it was deleted") {
  const HouseNames names = settings().names;
  const Person anna = people().front();
  Task task = task_of(opening());
  CHECK(
      message_for(task, anna, Said::claim, names, kEvening).text.find("porterhouse when I land") !=
      std::string::npos);
  task.retracted = true;
  CHECK(message_for(task, anna, Said::claim, names, kEvening).text == "The post was deleted.");
}

TEST_CASE("a push quotes what the guest has added since, the last of it") {
  const HouseNames names = settings().names;
  const Person anna = people().front();
  Task task = task_of(opening());
  task.retracted = true;
  const auto text = [&] { return message_for(task, anna, Said::holder, names, kEvening).text; };
  task.heard = {{"mastodon:2", "0", false, "medium rare"}};
  CHECK(text() == "The post was deleted.\n+ “medium rare”");
  task.heard.push_back({"mastodon:3", "0", true, "or well done"});
  task.heard.push_back({"mastodon:4", "0", false, "gate 7"});
  task.heard.push_back({"mastodon:5", "0", false, "gate 9"});
  CHECK(text() == "The post was deleted.\n+1 more posts\n+ “gate 7”\n+ “gate 9”");
}
