// The audience: follows the log beside the running daemon and shows, as it happens, each post, what
// became of it and why, each step of its task, and each phone that rings. It reads; it publishes
// nothing. Topics are read side by side, so a thing is held back until what it is about was shown.
//
// One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/zone.h"
#include "bus/bus.h"
#include "daemon/configuration.h"
#include "demo/chronicle.h"
#include "demo/phone.h"
#include "demo/staff.h"
#include "demo/terminal.h"

namespace maitred::demo {

class Audience {
 public:
  // `explain` tells the note of a verdict that the log keeps short (not_ours).
  using Explain = std::function<std::string(const Mention&)>;
  Audience(Bus& bus, const Configuration& configuration, Terminal& terminal, Explain explain);

  Result<void> sit_down();                // from the beginning of the log
  Result<void> watch(Duration wait);      // shows what is new; waits up to `wait` for it
  void phone(Phone phone);                // one rang
  void deed(const Deed& deed, Time now);  // somebody pressed or typed
  // To stand above the post of this text.
  void heading(const std::string& text, const std::string& heading);

  const Chronicle& chronicle() const { return chronicle_; }
  // The whole id of the task that people name so; empty = none was shown.
  std::string task_named(const std::string& prefix) const;
  std::string clock(Time time) const;  // "18:07" in the house's own zone
  std::vector<Phone> rung();           // phones shown since the last call

 private:
  bool may_show(const Chronicle::News& news) const;
  void show_held();
  void show_news(const Chronicle::News& news, Time at);
  void show_post(const Story& story, Time at);
  void show_verdict(const Story& story, Time at);
  void show_event(const TaskEvent& event, Time at);
  void line_of_task(const std::string& task, const std::string& text, Time at, Ink ink);
  Zone brand_zone() const;

  Bus& bus_;
  const Configuration& configuration_;
  Terminal& terminal_;
  Explain explain_;
  Chronicle chronicle_;
  std::unique_ptr<Reader> reader_;
  std::map<std::string, std::string> languages_;  // by person
  std::map<std::string, std::string> headings_;   // by the text of a post

  struct Held {
    Chronicle::News news;
    Time at;
  };
  std::deque<Held> held_;
  std::deque<Phone> phones_;
  std::vector<Phone> rung_;
  std::string last_words_;  // of the phone shown last
  std::set<std::string> shown_posts_;
  std::set<std::string> shown_tasks_;
};

// Enough of a task's id for people.
inline std::string short_id(const std::string& task) {
  return task.substr(0, 5);
}

}  // namespace maitred::demo
