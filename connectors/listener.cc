#include "connectors/listener.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "connectors/registry.h"

namespace maitred {
namespace {

constexpr Duration kLogWait{100};   // for records, on each of the two ways
constexpr Duration kIdleWait{200};  // until a source is asked whether it is ours now
constexpr Duration kTickEvery{1000};
constexpr Duration kRetryAfter{2000};  // when the bus failed
constexpr size_t kBatchMax = 500;
constexpr std::string_view kPausePrefix = "pause:";

bool has_passed(const Positions& read, const Positions& ends) {
  return std::ranges::all_of(ends, [&](const auto& end) {
    const auto next = read.find(end.first);
    return next != read.end() && next->second >= end.second;
  });
}

}  // namespace

Listener::Listener(ListenerSettings settings, Bus& bus, Clock& house, Clock& real)
    : settings_(std::move(settings)), bus_(bus), house_(house), real_(real) {}

Listener::~Listener() {
  stop();
}

Result<std::unique_ptr<Listener>> Listener::make(ListenerSettings settings, Bus& bus, Clock& house,
                                                 Clock& real, Fetcher& fetcher) {
  std::unique_ptr<Listener> listener(new Listener(std::move(settings), bus, house, real));
  const ListenerSettings& ours = listener->settings_;
  const int partitions = ours.names.count(Topic::cursors);
  for (const SourceSettings& settings_of : ours.sources) {
    TRY_ASSIGN(auto connector, make_connector(settings_of));
    PollerSettings to_poll;
    to_poll.source = settings_of;
    to_poll.names = ours.names;
    if (!ours.session_dir.empty()) {
      to_poll.session_file = ours.session_dir / (settings_of.name + ".session");
    }
    to_poll.seed = ours.seed + std::hash<std::string>()(settings_of.name);
    to_poll.look_min = ours.look_min;
    to_poll.tick = [listener = listener.get(), thread = "poll:" + settings_of.name] {
      listener->settings_.tick(thread);
    };
    Source source;
    source.settings = settings_of;
    source.poller = std::make_unique<Poller>(std::move(to_poll), std::move(connector), bus, house,
                                             real, fetcher);
    source.partition = partition_of(settings_of.name, partitions);
    if (!listener->sources_.emplace(settings_of.name, std::move(source)).second) {
      return fail(Fault::malformed, fmt::format("two sources are named `{}`", settings_of.name));
    }
  }
  return listener;
}

void Listener::start() {
  threads_.emplace_back([this](std::stop_token stop) { follow_log(stop); });
  for (auto& [name, source] : sources_) {
    threads_.emplace_back([this, &one = source](std::stop_token stop) { poll_source(one, stop); });
  }
}

void Listener::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

std::vector<std::string> Listener::threads() const {
  std::vector<std::string> names = {"listen"};
  for (const auto& [name, source] : sources_) names.push_back("poll:" + name);
  return names;
}

std::vector<SourceStatus> Listener::status() const {
  std::vector<SourceStatus> all;
  for (const auto& [name, source] : sources_) {
    SourceStatus one = source.poller->status();
    const std::scoped_lock lock(mutex_);
    one.owned = owned_.contains(source.partition);
    one.paused = paused_.contains(name);
    all.push_back(std::move(one));
  }
  return all;
}

void Listener::follow_log(std::stop_token stop) {
  Trouble trouble("listen.failed", "listen");
  while (!stop.stop_requested()) {
    const auto ended = follow_log_once(stop);
    on_revoked(std::set<int>(owned_));
    if (ended || stop.stop_requested()) return;
    trouble.note(ended.error(), has_said_why(bus_));
    settings_.tick("listen");
    real_.sleep_until(real_.now() + kRetryAfter, stop);
  }
}

// Until it is told to stop, or the bus fails.
Result<void> Listener::follow_log_once(std::stop_token stop) {
  const std::string cursors_topic = settings_.names.name(Topic::cursors);
  const std::string tasks_topic = settings_.names.name(Topic::tasks);
  JoinOptions options;
  options.ownership_only = true;
  options.on_assigned = [this](const std::set<int>& partitions) { on_assigned(partitions); };
  options.on_revoked = [this](const std::set<int>& partitions) { on_revoked(partitions); };
  TRY_ASSIGN(auto ownership, bus_.join(cursors_topic, "listen", std::move(options)));
  TRY_ASSIGN(Positions from, bus_.since(tasks_topic, house_.now() - kWatchMax));
  TRY_ASSIGN(auto log, bus_.follow({{cursors_topic, {}}, {tasks_topic, std::move(from)}}));
  awaited_.reset();
  while (!stop.stop_requested()) {
    settings_.tick("listen");
    TRY(ownership->poll(1, kLogWait, stop));
    if (!awaited_) {
      TRY_ASSIGN(awaited_, bus_.ends(cursors_topic));
    }
    TRY_ASSIGN(const Batch batch, log->poll(kBatchMax, kLogWait, stop));
    const std::scoped_lock lock(mutex_);
    for (const Stored& record : batch.records) {
      if (record.topic == cursors_topic) {
        apply_cursor(record);
      } else {
        apply_task(record);
      }
    }
    caught_up_ = has_passed(log->positions().at(cursors_topic), *awaited_);
  }
  return {};
}

void Listener::apply_task(const Stored& record) {
  const auto document = json::Document::parse(record.value.value_or("null"));
  if (!document) return;
  const auto event = task_event_from_json(document->root());
  if (event) watchlist_.apply(*event, record.log_time);
}

void Listener::apply_cursor(const Stored& record) {
  if (record.key.starts_with(kPausePrefix)) {
    const std::string source = record.key.substr(kPausePrefix.size());
    if (record.value) {
      paused_.insert(source);
    } else {
      paused_.erase(source);
    }
    return;
  }
  if (!record.value) {
    cursors_.erase(record.key);  // an operator's wish: begin anew
    return;
  }
  const auto document = json::Document::parse(*record.value);
  if (!document) return;
  if (auto cursor = cursor_from_json(document->root())) {
    cursors_[record.key] = std::move(*cursor);
  }
}

void Listener::on_assigned(const std::set<int>& partitions) {
  const std::scoped_lock lock(mutex_);
  owned_.insert(partitions.begin(), partitions.end());
  caught_up_ = false;
  awaited_.reset();
  for (auto& [name, source] : sources_) {
    if (partitions.contains(source.partition)) ++source.assignment;
  }
}

void Listener::on_revoked(const std::set<int>& partitions) {
  const std::scoped_lock lock(mutex_);
  for (const int partition : partitions) owned_.erase(partition);
}

bool Listener::prepare(Source& source, uint64_t& assignment) {
  const std::string& name = source.settings.name;
  std::vector<WatchedPost> posts;
  std::optional<Cursor> cursor;
  {
    const std::scoped_lock lock(mutex_);
    if (!owned_.contains(source.partition) || !caught_up_) return false;
    if (paused_.contains(name) || paused_.contains(std::string(kPausePrefix) + name)) return false;
    if (assignment != source.assignment) {
      assignment = source.assignment;
      cursor = cursors_.contains(name) ? cursors_[name] : Cursor{};
    }
    posts = watchlist_.posts(source.settings.network, house_.now());
  }
  if (cursor) source.poller->resume(std::move(*cursor));
  source.poller->watch(posts);
  return true;
}

void Listener::poll_source(Source& source, std::stop_token stop) {
  const std::string thread = "poll:" + source.settings.name;
  uint64_t assignment = 0;
  Time next;  // real time; long past
  while (!stop.stop_requested()) {
    settings_.tick(thread);
    const bool ours = prepare(source, assignment);
    const Time now = real_.now();
    if (ours && now >= next) next = source.poller->round(stop);
    // In short steps, so that ticks come, and a pause or a loss is seen before the next round.
    const Time wake = ours ? std::min(next, now + kTickEvery) : now + kIdleWait;
    real_.sleep_until(wake, stop);
  }
}

}  // namespace maitred
