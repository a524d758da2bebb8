#include "bus/reading.h"

#include <algorithm>
#include <array>

namespace maitred {
namespace {

constexpr std::array kIntentWords{"request", "complaint", "praise", "question", "other"};

void write_spans(json::Writer& out, const std::vector<Span>& spans) {
  out.key("spans").begin_array();
  for (const Span& span : spans) {
    out.begin_array().integer(span.begin).integer(span.end).end_array();
  }
  out.end_array();
}

std::vector<Span> read_spans(json::View array) {
  std::vector<Span> spans;
  for (size_t i = 0; i < array.size(); ++i) {
    const auto begin = array.at(i).at(0).integer().value_or(0);
    const auto end = array.at(i).at(1).integer().value_or(0);
    spans.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }
  return spans;
}

// fn(element) for each element of an array.
template <typename F>
void each(json::View array, F fn) {
  for (size_t i = 0; i < array.size(); ++i) fn(array.at(i));
}

std::string text_of(json::View object, std::string_view name) {
  return std::string(object[name].string());
}

ItemFinding item_from(json::View item) {
  return {text_of(item, "id"), static_cast<int>(item["count"].integer().value_or(1)),
          text_of(item, "size"), read_spans(item["spans"])};
}

PlaceFinding place_from(json::View place) {
  return {text_of(place, "kind"),
          text_of(place, "code"),
          text_of(place, "name"),
          place["lat"].number().value_or(0),
          place["lon"].number().value_or(0),
          text_of(place, "zone"),
          place["score"].number().value_or(0),
          read_spans(place["spans"])};
}

}  // namespace

const char* word(Intent intent) {
  return kIntentWords[static_cast<size_t>(intent)];
}

std::optional<Intent> intent_from(std::string_view word) {
  const auto found = std::find(kIntentWords.begin(), kIntentWords.end(), word);
  if (found == kIntentWords.end()) return {};
  return static_cast<Intent>(found - kIntentWords.begin());
}

void write(json::Writer& out, const Window& window) {
  out.begin_object().member_if("not_before", window.not_before).member_if("due", window.due);
  out.member_if("zone", window.zone).member_if("basis", window.basis).end_object();
}

std::optional<Window> window_from_json(json::View object) {
  if (!object.is_object()) return {};
  return Window{object["not_before"].time(), object["due"].time(), text_of(object, "zone"),
                text_of(object, "basis")};
}

void write(json::Writer& out, const Reading& reading) {
  out.begin_object().member("language", reading.language);
  out.key("brand").begin_object().member("alias", reading.brand.alias);
  if (reading.brand.own) out.member("own", true);
  if (reading.brand.homonym) out.member("homonym", true);
  write_spans(out, reading.brand.spans);
  out.end_object()
      .member("intent", word(reading.intent))
      .member("intent_score", reading.intent_score);
  write_spans(out, reading.intent_spans);
  out.key("items").begin_array();
  for (const ItemFinding& item : reading.items) {
    out.begin_object()
        .member("id", item.id)
        .member("count", item.count)
        .member_if("size", item.size);
    write_spans(out, item.spans);
    out.end_object();
  }
  out.end_array().key("places").begin_array();
  for (const PlaceFinding& place : reading.places) {
    out.begin_object()
        .member("kind", place.kind)
        .member("code", place.code)
        .member("name", place.name);
    out.member("lat", place.lat).member("lon", place.lon).member_if("zone", place.zone);
    out.member("score", place.score);
    write_spans(out, place.spans);
    out.end_object();
  }
  out.end_array().key("times").begin_array();
  for (const TimeFinding& time : reading.times) {
    out.begin_object().member("from", time.from).member("to", time.to).member("grain", time.grain);
    out.member("basis", time.basis).member_if("edge", time.edge);
    write_spans(out, time.spans);
    out.end_object();
  }
  out.end_array();
  if (reading.window) write(out.key("window"), *reading.window);
  out.member("tone", reading.tone).key("urgency").begin_object();
  out.member("level", reading.urgency.level).key("reasons").begin_array();
  for (const std::string& reason : reading.urgency.reasons) out.string(reason);
  out.end_array().end_object().end_object();
}

Result<Reading> reading_from_json(json::View object) {
  if (!object.is_object()) return fail(Fault::malformed, "not a reading: no object");
  Reading reading;
  reading.language = text_of(object, "language");
  const json::View brand = object["brand"];
  reading.brand = {text_of(brand, "alias"), brand["own"].boolean(), brand["homonym"].boolean(),
                   read_spans(brand["spans"])};
  reading.intent = intent_from(object["intent"].string()).value_or(Intent::other);
  reading.intent_score = object["intent_score"].number().value_or(0);
  reading.intent_spans = read_spans(object["spans"]);
  each(object["items"], [&](json::View item) { reading.items.push_back(item_from(item)); });
  each(object["places"], [&](json::View place) { reading.places.push_back(place_from(place)); });
  each(object["times"], [&](json::View time) {
    if (!time["from"].time() || !time["to"].time()) return;
    reading.times.push_back({*time["from"].time(), *time["to"].time(), text_of(time, "grain"),
                             text_of(time, "basis"), text_of(time, "edge"),
                             read_spans(time["spans"])});
  });
  reading.window = window_from_json(object["window"]);
  reading.tone = object["tone"].number().value_or(0);
  const json::View urgency = object["urgency"];
  reading.urgency.level = std::string(urgency["level"].string("normal"));
  each(urgency["reasons"],
       [&](json::View reason) { reading.urgency.reasons.emplace_back(reason.string()); });
  return reading;
}

}  // namespace maitred
