#include "dispatch/reading/place.h"

#include <algorithm>
#include <cmath>

namespace maitred {
namespace {

constexpr double kOwnName = 0.95;
constexpr double kCode = 0.92;
constexpr double kStore = 0.9;
constexpr double kTownAirport = 0.8;
constexpr double kOtherAirport = 0.35;  // the town's further airports
constexpr double kArrivalTown = 0.7;    // "when I land in Newark"
constexpr double kTown = 0.4;
constexpr double kStoreReach = 40;  // km from a town to the store that is called by it
constexpr size_t kPlacesMax = 16;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

// A text with many capitals and hardly a small letter: there capitals say nothing.
bool shouts(std::string_view original) {
  const auto upper = std::count_if(original.begin(), original.end(), is_upper);
  const auto lower = std::count_if(original.begin(), original.end(), is_lower);
  return upper > 8 && lower * 5 < upper;
}

// Flat distances do: only near ones count.
double kilometres(const Town& town, const StoreNames& store) {
  constexpr double kDegree = 111.2;
  const double north = town.lat - store.lat;
  const double east =
      std::remainder(town.lon - store.lon, 360) * std::cos(town.lat * 3.14159265358979 / 180);
  return kDegree * std::sqrt(north * north + east * east);
}

class Finder {
 public:
  Finder(const Prepared& text, std::string_view original, const Language& language,
         std::string_view zone, const std::vector<Span>& ours)
      : text_(text),
        original_(original),
        language_(language),
        zone_(zone),
        loud_(shouts(original)) {
    for (const Span& span : ours) our_ends_.push_back(span.end);
    std::sort(our_ends_.begin(), our_ends_.end());
    for (const Cue& cue : text.cues) {
      switch (cue.role) {
        case Role::airport:
          airport_at_.push_back(cue);
          break;
        case Role::street:
          street_at_.push_back(cue);
          break;
        case Role::store_word:
          store_at_.push_back(cue);
          break;
        case Role::place_before:
        case Role::lands_at:
        case Role::name_of_place:
        case Role::arrival:
          before_.push_back(cue);
          break;
        default:
          break;
      }
    }
    std::stable_sort(before_.begin(), before_.end(),
                     [](const Cue& a, const Cue& b) { return a.last < b.last; });
  }

  std::vector<PlaceFinding> find() {
    by_name();
    by_code();
    std::stable_sort(
        found_.begin(), found_.end(),
        [](const PlaceFinding& a, const PlaceFinding& b) { return a.score > b.score; });
    if (found_.size() > kPlacesMax) found_.resize(kPlacesMax);
    return std::move(found_);
  }

 private:
  // The token behind a word for airport that begins at the token or one place further on ("Newark
  // Liberty Int'l Airport"), or 0.
  uint32_t behind_airport(uint32_t token) const {
    uint32_t end = 0;
    for (int words = 0; words < 3; ++words) {
      const auto cue =
          std::lower_bound(airport_at_.begin(), airport_at_.end(), token,
                           [](const Cue& c, uint32_t first) { return c.first < first; });
      if (cue == airport_at_.end() || cue->first != token) break;
      end = token = cue->last;
    }
    return end;
  }

  static bool begins_at(const std::vector<Cue>& cues, uint32_t token) {
    return std::binary_search(cues.begin(), cues.end(), Cue{Role::street, token, token, 0},
                              [](const Cue& a, const Cue& b) { return a.first < b.first; });
  }

  // Whether a cue of the role ends right before the token, over "the".
  bool preceded(uint32_t token, Role role) const {
    for (int step = 0; step < 2; ++step) {
      auto cue = std::lower_bound(before_.begin(), before_.end(), token,
                                  [](const Cue& c, uint32_t last) { return c.last < last; });
      for (; cue != before_.end() && cue->last == token; ++cue)
        if (cue->role == role) return true;
      if (token == 0 || text_.text(text_.tokens[token - 1]) != "the") return false;
      --token;
    }
    return false;
  }

  // "landing … in Newark": a word of arrival a few words before, with a preposition between.
  bool arriving(uint32_t token) const {
    if (preceded(token, Role::lands_at)) return true;
    if (!preceded(token, Role::place_before)) return false;
    auto cue = std::upper_bound(before_.begin(), before_.end(), token,
                                [](uint32_t last, const Cue& c) { return last < c.last; });
    for (int i = 0; i < 4 && cue != before_.begin(); ++i) {
      --cue;
      if (cue->role == Role::arrival && token - cue->last <= 4) return true;
    }
    return false;
  }

  void add(PlaceFinding place, Span span) {
    const auto same = std::find_if(found_.begin(), found_.end(), [&](const PlaceFinding& other) {
      return other.kind == place.kind && other.code == place.code;
    });
    if (same == found_.end()) {
      place.spans = {span};
      found_.push_back(std::move(place));
      return;
    }
    same->score = std::max(same->score, place.score);
    if (!(same->spans.back() == span)) same->spans.push_back(span);
  }

  void add_airport(uint32_t index, double score, Span span) {
    const Airport& a = language_.airports[index];
    if (!a.large) score -= 0.1;
    add({"airport", a.iata, a.name, a.lat, a.lon, a.zone, score, {}}, span);
  }

  void add_airports_of(const Town& town, double score, Span span) {
    double next = score;
    for (const std::string& code : town.airports) {
      const auto found = language_.airport_by_code.find(code);
      if (found == language_.airport_by_code.end()) continue;
      add_airport(found->second, next, span);
      next = std::min(kOtherAirport, next - 0.01);
    }
  }

  // The names that begin and end at the same words, weighed against each other.
  void by_name() {
    const std::vector<PhraseMatch> all = language_.places.find(text_.folded);
    uint32_t taken_until = 0;
    for (size_t begin = 0; begin < all.size();) {
      size_t end = begin + 1;
      while (end < all.size() && all[end].begin == all[begin].begin &&
             all[end].end == all[begin].end)
        ++end;
      const uint32_t from = all[begin].begin;
      if (from >= taken_until && take_name(all, begin, end)) taken_until = all[begin].end;
      begin = end;
    }
  }

  // Whether our name stands right before the token, over "in" and the like but no other mark.
  bool beside_our_name(uint32_t first) const {
    uint32_t end = first;
    if (end > 0 && (preceded(end, Role::place_before) || preceded(end, Role::name_of_place))) {
      const std::string_view word = text_.text(text_.tokens[end - 1]);
      if (word == "in" || word == "at" || word == "\u5728") --end;
    }
    return end > 0 &&
           std::binary_search(our_ends_.begin(), our_ends_.end(), text_.original(end - 1, end).end);
  }

  // Our store in a town that is named as one. Nothing where none is near, or two are about as near.
  const StoreNames* store_of(const Town& town, uint32_t first, uint32_t last) const {
    if (our_ends_.empty()) return nullptr;
    if (!begins_at(store_at_, last) && !beside_our_name(first)) return nullptr;
    const StoreNames* nearest = nullptr;
    double least = kStoreReach;
    double second = 1e9;
    for (const StoreNames& store : language_.stores) {
      const double distance = kilometres(town, store);
      if (distance < least) {
        if (nearest != nullptr) second = least;
        least = distance;
        nearest = &store;
      } else {
        second = std::min(second, distance);
      }
    }
    return nearest != nullptr && second > 2 * least + 2 ? nearest : nullptr;
  }

  // Returns whether the words were taken for a place, so that no shorter name in them counts.
  bool take_name(const std::vector<PhraseMatch>& all, size_t begin, size_t end) {
    const auto first = static_cast<uint32_t>(text_.token_at(all[begin].begin));
    const auto last = static_cast<uint32_t>(text_.token_at(all[begin].end));
    if (first >= text_.tokens.size() || text_.opaque[first]) return false;
    // A name that is also the beginning of a longer word of ours, "Newark's", ends before 's.
    uint32_t behind = last;
    if (behind < text_.tokens.size() && text_.text(text_.tokens[behind]) == "'s") ++behind;
    const uint32_t airport_end = behind_airport(behind);
    const bool beside = airport_end != 0 || preceded(first, Role::name_of_place);
    const Span span = text_.original(first, last);
    const Span with_word = text_.original(first, std::max(last, airport_end));
    bool taken = false;
    const Town* town = nullptr;
    for (size_t i = begin; i < end; ++i) {
      const PlaceName& name = language_.place_names[all[i].phrase];
      switch (name.kind) {
        case PlaceName::Kind::store: {
          const StoreNames& s = language_.stores[name.index];
          add({"store", s.id, s.name, s.lat, s.lon, s.zone, kStore, {}}, span);
          taken = true;
          break;
        }
        case PlaceName::Kind::airport_alone:
          add_airport(name.index, kOwnName, with_word);
          taken = true;
          break;
        case PlaceName::Kind::airport_beside:
          if (beside) {
            add_airport(name.index, kTownAirport + 0.02, with_word);
            taken = true;
          } else if (language_.airports[name.index].large && !is_common(first, last) &&
                     arriving(first)) {
            add_airport(name.index, kArrivalTown - 0.02, span);
            taken = true;
          }
          break;
        case PlaceName::Kind::town:
          town = better(town, &language_.towns[name.index]);
          break;
      }
    }
    if (town != nullptr) taken = take_town(*town, first, last, beside, span, with_word) || taken;
    return taken;
  }

  // The larger town, one in the writer's zone counting ten times.
  const Town* better(const Town* a, const Town* b) const {
    if (a == nullptr) return b;
    const auto weight = [&](const Town* t) {
      return static_cast<double>(t->population) * (t->zone == zone_ ? 10 : 1);
    };
    return weight(b) > weight(a) ? b : a;
  }

  bool take_town(const Town& town, uint32_t first, uint32_t last, bool beside, Span span,
                 Span with_word) {
    if (beside) {
      add_airports_of(town, kTownAirport, with_word);
      return true;
    }
    if (begins_at(street_at_, last)) return false;
    const bool common = is_common(first, last);
    const bool han = text_.tokens[first].kind == Token::Kind::han;
    const char initial = original_[text_.original(first, first + 1).begin];
    const bool capital = is_upper(initial) && !loud_;
    if (!han && common && !(capital && preceded(first, Role::place_before))) return false;
    if (!han && !capital && town.population < 200000 && !preceded(first, Role::place_before))
      return false;
    if (arriving(first)) add_airports_of(town, kArrivalTown, span);
    if (const StoreNames* store = store_of(town, first, last))
      add({"store", store->id, store->name, store->lat, store->lon, store->zone, kStore, {}}, span);
    add({"city", town.id, town.name, town.lat, town.lon, town.zone, kTown, {}}, span);
    return true;
  }

  bool is_common(uint32_t first, uint32_t last) const {
    const uint32_t begin = text_.tokens[first].begin;
    return language_.not_a_town.contains(
        text_.folded.text.substr(begin, text_.tokens[last - 1].end - begin));
  }

  // "EWR", "JFK": three capitals that are a word.
  void by_code() {
    for (uint32_t i = 0; i < text_.tokens.size(); ++i) {
      const Token& token = text_.tokens[i];
      if (token.kind != Token::Kind::word || token.end - token.begin != 3 || text_.opaque[i])
        continue;
      const Span span = text_.original(i, i + 1);
      const std::string_view word = original_.substr(span.begin, span.end - span.begin);
      // Capitals, in half or full width: the fold made both the same.
      const bool wide = word.size() == 9 && word.find("\xef\xbd") == std::string_view::npos;
      if (!wide && !(word.size() == 3 && std::all_of(word.begin(), word.end(), is_upper))) continue;
      std::string code(text_.text(token));
      for (char& c : code) c = static_cast<char>(c - 32);
      const auto found = language_.airport_by_code.find(code);
      if (found == language_.airport_by_code.end()) continue;
      const bool airport_word = behind_airport(i + 1) != 0;
      const bool near = airport_word || preceded(i, Role::place_before) ||
                        preceded(i, Role::lands_at) || preceded(i, Role::arrival);
      const bool common = language_.not_a_code.contains(std::string(text_.text(token)));
      if (common && !airport_word) continue;
      const bool large = language_.airports[found->second].large;
      if ((loud_ || !large) && !near) continue;
      add_airport(found->second, kCode, span);
    }
  }

  const Prepared& text_;
  std::string_view original_;
  const Language& language_;
  std::string_view zone_;
  bool loud_;                       // the text shouts: capitals say nothing
  std::vector<uint32_t> our_ends_;  // where our names end in the original
  std::vector<Cue> airport_at_;     // by where they begin
  std::vector<Cue> street_at_;      // the same
  std::vector<Cue> store_at_;       // the same
  std::vector<Cue> before_;         // by where they end
  std::vector<PlaceFinding> found_;
};

}  // namespace

std::vector<PlaceFinding> find_places(const Prepared& text, std::string_view original,
                                      const Language& language, std::string_view zone,
                                      const std::vector<Span>& ours) {
  return Finder(text, original, language, zone, ours).find();
}

}  // namespace maitred
