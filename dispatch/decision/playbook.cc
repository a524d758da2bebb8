#include "dispatch/decision/playbook.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "dispatch/decision/decide.h"

namespace maitred {
namespace {

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

template <typename T>
std::vector<std::string> words_of(const std::vector<T>& values) {
  std::vector<std::string> words;
  for (const T value : values) words.emplace_back(word(value));
  return words;
}

bool is_in(std::string_view value, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

class Fit {
 public:
  // `value` has to be one of `list`, unless the list asks nothing.
  void one_of(const char* what, std::string_view value, const std::vector<std::string>& list) {
    if (list.empty() || is_in(value, list)) return;
    misfits.push_back(
        fmt::format("{} is {}, not {}", what, value.empty() ? "not known" : value, listed(list)));
  }
  // `found` holds the words that each finding goes by.
  void presence(const char* what, const Presence& asked, bool there,
                const std::vector<std::string>& found) {
    if (asked.wanted && *asked.wanted != there) {
      misfits.push_back((*asked.wanted ? "no " : "one ") + std::string(what) + " was found");
    }
    if (asked.any_of.empty()) return;
    const bool any = std::any_of(found.begin(), found.end(),
                                 [&](const auto& name) { return is_in(name, asked.any_of); });
    if (!any) misfits.push_back(fmt::format("no {} is {}", what, listed(asked.any_of)));
  }
  std::vector<std::string> misfits;
};

void fit_rating(Fit& fit, const When& when, const Mention& mention) {
  if (!when.rating_max) return;
  if (!mention.rating) {
    fit.misfits.push_back("there is no rating");
    return;
  }
  const double stars = mention.rating->stars * 5 / mention.rating->of;
  if (stars > *when.rating_max) {
    fit.misfits.push_back(fmt::format("{} stars of 5 are over {}", stars, *when.rating_max));
  }
}

}  // namespace

std::vector<std::string> misfits(const Playbook& playbook, const Case& the_case) {
  const When& when = playbook.when;
  const Reading& reading = the_case.reading;
  const Mention& mention = the_case.mention;
  Fit fit;
  fit.one_of("intent", word(reading.intent), words_of(when.intent));
  std::vector<std::string> items;
  for (const ItemFinding& item : reading.items) items.push_back(item.id);
  fit.presence("item", when.item, !items.empty(), items);
  std::vector<std::string> places;
  for (const PlaceFinding& place : reading.places) {
    places.push_back(place.kind);
    places.push_back(place.code);
  }
  fit.presence("place", when.place, !places.empty(), places);
  fit.one_of("who", word(the_case.identity.who), words_of(when.who));
  fit.one_of("tier", the_case.customer_tier, when.tier);
  fit.one_of("network", mention.network, when.network);
  fit.one_of("kind", word(mention.kind), words_of(when.kind));
  fit.one_of("language", reading.language, when.language);
  fit_rating(fit, when, mention);
  fit.one_of("urgency", reading.urgency.level, when.urgency);
  if (when.phrases && !when.phrases->any(fold_text(mention.text))) {
    fit.misfits.push_back("it is not about " + listed(when.about));
  }
  return std::move(fit.misfits);
}

std::optional<AtMost> parse_at_most(std::string_view text) {
  constexpr std::string_view kIn = " in ";
  const size_t at = text.find(kIn);
  if (at == std::string_view::npos) return {};
  AtMost at_most;
  const auto [end, error] = std::from_chars(text.data(), text.data() + at, at_most.count);
  const auto in = parse_duration(text.substr(at + kIn.size()));
  if (error != std::errc() || end != text.data() + at || at_most.count < 0 || !in) return {};
  at_most.in = *in;
  return at_most;
}

}  // namespace maitred
