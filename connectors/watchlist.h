// The Watchlist: which posts are looked at again, because a task lives of them or did until 14 days
// ago. Folded from `maitred.tasks` by plain reading: an event that was void may end a watch early
// or begin one for nothing, and harms nobody. It never decides anything about a task.
//
// Not thread-safe; the Listener guards it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bus/task_event.h"

namespace maitred {

inline constexpr std::chrono::days kWatchAfter{14};  // after the task is closed
inline constexpr std::chrono::days kWatchMax{74};    // after it was opened: nothing lives longer
inline constexpr size_t kWatchedMax = 300;           // of one network: the newest

struct WatchedPost {
  std::string id;      // the mention
  std::string author;  // its author's id: a withdrawal goes to the same partition
  std::string url;
  Time since;  // when its task opened, log time
};

class Watchlist {
 public:
  void apply(const TaskEvent& event, Time log_time);
  // Posts whose ids begin with `network:`, the newest first.
  std::vector<WatchedPost> posts(std::string_view network, Time now);

 private:
  struct Task {
    std::map<std::string, WatchedPost> posts;  // by mention
    std::string author;
    std::string url;
    Time opened;
    std::optional<Time> closed;
  };
  std::map<std::string, Task> tasks_;
};

// How long until the next look at a post whose task is this old: an eighth of its age, at least
// `least`, at most six hours.
Duration look_interval(Duration age, Duration least);

}  // namespace maitred
