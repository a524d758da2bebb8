// What tests of staff and board share: a fixed evening, people of three stores, and an opening like
// the steakhouse post's. Plain values, no log.
#pragma once

#include <string>
#include <vector>

#include "dispatch/staff/owed.h"
#include "dispatch/tasks/task.h"

namespace maitred::test {

using namespace std::chrono_literals;

// 18:30 in Hackensack, a Thursday in March.
inline const Time kEvening =
    Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 5)) + 23h + 30min;
inline const char* const kNewYork = "America/New_York";

inline Person person(std::string id, std::string name, std::string role, std::string store,
                     std::vector<std::string> languages = {"en"}) {
  Person one;
  one.id = std::move(id);
  one.name = std::move(name);
  one.role = std::move(role);
  one.store = std::move(store);
  one.languages = std::move(languages);
  one.reach = {{"fake", "phone-" + one.id}};
  return one;
}

inline std::vector<Person> people() {
  return {person("anna", "Anna", "crew", "hackensack"), person("ben", "Ben", "crew", "hackensack"),
          person("carla", "Carla", "floor_manager", "hackensack"),
          person("dora", "Dora", "crew", "manhattan"),
          person("mei", "美", "crew", "taipei-xinyi", {"zh-hant"})};
}

inline FloorSettings settings() {
  FloorSettings settings;
  settings.couriers = {"fake"};
  settings.names.stores = {{"hackensack", {"Hackensack", kNewYork}},
                           {"manhattan", {"Manhattan", kNewYork}},
                           {"taipei-xinyi", {"台北信義", "Asia/Taipei"}}};
  settings.names.items = {{"porterhouse", "porterhouse"}};
  settings.names.customer = [](const std::string& id) {
    return id == "c-17" ? std::string("P. S.") : std::string();
  };
  return settings;
}

inline Opening opening() {
  Opening opening;
  opening.why = "opened";
  opening.post.text = "meet me at Newark airport with a porterhouse when I land in two hours";
  opening.post.author_id = "mastodon:alice@social.example";
  opening.post.author_handle = "alice";
  opening.customer = "c-17";
  opening.who = "known";
  opening.playbook = "delight";
  opening.intent = "request";
  opening.gesture = Gesture{"the meal", 59, "USD"};
  opening.wants = {{"porterhouse", 2, ""}};
  opening.place = "EWR Newark Liberty";
  opening.window = Window{{}, kEvening + 155min, kNewYork, "place"};  // by 21:05
  opening.store = "hackensack";
  opening.steps = {"cook", "drive"};
  opening.ladder = {{"crew", 5min}, {"floor_manager", 5min}};
  return opening;
}

inline TaskEvent event(Verb verb, std::string who = "anna") {
  TaskEvent event;
  event.task = "t9m3rfqahe4r0qvd9";
  event.verb = verb;
  event.by = {"staff", std::move(who)};
  return event;
}

inline TaskEvent opened(Opening how = opening()) {
  TaskEvent first = event(Verb::opened, "");
  first.by = {"dispatch", {}};
  first.mention = "mastodon:https://social.example/users/alice/statuses/1";
  first.revision = "0";
  first.opening = std::move(how);
  return first;
}

// Folds events one after another, each with the next rev, at the given time.
struct Story {
  Task task;
  void tell(TaskEvent next, Time at) {
    next.rev = task.rev + 1;
    apply(task, next, at);
  }
};

}  // namespace maitred::test
