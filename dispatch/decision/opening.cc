#include "dispatch/decision/opening.h"

#include <fmt/core.h>

#include <algorithm>

#include "dispatch/decision/authority.h"
#include "dispatch/decision/choice.h"
#include "dispatch/decision/travel.h"

namespace maitred {
namespace {

constexpr double kSameTownKm = 50;  // as far as a complaint that names a town belongs to a store

// All that leads to one opening, gathered step by step.
struct Making {
  const Playbook& playbook;
  const Case& the_case;
  const Standing& standing;
  const Rules& rules;
  Time now;

  // Something is to be brought or laid on; else somebody has to be listened to or answered.
  bool serving = false;
  std::vector<Want> wants;
  std::optional<Window> window;
  const PlaceFinding* place = nullptr;  // not a store
  const Store* named = nullptr;
};

bool overlap(const std::vector<Span>& a, const std::vector<Span>& b) {
  return std::any_of(a.begin(), a.end(), [&](const Span& one) {
    return std::any_of(b.begin(), b.end(), [&](const Span& other) {
      return one.begin < other.end && other.begin < one.end;
    });
  });
}

// "Hackensack" is our store there before it is the town, so a place inside its words is no other.
void find_places(Making& making) {
  const auto& places = making.the_case.reading.places;
  const PlaceFinding* store_place = nullptr;
  for (const PlaceFinding& place : places) {
    if (place.kind != "store" || making.named) continue;
    making.named = making.rules.stores.find(place.code);
    if (making.named) store_place = &place;
  }
  for (const PlaceFinding& place : places) {
    if (place.kind == "store" || (store_place && overlap(place.spans, store_place->spans)))
      continue;
    making.place = &place;
    break;
  }
  const auto& location = making.the_case.mention.location;
  if (!making.named && location) making.named = making.rules.stores.find(location->name);
}

void find_window(Making& making) {
  const Playbook& playbook = making.playbook;
  if (making.serving) making.window = making.the_case.reading.window;
  if (making.window && making.window->due) return;
  if (playbook.within.count() == 0) return;
  if (!making.window) {
    making.window = Window{{}, {}, making.rules.brand_zone, "playbook"};
    making.window->due = making.now + playbook.within;
  } else {
    making.window->due = making.window->not_before.value_or(making.now) + playbook.within;
  }
}

Making prepare(const Playbook& playbook, const Case& the_case, const Standing& standing,
               const Rules& rules, Time now) {
  Making making{playbook, the_case, standing, rules, now, false, {}, {}, nullptr, nullptr};
  const Reading& reading = the_case.reading;
  making.serving = reading.intent == Intent::request || the_case.mention.network == "house" ||
                   (reading.intent == Intent::other && !reading.items.empty());
  if (making.serving) {
    for (const ItemFinding& item : reading.items) {
      making.wants.push_back({item.id, item.count, item.size});
    }
  }
  find_places(making);
  find_window(making);
  return making;
}

const Store* nearest_to(const PlaceFinding& place, const Stores& stores) {
  const Store* nearest = nullptr;
  double nearest_km = kSameTownKm;
  for (const Store& store : stores.all) {
    const double km = great_circle_km(store.lat, store.lon, place.lat, place.lon);
    if (km > nearest_km) continue;
    nearest = &store;
    nearest_km = km;
  }
  return nearest;
}

// Who is asked, and whom the guest would rather have. None: it is for the desk.
std::vector<const Store*> candidates(const Making& making, const Store*& preferred) {
  const Stores& stores = making.rules.stores;
  const std::string& rule = making.playbook.store;
  const Store* own = stores.find(making.the_case.customer_store);
  preferred = making.named;
  if (const Store* fixed = stores.find(rule)) return {fixed};
  if (rule == "own") {
    const Store* one = own ? own : making.named;
    if (one) return {one};
    return {};
  }
  if (making.serving && making.place) {
    std::vector<const Store*> all;
    for (const Store& store : stores.all) all.push_back(&store);
    return all;
  }
  const Store* one = making.named;
  if (!one && making.place) one = nearest_to(*making.place, stores);
  if (!one) one = own;
  if (one) return {one};
  return {};
}

std::string place_text(const PlaceFinding* place) {
  if (!place) return {};
  return place->kind == "airport" ? place->code + " " + place->name : place->name;
}

Opening opening_of(const Making& making, Why why, std::string store) {
  const Mention& mention = making.the_case.mention;
  Opening opening;
  opening.why = word(why);
  opening.post = {mention.url,
                  mention.text,
                  mention.author.id,
                  mention.author.handle,
                  making.the_case.reading.language,
                  mention.posted_at};
  if (opening.post.language.empty()) opening.post.language = mention.language;
  opening.customer = making.the_case.identity.customer;
  opening.who = word(making.the_case.identity.who);
  opening.playbook = making.playbook.name;
  opening.wants = making.wants;
  opening.place = place_text(making.serving ? making.place : nullptr);
  opening.window = making.window;
  opening.store = std::move(store);
  opening.steps = making.playbook.steps;
  opening.ladder = making.playbook.ladder;
  opening.intent = word(making.the_case.reading.intent);
  return opening;
}

int living_at(const Making& making, const std::string& store) {
  const auto found = making.standing.open_at_store.find(store);
  return found == making.standing.open_at_store.end() ? 0 : found->second;
}

bool flooded(const Making& making, const std::string& store) {
  const int max = making.playbook.open_max;
  return max > 0 && living_at(making, store) >= max;
}

// Opens at the playbook's desk under `why`; without a desk, or when that too is flooded, it is a
// verdict that `status` shows.
Decision to_desk(const Making& making, Why why, std::string note) {
  Decision decision;
  decision.why = why;
  decision.playbook = making.playbook.name;
  decision.note = std::move(note);
  const std::string& desk = making.playbook.desk;
  if (desk.empty()) return decision;
  if (flooded(making, desk)) {
    decision.why = Why::flood;
    decision.note += fmt::format("; {} has its {} tasks", desk, making.playbook.open_max);
    return decision;
  }
  decision.act = Act::open;
  decision.opening = opening_of(making, why, desk);
  decision.note += "; " + desk + " looks at it";
  return decision;
}

bool is_stale(const Making& making) {
  const auto& posted = making.the_case.mention.posted_at;
  const auto after = making.playbook.stale_after;
  return after.count() > 0 && posted && making.now - *posted > after;
}

// "hackensack is nearest that can: 45 min (table EWR:45)".
std::string chosen_note(const Choice& choice) {
  const auto chosen = std::find_if(choice.weighed.begin(), choice.weighed.end(),
                                   [](const auto& one) { return one.verdict == "chosen"; });
  if (choice.weighed.size() == 1) return chosen->id + " takes it";
  return fmt::format("{} is the nearest that can: {} min ({})", chosen->id,
                     chosen->minutes.value_or(0), chosen->how);
}

std::string nobody_note(const Choice& choice) {
  std::string text = "no store can:";
  for (const StoreWeighed& one : choice.weighed) text += " " + one.id + " " + one.verdict + ",";
  text.pop_back();
  return text;
}

std::vector<TaskBrief> all_tasks(const Standing& standing) {
  std::vector<TaskBrief> all = standing.living;
  all.insert(all.end(), standing.recent.begin(), standing.recent.end());
  return all;
}

}  // namespace

Decision open_by(const Playbook& playbook, const Case& the_case, const Standing& standing,
                 const Rules& rules, Time now) {
  Making making = prepare(playbook, the_case, standing, rules, now);
  if (is_stale(making)) {
    return to_desk(making, Why::stale, "the post is older than stale_after");
  }
  const Store* preferred = nullptr;
  const auto asked = candidates(making, preferred);
  if (asked.empty()) {
    // Where no store is meant, the desk is whom the playbook wants to have it.
    const Why why = playbook.desk.empty() ? Why::infeasible : Why::opened;
    return to_desk(making, why, "it names no store and no place, and the guest has no own store");
  }
  Errand errand;
  errand.wants = making.wants;
  errand.place = making.serving ? making.place : nullptr;
  errand.window = making.window;
  errand.timed = making.serving && the_case.reading.window.has_value();
  errand.now = now;
  Choice choice = choose(errand, asked, preferred, rules.catalogue, standing.open_at_store);
  Decision decision;
  if (!choice.store) {
    decision = to_desk(making, Why::infeasible, nobody_note(choice));
  } else if (flooded(making, choice.store->id)) {
    decision = to_desk(making, Why::flood,
                       fmt::format("{} has {} living tasks", choice.store->id,
                                   living_at(making, choice.store->id)));
  } else {
    Grant granted = grant(playbook, making.wants, rules.catalogue, all_tasks(standing), now);
    decision.why = Why::opened;
    decision.act = Act::open;
    decision.playbook = playbook.name;
    decision.note = chosen_note(choice);
    if (!granted.reason.empty()) decision.note += "; " + granted.reason;
    if (making.window && making.window->basis == "playbook") {
      making.window->zone = choice.store->zone.name();
    }
    decision.opening = opening_of(making, Why::opened, choice.store->id);
    decision.opening->gesture = std::move(granted.gesture);
    decision.opening->ask = std::move(granted.ask);
  }
  decision.stores = std::move(choice.weighed);
  return decision;
}

}  // namespace maitred
