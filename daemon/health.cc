#include "daemon/health.h"

#include <fmt/core.h>

#include "base/zone.h"
#include "daemon/version.h"

namespace maitred {
namespace {

// Records a group has not committed, over all partitions.
int64_t lag(Bus& bus, const std::string& topic, std::string_view group) {
  const auto ends = bus.ends(topic);
  const auto committed = bus.committed(topic, group);
  if (!ends || !committed) return -1;
  int64_t behind = 0;
  for (const auto& [partition, end] : *ends) behind += end - committed->at(partition);
  return behind;
}

int64_t held(Bus& bus, const std::string& topic) {
  const auto ends = bus.ends(topic);
  const auto begins = bus.begins(topic);
  if (!ends || !begins) return -1;
  int64_t count = 0;
  for (const auto& [partition, end] : *ends) count += end - begins->at(partition);
  return count;
}

void write_counts(json::Writer& out, std::string_view name,
                  const std::map<std::string, int64_t>& counts) {
  out.key(name).begin_object();
  for (const auto& [reason, count] : counts) out.member(reason, count);
  out.end_object();
}

void write_source(json::Writer& out, const SourceStatus& source) {
  out.begin_object().member("name", source.name).member("network", source.network);
  out.member("owned", source.owned).member("paused", source.paused).member("silent", source.silent);
  out.member_if("last_success", source.last_success).member_if("last_mention", source.last_mention);
  out.member_if("last_error", source.last_error).member("failures", source.failures);
  out.member("offered", source.offered).member("published", source.published);
  write_counts(out, "rejected", source.rejected);
  write_counts(out, "dropped", source.dropped);
  out.end_object();
}

std::string shown_count(json::View counts) {
  std::string text;
  for (size_t i = 0; i < counts.size(); ++i) {
    text += fmt::format("{}{} {}", i ? ", " : "", counts.member_value(i).integer().value_or(0),
                        counts.member_name(i));
  }
  return text.empty() ? "none" : text;
}

std::string shown_age(json::View time, Time now) {
  const auto at = time.time();
  if (!at) return "never";
  const int64_t seconds = std::max<int64_t>(0, (now - *at).count() / 1000);
  if (seconds < 120) return fmt::format("{} s ago", seconds);
  if (seconds < 7200) return fmt::format("{} min ago", seconds / 60);
  return fmt::format("{} h ago", seconds / 3600);
}

std::string screen_of_source(json::View source, Time now) {
  std::string state = "ok";
  if (source["paused"].boolean())
    state = "paused";
  else if (!source["last_error"].string().empty())
    state = fmt::format("failing: {}", source["last_error"].string());
  else if (!source["owned"].boolean())
    state = "another process polls it";
  else if (source["silent"].boolean())
    state = "silent for longer than expected";
  return fmt::format("  {:<16} {:<10} {:>12}  {:>7} published  {}\n", source["name"].string(),
                     source["network"].string(), shown_age(source["last_success"], now),
                     source["published"].integer().value_or(0), state);
}

}  // namespace

void Ticks::tick(std::string_view thread) {
  const Time now = real_clock().now();
  std::scoped_lock lock(mutex_);
  if (const auto found = last_.find(thread); found != last_.end())
    found->second = now;
  else
    last_.emplace(thread, now);
}

std::vector<std::string> Ticks::silent() const {
  const Time now = real_clock().now();
  std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, last] : last_) {
    if (now - last > kSilenceMax) names.push_back(name);
  }
  return names;
}

void Ticks::forget(std::string_view thread) {
  std::scoped_lock lock(mutex_);
  if (const auto found = last_.find(thread); found != last_.end()) last_.erase(found);
}

bool clock_is_ok(const Fold& fold, const Clock& house) {
  return fold.newest() <= house.now() + kClockOffMax;
}

std::string status_json(const StatusSources& from) {
  json::Writer out;
  out.begin_object()
      .member("node", from.node)
      .member("version", kVersion)
      .member("time", from.house.now());
  out.member("ready", from.blocked.empty()).key("blocked").begin_array();
  for (const std::string& reason : from.blocked) out.string(reason);
  out.end_array().key("sources").begin_array();
  for (const SourceStatus& source : from.sources) write_source(out, source);
  out.end_array().member("lag", lag(from.bus, from.names.name(Topic::mentions), "dispatch"));
  out.member("living", from.tasks.living_count().value_or(-1));
  out.key("unpushed").begin_object();
  if (from.floor) {
    for (const auto& [task, reason] : from.floor->unpushed()) out.member(task, reason);
  }
  out.end_object().member("rejects", held(from.bus, from.names.name(Topic::rejects)));
  write_counts(out, "voids", from.tasks.voids().value_or(std::map<std::string, int64_t>()));
  std::map<std::string, int64_t> verdicts;
  if (from.dispatcher) {
    for (const auto& [why, count] : from.dispatcher->counts()) verdicts[word(why)] = count;
  }
  write_counts(out, "verdicts", verdicts);
  return out.end_object().take();
}

std::string status_screen(json::View status) {
  const Time now = status["time"].time().value_or(Time());
  std::string screen =
      fmt::format("maitred {} on {}, {}: {}\n", status["version"].string(), status["node"].string(),
                  to_rfc3339(now), status["ready"].boolean() ? "ready" : "NOT READY");
  const json::View blocked = status["blocked"];
  for (size_t i = 0; i < blocked.size(); ++i)
    screen += fmt::format("  waiting: {}\n", blocked.at(i).string());
  const json::View sources = status["sources"];
  screen += fmt::format("sources ({})\n", sources.size());
  for (size_t i = 0; i < sources.size(); ++i) screen += screen_of_source(sources.at(i), now);
  screen +=
      fmt::format("mentions waiting for a decision: {}\n", status["lag"].integer().value_or(-1));
  screen += fmt::format("verdicts since start: {}\n", shown_count(status["verdicts"]));
  screen += fmt::format("living tasks: {}\n", status["living"].integer().value_or(-1));
  const json::View unpushed = status["unpushed"];
  screen += fmt::format("unpushed: {}\n", unpushed.size());
  for (size_t i = 0; i < unpushed.size(); ++i) {
    screen += fmt::format("  {} {}\n", unpushed.member_name(i), unpushed.member_value(i).string());
  }
  screen += fmt::format("rejects on the log: {}\n", status["rejects"].integer().value_or(-1));
  screen += fmt::format("void events: {}\n", shown_count(status["voids"]));
  return screen;
}

}  // namespace maitred
