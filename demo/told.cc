#include "demo/told.h"

#include <fmt/core.h>

namespace maitred::demo {
namespace {

std::string by(const TaskEvent& event) {
  if (event.by.kind == "floor") return {};
  return " by " + (event.by.id.empty() ? event.by.kind : event.by.id);
}

std::string because(const TaskEvent& event) {
  return event.reason.empty() ? std::string() : ": " + event.reason;
}

// "Asia/Taipei" → "Taipei".
std::string city_of(const std::string& zone) {
  std::string city = zone.substr(zone.rfind('/') + 1);
  for (char& c : city) {
    if (c == '_') c = ' ';
  }
  return city;
}

std::string clock_in(Time time, const std::string& zone_name, const Zone& house) {
  const auto zone = Zone::find(zone_name);
  if (!zone || zone->name() == house.name()) return clock_text(time, house, time);
  const Time another_day = time - std::chrono::days(2);  // so that the day is named
  return clock_text(time, *zone, another_day) + " " + city_of(zone_name);
}

}  // namespace

std::string understood(const Reading& reading, const Identity& identity) {
  std::string text = word(reading.intent);
  for (const ItemFinding& item : reading.items) {
    text += " · ";
    if (item.count != 1) text += fmt::format("{}× ", item.count);
    if (!item.size.empty()) text += item.size + " ";
    text += item.id;
  }
  if (!reading.places.empty()) {
    const PlaceFinding& place = reading.places.front();
    text += " · " + (place.kind == "airport" ? place.code + " " : std::string()) + place.name;
  }
  if (!identity.customer.empty()) {
    text += fmt::format(" · {}, {} by {}", identity.customer, word(identity.who), identity.how);
  }
  return text;
}

std::string due_text(const Opening& opening, const Zone& house) {
  if (!opening.window) return {};
  const Window& window = *opening.window;
  std::string text;
  if (window.not_before) {
    text += ", not before " + clock_in(*window.not_before, window.zone, house);
  }
  if (window.due) text += ", due " + clock_in(*window.due, window.zone, house);
  return text;
}

std::string told(const TaskEvent& event) {
  switch (event.verb) {
    case Verb::opened:
    case Verb::joined:
    case Verb::heard:
    case Verb::withdrawn:
      return {};  // that is the verdict
    case Verb::edited:
      return "the post was edited";
    case Verb::retracted:
      return "the post was deleted";
    case Verb::asked:
      return "the " + event.of + " is asked to approve";
    case Verb::approved:
      return "approved" + by(event) + (event.sum ? fmt::format(", {:g}", *event.sum) : "");
    case Verb::progressed:
      return event.step + " ✓" + by(event);
    case Verb::finished:
      return "done" + by(event);
    case Verb::passed:
      return "passed to " + event.to + by(event) + because(event);
    case Verb::given:
      return "given to " + event.to + by(event);
    case Verb::escalated:
      return (event.step.ends_with(".all") ? "everybody is told" : "more people are told") +
             because(event);
    case Verb::lapsed:
      return "late" + because(event);
    case Verb::noted:
      return "noted" + by(event) + ": " + event.text;
    default:
      return word(event.verb) + by(event) + because(event);
  }
}

std::string told(const Push& push) {
  switch (push.state) {
    case PushState::accepted:
      return {};
    case PushState::cleared:
      return "cleared from " + push.person + "'s phone";
    case PushState::failed:
    case PushState::unknown:
      return fmt::format("{} could not be reached by {}: {}", push.person, push.courier,
                         push.detail);
  }
  return {};
}

}  // namespace maitred::demo
