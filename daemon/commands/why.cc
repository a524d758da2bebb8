// `maitred why`: all the log knows of one post, in order, from the mention to the last push.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "bus/mention.h"
#include "daemon/commands/all.h"
#include "daemon/log_lines.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

constexpr Topic kTold[] = {Topic::mentions, Topic::verdicts, Topic::tasks, Topic::pushes,
                           Topic::rejects};

// What belongs to the post so far: its mentions, and the tasks they opened or joined.
struct Trail {
  std::string asked;
  std::set<std::string> mentions;
  std::set<std::string> tasks;

  bool is_task(std::string_view key) const {
    return key.starts_with(asked) && asked.size() >= 4 && key.starts_with('t');
  }

  // Whether the record is part of it; learns the ids it names. Call until nothing new is learnt.
  bool holds(Topic topic, const Stored& record) {
    const auto document = json::Document::parse(record.value.value_or("null"));
    const json::View value = document ? document->root() : json::View();
    const auto text = [&](const char* name) { return std::string(value[name].string()); };
    if (topic == Topic::mentions) {
      const std::string id = text("id");
      const bool same = id == asked || (!text("url").empty() && text("url") == asked) ||
                        mentions.contains(id) || is_task(task_id_of(id));
      if (same) mentions.insert(id), tasks.insert(task_id_of(id));
      return same;
    }
    if (topic == Topic::verdicts) {
      if (!mentions.contains(text("mention")) && text("mention") != asked) return false;
      if (!text("task").empty()) tasks.insert(text("task"));
      return true;
    }
    if (topic == Topic::rejects) return mentions.contains(text("id"));
    if (is_task(record.key)) tasks.insert(record.key);
    if (!tasks.contains(record.key)) return false;
    if (topic == Topic::tasks && text("verb") == "joined") tasks.insert(text("to"));
    return true;
  }
};

Result<void> why(const Args& args, const Configuration& config) {
  const TopicNames& names = config.topics;
  TRY_ASSIGN(const auto clock, open_house_clock(config));
  TRY_ASSIGN(const auto bus, open_bus(config, false, *clock));
  Trail trail{args.get("ID"), {}, {}};
  std::vector<Stored> found;
  // Twice: what a later topic teaches (a task that was joined) may concern records before it.
  for (int pass = 0; pass < 2; ++pass) {
    found.clear();
    for (const Topic topic : kTold) {
      TRY(read_all(*bus, {{names.name(topic), {}}}, [&](const Stored& record) {
        if (trail.holds(topic, record)) found.push_back(record);
      }));
    }
  }
  if (found.empty()) {
    return fail(
        Fault::missing,
        fmt::format("the log knows nothing of '{}': give a mention's id, its URL, or a task",
                    trail.asked));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Stored& a, const Stored& b) { return a.log_time < b.log_time; });
  for (const Stored& record : found) {
    fmt::print("{}\n", args.has("--json") ? json_line(record) : plain_line(names, record));
  }
  return {};
}

int run_why(const Args& args) {
  return with_configuration(args, [&](const Configuration& config) { return why(args, config); });
}

}  // namespace

const Command& why_command() {
  static const Command command{
      {"why"},
      kForFinding,
      "Tell all the log knows of one post, from the mention to the last push",
      "ID is a mention's id, the post's URL, or a task (four letters of it are enough). Prints "
      "mention, verdict, "
      "the task's events and every push in the order they were logged.\n\n"
      "  maitred why https://social.example/@alice/1\n"
      "  maitred why t9m3",
      {config_option(),
       {"ID", "", "mention, URL or task", true},
       {"--json", "", "one JSON object a line"}},
      run_why};
  return command;
}

}  // namespace maitred
