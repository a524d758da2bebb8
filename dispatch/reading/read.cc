#include "dispatch/reading/read.h"

#include <algorithm>
#include <cmath>

#include "dispatch/reading/brand.h"
#include "dispatch/reading/intent.h"
#include "dispatch/reading/item.h"
#include "dispatch/reading/place.h"
#include "dispatch/reading/times.h"
#include "dispatch/reading/tokens.h"
#include "dispatch/reading/window.h"

namespace maitred {
namespace {

// A town named by the way ("we love London") moves no clock; a score from here on does.
constexpr double kPlacesClock = 0.4;

// The zone of the town nearest to a point. Flat distances do: zones are wide.
std::string zone_of(const Location& location, const Language& language) {
  double least = 1e18;
  const Town* nearest = nullptr;
  const double squeeze = std::cos(location.lat * 3.14159265358979 / 180);
  for (const Town& town : language.towns) {
    const double north = town.lat - location.lat;
    const double east = std::remainder(town.lon - location.lon, 360) * squeeze;
    const double distance = north * north + east * east;
    if (distance < least) {
      least = distance;
      nearest = &town;
    }
  }
  return nearest == nullptr ? "" : nearest->zone;
}

ZoneChoice choose_zone(const Mention& mention, const Language& language,
                       const ReadingContext& context, const std::vector<PlaceFinding>& places) {
  const auto use = [](const std::string& name, const char* basis) -> std::optional<ZoneChoice> {
    if (name.empty()) return std::nullopt;
    auto zone = Zone::find(name);
    if (!zone) return std::nullopt;
    return ZoneChoice{*zone, basis};
  };
  if (!places.empty() && places.front().score >= kPlacesClock)
    if (auto choice = use(places.front().zone, "place")) return *choice;
  if (auto choice = use(context.customer_zone, "customer")) return *choice;
  if (mention.location)
    if (auto choice = use(zone_of(*mention.location, language), "location")) return *choice;
  if (auto choice = use(context.source_zone, "source")) return *choice;
  if (auto choice = use(language.brand_zone, "brand")) return *choice;
  return {Zone::utc(), "brand"};
}

// The first token that begins at or behind a byte of the original text.
uint32_t token_behind(const Prepared& text, uint32_t byte) {
  const auto& origin = text.folded.origin;
  const auto at = std::lower_bound(origin.begin(), origin.end(), byte) - origin.begin();
  return static_cast<uint32_t>(text.token_at(static_cast<uint32_t>(at)));
}

void add_ends(const Prepared& text, const std::vector<Span>& spans, std::vector<uint32_t>& ends) {
  for (const Span& span : spans) ends.push_back(token_behind(text, span.end));
}

// The tokens a wish hangs on: its dishes, without any its words of asking.
std::vector<uint32_t> anchors_of(const Prepared& text, const std::vector<ItemFinding>& items) {
  constexpr size_t kAnchorsMax = 64;
  std::vector<uint32_t> anchors;
  for (const ItemFinding& item : items)
    for (const Span& span : item.spans)
      if (anchors.size() < kAnchorsMax) anchors.push_back(token_behind(text, span.begin));
  if (!anchors.empty()) return anchors;
  for (const Cue& cue : text.cues)
    if (cue.role == Role::request && cue.weight >= 2 && anchors.size() < kAnchorsMax)
      anchors.push_back(cue.first);
  return anchors;
}

// The words of a name praise and deny nothing: "great" in Great Neck, 香 in 香港.
void silence_names(Prepared& text, const Reading& reading) {
  std::vector<uint8_t> named(text.tokens.size() + 1, 0);
  const auto mark = [&](const std::vector<Span>& spans) {
    for (const Span& span : spans)
      std::fill(
          named.begin() + token_behind(text, span.begin),
          named.begin() + std::max(token_behind(text, span.begin), token_behind(text, span.end)),
          uint8_t{1});
  };
  mark(reading.brand.spans);
  for (const ItemFinding& item : reading.items) mark(item.spans);
  for (const PlaceFinding& place : reading.places) mark(place.spans);
  std::erase_if(text.cues, [&](const Cue& cue) {
    const bool judges = cue.role == Role::praise || cue.role == Role::complaint ||
                        cue.role == Role::sarcasm || cue.role == Role::negation;
    return judges && std::all_of(named.begin() + cue.first, named.begin() + cue.last,
                                 [](uint8_t in) { return in != 0; });
  });
}

}  // namespace

Reading read(const Mention& mention, const Language& language, const ReadingContext& context) {
  Prepared text = prepare(mention.text, language.symbols, language.cues);
  Reading reading;
  reading.language = language_of(mention.text, mention.language);
  reading.items = find_items(text, language);
  reading.brand = find_brand(mention, text, language, !reading.items.empty());
  const std::string& own_zone =
      context.customer_zone.empty() ? language.brand_zone : context.customer_zone;
  reading.places =
      find_places(text, mention.text, language, own_zone,
                  reading.brand.alias.empty() ? std::vector<Span>{} : reading.brand.spans);
  const ZoneChoice zone = choose_zone(mention, language, context, reading.places);
  const std::vector<FoundTime> times = find_times(text, {context.posted_at, zone.zone});
  for (const FoundTime& time : times) reading.times.push_back(time.finding);
  reading.window = find_window(times, anchors_of(text, reading.items), zone, context.posted_at);
  silence_names(text, reading);

  IntentHints hints;
  hints.names_item = !reading.items.empty();
  hints.orders = hints.names_item && (reading.window || !reading.places.empty());
  hints.timed = reading.window.has_value();
  hints.past = !reading.window && std::any_of(times.begin(), times.end(),
                                              [](const FoundTime& time) { return time.past; });
  for (const FoundTime& time : times) hints.openings.push_back(time.last);
  for (const PlaceFinding& place : reading.places) add_ends(text, place.spans, hints.openings);
  add_ends(text, reading.brand.spans, hints.openings);
  IntentFinding intent = find_intent(mention, text, hints);
  reading.intent = intent.intent;
  reading.intent_score = intent.score;
  reading.intent_spans = std::move(intent.spans);
  reading.tone = intent.tone;
  reading.urgency = find_urgency(text, reading.window, context.posted_at, mention.text);
  return reading;
}

}  // namespace maitred
