#include "daemon/meters.h"

#include <algorithm>

#include "base/log.h"
#include "daemon/health.h"

namespace maitred {
namespace {

constexpr Duration kMeasureEvery{5'000};  // real time
constexpr Duration kFinest{1'000};        // of an age; above a minute it is told to 1/64
constexpr int64_t kFinestPart = 64;
constexpr std::chrono::days kOldest{3650};

double seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1000;
}

int64_t behind(const Positions& next, const Positions& ends) {
  int64_t records = 0;
  for (const auto& [partition, end] : ends) {
    const auto at = next.find(partition);
    if (at != next.end()) records += std::max<int64_t>(0, end - at->second);
  }
  return records;
}

bool any_below(const Positions& places, const Positions& limits) {
  return std::ranges::any_of(places, [&](const auto& place) {
    const auto limit = limits.find(place.first);
    return limit != limits.end() && place.second < limit->second;
  });
}

// The longest age of which `holds` is true, which is so of every shorter one. Ages are searched for
// with Bus::since alone: no record is read, however large what lies there.
Result<Duration> longest(const std::function<Result<bool>(Duration age)>& holds) {
  Duration yes{0}, no = kFinest;
  for (; no < kOldest; no *= 2) {
    TRY_ASSIGN(const bool longer, holds(no));
    if (!longer) break;
    yes = no;
  }
  while (no - yes > std::max(kFinest, yes / kFinestPart)) {
    const Duration middle = yes + (no - yes) / 2;
    TRY_ASSIGN(const bool longer, holds(middle));
    (longer ? yes : no) = middle;
  }
  return yes;
}

}  // namespace

Meters::Meters(MeterSources from, Metrics& into)
    : from_(std::move(from)), into_(into), answered_(real_clock().now()) {}

void Meters::gauge(const char* name, const char* help, MetricLabels labels, double value) {
  into_.gauge(name, help, std::move(labels)).set(value);
}

void Meters::total(const char* name, const char* help, MetricLabels labels, int64_t count) {
  int64_t& shown = totals_[{name, labels}];
  const auto counter = into_.counter(name, help, std::move(labels));
  if (count > shown) Counter(counter).add(static_cast<double>(count - shown));
  shown = count;
}

void Meters::run(std::stop_token stop) {
  std::string trouble;
  while (!stop.stop_requested()) {
    const auto measured = measure(stop);
    // A log that does not answer is told by those who need it.
    const bool is_ours =
        !measured && measured.error().fault != Fault::transient && !has_said_why(from_.bus);
    const std::string now = is_ours ? measured.error().text : std::string();
    if (now != trouble && is_ours) log::warning("meters.failed", "cannot measure: " + now);
    trouble = now;
    real_clock().sleep_until(real_clock().now() + kMeasureEvery, stop);
  }
}

Result<void> Meters::measure(std::stop_token stop) {
  if (tick_) tick_();
  measure_house();
  measure_sources();
  Result<void> first;
  for (const TopicInfo& one : all_topics()) {
    if (stop.stop_requested()) return {};
    auto measured = measure_topic(one.topic);
    if (tick_) tick_();
    if (measured || !first) continue;
    first = std::move(measured);
    if (first.error().fault == Fault::transient) break;  // nor would the others be answered
  }
  const Time now = real_clock().now();
  if (first) answered_ = now;
  gauge("maitred_log_silent_seconds", "Since the log last answered all that is measured", {},
        seconds(now - answered_));
  return first;
}

// What we know without asking the log.
void Meters::measure_house() {
  gauge("maitred_clock_ok", "1 while our clock and the stamps of the log agree", {},
        clock_is_ok(from_.fold, from_.house) && from_.bus.health().clock_ok ? 1 : 0);
  if (from_.blocked) {
    gauge("maitred_blocked_reasons", "What keeps this process from being ready; 0 = ready", {},
          static_cast<double>(from_.blocked().size()));
  }
  for (const auto& [topic, at] : log_ends_) {
    gauge("maitred_log_end_age_seconds", "Age of the newest record of the topic",
          {{"topic", info(topic).suffix}},
          seconds(std::max(Duration(0), from_.house.now() - at.newest)));
  }
  if (!from_.fold.ready(Topic::tasks)) return;  // a book on its way back counts from 0 again
  if (const auto voids = from_.tasks.voids()) {
    for (const auto& [reason, count] : *voids)
      total("maitred_voids_total", "Events on the log that count for nothing", {{"reason", reason}},
            count);
  }
  if (const auto living = from_.tasks.living_count()) {
    gauge("maitred_living_tasks", "Tasks that are open, claimed or awaiting approval", {},
          static_cast<double>(*living));
  }
}

void Meters::measure_sources() {
  constexpr auto kRejects = "What could not be used, kept on the log as it came";
  if (from_.dispatcher) {
    total("maitred_rejects_total", kRejects, {{"where", "dispatch"}, {"why", "unreadable"}},
          from_.dispatcher->unreadable());
  }
  if (!from_.sources) return;
  for (const SourceStatus& source : from_.sources()) {
    const MetricLabels labels{{"source", source.name}};
    total("maitred_source_polls_total", "Rounds of asking a source", labels, source.polls);
    total("maitred_source_failed_polls_total", "Rounds that failed and are repeated", labels,
          source.failed_polls);
    total("maitred_source_offered_total", "Distinct posts a source has shown", labels,
          source.offered);
    total("maitred_source_published_total", "Those that became mentions", labels, source.published);
    gauge("maitred_source_silent", "1 while a source shows nothing for longer than expect_within",
          labels, source.silent ? 1 : 0);
    for (const auto& [why, count] : source.dropped)
      total("maitred_source_dropped_total", "Those left out on purpose",
            {{"source", source.name}, {"why", why}}, count);
    for (const auto& [why, count] : source.rejected)
      total("maitred_rejects_total", kRejects, {{"where", source.name}, {"why", why}}, count);
  }
}

Result<void> Meters::measure_topic(Topic topic) {
  const std::string name = from_.names.name(topic);
  TRY_ASSIGN(const Positions ends, from_.bus.ends(name));
  const MetricLabels labels{{"topic", info(topic).suffix}};
  if (const Positions folded = from_.fold.positions(topic); !folded.empty()) {
    gauge("maitred_fold_lag_records", "Records the books have not read yet", labels,
          static_cast<double>(behind(folded, ends)));
  }
  if (topic == Topic::mentions) TRY(measure_group(topic, "dispatch", ends));
  const auto known = log_ends_.find(topic);
  if (known != log_ends_.end() && known->second.ends == ends) return {};
  TRY_ASSIGN(const Positions begins, from_.bus.begins(name));
  if (!any_below(begins, ends)) return {};  // it holds nothing
  const Time now = from_.house.now();
  TRY_ASSIGN(const Duration age, longest([&](Duration within) -> Result<bool> {
               TRY_ASSIGN(const Positions since, from_.bus.since(name, now - within));
               return !any_below(since, ends);  // nothing came within that time
             }));
  log_ends_[topic] = {ends, now - age};
  gauge("maitred_log_end_age_seconds", "Age of the newest record of the topic", labels,
        seconds(age));
  return {};
}

Result<void> Meters::measure_group(Topic topic, const std::string& group, const Positions& ends) {
  const std::string name = from_.names.name(topic);
  TRY_ASSIGN(const Positions next, from_.bus.committed(name, group));
  const int64_t records = behind(next, ends);
  Duration age{0};
  if (records > 0) {
    const Time now = from_.house.now();
    TRY_ASSIGN(age, longest([&](Duration before) -> Result<bool> {
                 TRY_ASSIGN(const Positions since, from_.bus.since(name, now - before));
                 return any_below(next, since);  // something uncommitted is older than that
               }));
  }
  const MetricLabels labels{{"group", group}, {"topic", info(topic).suffix}};
  gauge("maitred_group_lag_records", "Records the group has not committed", labels,
        static_cast<double>(records));
  gauge("maitred_group_lag_seconds", "Age of the oldest record the group has not committed", labels,
        seconds(age));
  return {};
}

}  // namespace maitred
