// The scripted staff of `--once`: people who wait for their phone and do what the script says, some
// minutes after it rang: they open the link and press the button behind it, or type the shell line.
// They know nothing but what their phone shows.
//
// One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "demo/phone.h"
#include "demo/script.h"
#include "demo/stage.h"

namespace maitred::demo {

// What one of them did, for the audience.
struct Deed {
  std::string person;
  std::string how;  // "presses [Claim]", or the line that was typed
  std::string answer;
  bool done = false;
};

class Staff {
 public:
  // `post_of` names the script's post that a phone is about, by the task as the phone names it.
  Staff(std::vector<Part> parts, Time curtain, Stage& stage,
        std::function<std::string(const std::string& task)> post_of);

  void ring(const Phone& phone, Time now);  // house time
  std::vector<Deed> act(Time now);          // whatever is due
  bool finished() const;                    // everybody has done all their part
  std::vector<std::string> unfinished() const;

 private:
  struct Actor {
    Part part;
    size_t next = 0;  // of its acts
    bool waits_for_phone = true;
    Time due;
    Phone phone;
    std::string button_url;  // found when the phone rang, pressed when it is due
  };
  Deed perform(Actor& actor);

  std::vector<Actor> actors_;
  Time curtain_;
  Stage& stage_;
  std::function<std::string(const std::string&)> post_of_;
  Http http_{"maitred-demo-phone"};
};

}  // namespace maitred::demo
