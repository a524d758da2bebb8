#include "dispatch/decision/authority.h"

#include <fmt/core.h>

#include <algorithm>

#include "dispatch/decision/decide.h"

namespace maitred {
namespace {

// What it costs, or nothing where a price is not known or the currencies differ.
std::optional<Money> cost_of(const GestureRule& rule, const std::vector<Want>& wants,
                             const Catalogue& catalogue) {
  if (!rule.item_price) return rule.sum.value_or(Money{});
  Money total;
  for (const Want& want : wants) {
    const Item* item = catalogue.find(want.item);
    if (!item || !item->price) return {};
    if (!total.currency.empty() && total.currency != item->price->currency) return {};
    total.currency = item->price->currency;
    total.sum += item->price->sum * want.count;
  }
  return total;
}

// How often this guest was given it within the time that counts.
int times_given(const Playbook& playbook, const AtMost& at_most,
                const std::vector<TaskBrief>& known, Time now) {
  return static_cast<int>(std::count_if(known.begin(), known.end(), [&](const TaskBrief& task) {
    return task.playbook == playbook.name && task.gesture && task.opened_at > now - at_most.in &&
           task.state != TaskState::dropped;
  }));
}

// Why it is not free to give; empty = it is.
std::string barrier(const Playbook& playbook, const std::optional<Money>& cost,
                    const std::vector<TaskBrief>& known, Time now) {
  const GestureRule& rule = *playbook.gesture;
  if (rule.at_most) {
    const int given = times_given(playbook, *rule.at_most, known, now);
    if (given >= rule.at_most->count) {
      return fmt::format("given {} times already, at most {} in {} days", given,
                         rule.at_most->count, rule.at_most->in / std::chrono::days(1));
    }
  }
  if (!rule.free_upto) return {};
  if (!cost) return "its cost is not known";
  if (cost->sum <= 0) return {};
  if (cost->currency != rule.free_upto->currency) {
    return fmt::format("its cost in {} cannot be held against {}", cost->currency,
                       rule.free_upto->currency);
  }
  if (cost->sum <= rule.free_upto->sum) return {};
  return fmt::format("{:.2f} {} is over the {:.2f} {} that are free to give", cost->sum,
                     cost->currency, rule.free_upto->sum, rule.free_upto->currency);
}

}  // namespace

Grant grant(const Playbook& playbook, const std::vector<Want>& wants, const Catalogue& catalogue,
            const std::vector<TaskBrief>& known, Time now) {
  if (!playbook.gesture) return {};
  const auto cost = cost_of(*playbook.gesture, wants, catalogue);
  Grant granted;
  granted.gesture =
      Gesture{playbook.gesture->what, cost ? cost->sum : 0, cost ? cost->currency : std::string()};
  const std::string why_not = barrier(playbook, cost, known, now);
  if (why_not.empty()) {
    granted.reason = granted.gesture->what + " is free to give";
  } else if (playbook.ask.empty()) {
    granted.gesture.reset();
    granted.reason = fmt::format("{} is not given: {}, and nobody is named to ask",
                                 playbook.gesture->what, why_not);
  } else {
    granted.ask = playbook.ask;
    granted.reason = fmt::format("{} is asked for: {}", playbook.gesture->what, why_not);
  }
  return granted;
}

}  // namespace maitred
