#include "connectors/watchlist.h"

#include <algorithm>

namespace maitred {
namespace {

// The state a verb leads to, if it leads to one state whatever came before.
std::optional<TaskState> state_after(Verb verb) {
  for (const VerbRule& rule : verb_table()) {
    if (rule.verb == verb) return rule.to;
  }
  return {};
}

}  // namespace

void Watchlist::apply(const TaskEvent& event, Time log_time) {
  const bool joins = event.verb == Verb::joined;
  if (event.verb == Verb::withdrawn) return;  // of a post that never became a task
  auto [place, is_new] = tasks_.try_emplace(joins ? event.to : event.task);
  Task& task = place->second;
  if (is_new) task.opened = log_time;
  if (event.opening) {
    task.author = event.opening->post.author_id;
    task.url = event.opening->post.url;
  }
  if (event.verb == Verb::opened || joins || event.verb == Verb::heard) {
    WatchedPost& post = task.posts[event.mention];
    post = {event.mention, "", event.verb == Verb::opened ? task.url : "", log_time};
  } else if (event.verb == Verb::retracted) {
    task.posts.erase(event.mention);
  }
  const auto state = state_after(event.verb);
  if (joins || !state) return;
  if (*state == TaskState::done || *state == TaskState::dropped) {
    if (!task.closed) task.closed = log_time;
  } else if (event.verb == Verb::reopened) {
    task.closed.reset();
  }
}

std::vector<WatchedPost> Watchlist::posts(std::string_view network, Time now) {
  std::erase_if(tasks_, [&](const auto& entry) {
    const Task& task = entry.second;
    return now - task.opened > kWatchMax || (task.closed && now - *task.closed > kWatchAfter);
  });
  const std::string prefix = std::string(network) + ":";
  std::vector<WatchedPost> found;
  for (const auto& [id, task] : tasks_) {
    for (const auto& [mention, post] : task.posts) {
      if (!mention.starts_with(prefix)) continue;
      found.push_back(post);
      found.back().author = task.author;  // who joins a task is its author
    }
  }
  std::ranges::sort(found, std::greater<>(), &WatchedPost::since);
  if (found.size() > kWatchedMax) found.resize(kWatchedMax);
  return found;
}

Duration look_interval(Duration age, Duration least) {
  constexpr Duration kMost = std::chrono::hours(6);
  return std::clamp(age / 8, std::min(least, kMost), kMost);
}

}  // namespace maitred
