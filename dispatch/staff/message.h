// What a person is told: title, words and buttons, in their language, derived from the task alone.
// Pure. Couriers carry it; buttons give its actions their links.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bus/staff.h"
#include "dispatch/tasks/task.h"

namespace maitred {

// How the house calls things, from config and the customer book.
struct HouseNames {
  struct Store {
    std::string name;
    std::string zone;  // IANA
  };
  std::map<std::string, Store> stores;                               // by store id
  std::map<std::string, std::string> items;                          // catalogue id → name
  std::function<std::string(const std::string& customer)> customer;  // name, or empty; may be null

  std::string store(const std::string& id) const;  // its name, else the id
  std::string zone_of(const std::string& store) const;
};

struct PushAction {
  std::string label;
  std::optional<Verb> verb;  // none = Open: shows the task and changes nothing
  std::string arg;           // progressed: the step
  std::string url;           // filled by the floor
};

struct PushMessage {
  std::string task;
  std::string short_id;  // enough of it to name it in the shell; filled by the floor
  std::string person;
  std::string title;  // what · where · by when · for whom
  std::string text;
  int priority = 3;  // 1 … 5, as ntfy counts
  std::vector<std::string> tags;
  std::string link;  // the Open link
  std::vector<PushAction> actions;
};

enum class Said { ask, claim, holder };

PushMessage message_for(const Task& task, const Person& person, Said said, const HouseNames& names,
                        Time now);

// "2× porterhouse · Hackensack → EWR · by 21:05 · for P. S."
std::string title_of(const Task& task, const HouseNames& names, Time now,
                     const std::string& language = "en");

// The word on a button or page, in English or Chinese by the first of a person's languages.
std::string phrase(const std::string& language, const std::string& english);
std::string language_of(const Person& person);

}  // namespace maitred
