#include "dispatch/decision/choice.h"

#include <algorithm>

#include "dispatch/decision/travel.h"

namespace maitred {
namespace {

using std::chrono::minutes;

// Nobody is sent further than this, even where the guest names no time.
constexpr minutes kDriveMax{4 * 60};

bool has(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool serves(const Store& store, const std::vector<Want>& wants, const Catalogue& catalogue) {
  return std::all_of(wants.begin(), wants.end(), [&](const Want& want) {
    const Item* item = catalogue.find(want.item);
    if (!item) return false;
    return (item->stores.empty() || has(item->stores, store.id)) &&
           (store.prepares.empty() || has(store.prepares, item->id));
  });
}

// Dishes are made side by side, so the slowest counts.
minutes preparation(const std::vector<Want>& wants, const Catalogue& catalogue) {
  minutes slowest{0};
  for (const Want& want : wants) {
    if (const Item* item = catalogue.find(want.item)) slowest = std::max(slowest, item->prep);
  }
  return slowest;
}

// Whether it can be made in one go while the store is open and leave within [earliest, latest].
bool open_for(const Store& store, Time earliest, Time latest, minutes prep) {
  for (const OpenSpan& span :
       store.hours.open_spans(earliest - prep, latest + minutes(1), store.zone)) {
    if (std::max<Time>(earliest, span.from + prep) <= std::min<Time>(latest, span.to - minutes(1)))
      return true;
  }
  return false;
}

StoreWeighed weigh(const Errand& errand, const Store& store, const Catalogue& catalogue,
                   const std::map<std::string, int>& open_at_store) {
  StoreWeighed weighed;
  weighed.id = store.id;
  const Window window = errand.window.value_or(Window());
  const auto& [not_before, due, zone, basis] = window;
  const minutes prep = preparation(errand.wants, catalogue);

  minutes drive{0};
  if (errand.place) {
    // The drive depends on the hour of leaving, and that on the drive: the second look is good.
    Travel way = travel(store, *errand.place, errand.now + prep);
    if (due) way = travel(store, *errand.place, std::max<Time>(*due - way.minutes, errand.now));
    drive = way.minutes;
    weighed.minutes = static_cast<int>(drive.count());
    weighed.how = way.how;
  }
  const auto verdict = [&]() -> const char* {
    if (!serves(store, errand.wants, catalogue)) return "no_item";
    if (drive > kDriveMax || (due && errand.now + drive > *due)) return "too_far";
    Time earliest = errand.now + prep;
    if (due && earliest + drive > *due) return "no_time";
    if (not_before) earliest = std::max<Time>(earliest, *not_before - drive);
    const Time latest = due ? std::max<Time>(*due - drive, earliest) : earliest;
    const bool has_to_be_open = errand.timed || errand.place || !errand.wants.empty();
    if (has_to_be_open && !open_for(store, earliest, latest, prep)) return "closed";
    const auto open = open_at_store.find(store.id);
    const int living = open == open_at_store.end() ? 0 : open->second;
    if (store.open_max > 0 && living >= store.open_max) return "full";
    return "farther";
  }();
  weighed.verdict = verdict;
  return weighed;
}

}  // namespace

Choice choose(const Errand& errand, const std::vector<const Store*>& candidates,
              const Store* preferred, const Catalogue& catalogue,
              const std::map<std::string, int>& open_at_store) {
  Choice choice;
  size_t best = 0;
  for (const Store* store : candidates) {
    choice.weighed.push_back(weigh(errand, *store, catalogue, open_at_store));
    const StoreWeighed& weighed = choice.weighed.back();
    if (weighed.verdict != "farther") continue;
    const bool nearer =
        !choice.store || weighed.minutes.value_or(0) < choice.weighed[best].minutes.value_or(0);
    if (choice.store == preferred && preferred) continue;
    if (nearer || store == preferred) {
      choice.store = store;
      best = choice.weighed.size() - 1;
    }
  }
  if (choice.store) choice.weighed[best].verdict = "chosen";
  return choice;
}

std::string next_store(const std::string& store, const std::vector<std::string>& passed,
                       const std::vector<Want>& wants, const Stores& stores,
                       const Catalogue& catalogue) {
  constexpr double kRoundAboutKm = 100;
  const Store* from = stores.find(store);
  if (!from) return {};  // a desk has no next one
  std::string next;
  double next_km = kRoundAboutKm;
  for (const Store& one : stores.all) {
    if (one.id == store || has(passed, one.id) || !serves(one, wants, catalogue)) continue;
    const double km = great_circle_km(from->lat, from->lon, one.lat, one.lon);
    if (km >= next_km) continue;
    next = one.id;
    next_km = km;
  }
  return next;
}

}  // namespace maitred
