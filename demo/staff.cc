#include "demo/staff.h"

#include <algorithm>

namespace maitred::demo {
namespace {

// The answer itself; what stands below it is the task, which the audience sees anyway.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Staff::Staff(std::vector<Part> parts, Time curtain, Stage& stage,
             std::function<std::string(const std::string& task)> post_of)
    : curtain_(curtain), stage_(stage), post_of_(std::move(post_of)) {
  for (Part& part : parts) actors_.push_back({std::move(part), 0, true, {}, {}, {}});
}

void Staff::ring(const Phone& phone, Time now) {
  for (Actor& actor : actors_) {
    const bool done = actor.next >= actor.part.acts.size();
    if (done || !actor.waits_for_phone || actor.part.person != phone.person) continue;
    const Act& act = actor.part.acts[actor.next];
    const PhoneButton* button = phone.button(act.deed);
    if (!button || post_of_(button->task) != actor.part.post) continue;
    actor.waits_for_phone = false;
    actor.due = (act.from_curtain ? curtain_ : now) + act.after;
    actor.phone = phone;
    actor.button_url.clear();
    if (actor.part.by_shell) continue;
    // The page is opened at once and the finger comes later: by then it may show what was.
    if (auto url = find_button(http_, phone, *button)) actor.button_url = *url;
  }
}

std::vector<Deed> Staff::act(Time now) {
  std::vector<Deed> deeds;
  for (Actor& actor : actors_) {
    if (actor.waits_for_phone || now < actor.due) continue;
    deeds.push_back(perform(actor));
    actor.waits_for_phone = true;
    ++actor.next;
  }
  return deeds;
}

Deed Staff::perform(Actor& actor) {
  const PhoneButton& button = *actor.phone.button(actor.part.acts[actor.next].deed);
  Deed deed{actor.part.person, {}, {}, false};
  if (actor.part.by_shell) {
    deed.how = "types: " + button.shell;
    const auto said = stage_.shell(button.shell);
    deed.done = said && said->status == 0;
    deed.answer = first_line(said ? said->out : said.error().text);
    return deed;
  }
  deed.how = "presses [" + button.label + "]";
  // Where the page could not be had when the phone rang, it is opened now.
  if (actor.button_url.empty()) {
    auto url = find_button(http_, actor.phone, button);
    if (!url) {
      deed.answer = url.error().text;
      return deed;
    }
    actor.button_url = *url;
  }
  const auto pressed = press(http_, actor.button_url);
  deed.done = pressed && pressed->done;
  deed.answer = pressed ? pressed->answer : pressed.error().text;
  return deed;
}

bool Staff::finished() const {
  return std::all_of(actors_.begin(), actors_.end(),
                     [](const Actor& actor) { return actor.next >= actor.part.acts.size(); });
}

std::vector<std::string> Staff::unfinished() const {
  std::vector<std::string> all;
  for (const Actor& actor : actors_) {
    if (actor.next >= actor.part.acts.size()) continue;
    all.push_back(actor.part.person + " never came to '" + actor.part.acts[actor.next].deed +
                  "' for " + actor.part.post);
  }
  return all;
}

}  // namespace maitred::demo
