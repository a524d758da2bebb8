// A Reading: what was understood of a mention's text, and the words that prove each finding. It
// is data that travels inside a Verdict; how it is made lives in dispatch/reading. Spans are
// [begin, end) in bytes of the mention's own text. On the wire one JSON object,
// snake_case, times in RFC 3339 UTC; fields are only ever added.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/text.h"

namespace maitred {

enum class Intent { request, complaint, praise, question, other };
const char* word(Intent intent);
std::optional<Intent> intent_from(std::string_view word);

struct BrandFinding {
  std::string alias;     // the alias or account that proves it is about us; empty = it is not
  bool own = false;      // written by one of our own accounts
  bool homonym = false;  // an alias occurred, but only inside one of [brand] not
  std::vector<Span> spans;
};

struct ItemFinding {
  std::string id;  // catalogue id
  int count = 1;
  std::string size;  // as said: "24 oz", or empty
  std::vector<Span> spans;
};

struct PlaceFinding {
  std::string kind;  // airport | store | city
  std::string code;  // IATA for an airport, store id for a store, GeoNames id for a city
  std::string name;
  double lat = 0;
  double lon = 0;
  std::string zone;
  double score = 0;  // 0..1; the best comes first
  std::vector<Span> spans;
};

struct TimeFinding {
  Time from;
  Time to;            // == from for an instant; else exclusive
  std::string grain;  // second minute hour part day week month year
  std::string basis;  // posted (relative to the post) | arrival (of a journey) | stated (a clock)
  std::string edge;   // "" at | by (not later) | after (not earlier) | about
  std::vector<Span> spans;
};

// When it is wanted. Not before, not after: coffee is neither early nor late.
struct Window {
  std::optional<Time> not_before;
  std::optional<Time> due;
  std::string zone;   // IANA
  std::string basis;  // which zone was used: place customer location source brand; then what for
  bool operator==(const Window&) const = default;
};

struct Urgency {
  std::string level = "normal";  // low normal high
  std::vector<std::string> reasons;
};

struct Reading {
  std::string language;  // en, zh-hant, zh-hans, or "" where it cannot be told
  BrandFinding brand;
  Intent intent = Intent::other;
  double intent_score = 0;
  std::vector<Span> intent_spans;
  std::vector<ItemFinding> items;
  std::vector<PlaceFinding> places;
  std::vector<TimeFinding> times;
  std::optional<Window> window;
  double tone = 0;  // -1 … 1
  Urgency urgency;
};

void write(json::Writer& out, const Reading& reading);
void write(json::Writer& out, const Window& window);
Result<Reading> reading_from_json(json::View object);
std::optional<Window> window_from_json(json::View object);  // none if it is not an object

}  // namespace maitred
