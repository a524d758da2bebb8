#include "bus/topics.h"

#include <array>

namespace maitred {
namespace {

using std::chrono::days;

constexpr std::array<TopicInfo, 11> kTopics{{
    {Topic::mentions, "mentions", "author, or the mention where none", "Mention", days(30),
     "listen, board", "dispatch (group), ops"},
    {Topic::verdicts, "verdicts", "author, or the mention where none", "Verdict", days(30),
     "dispatch", "ops, analytics"},
    {Topic::tasks, "tasks", "task", "TaskEvent", days(90), "dispatch, floor, board",
     "folds, floor (group, ownership only), ops"},
    {Topic::budgets, "budgets", "store and day", "BudgetEvent", days(90), "board, floor", "folds"},
    {Topic::pushes, "pushes", "task", "Push", days(90), "floor", "folds, ops"},
    {Topic::customers, "customers", "customer", "Customer; null erases", days(0),
     "crm import, or the owner's own feed", "dispatch fold"},
    {Topic::links, "links", "author", "Link; null undoes", days(0), "crm link, board",
     "dispatch fold"},
    {Topic::staff, "staff", "staff:, duty: or session: and an id", "Person, Shift", days(0),
     "staff import, board", "folds"},
    {Topic::cursors, "cursors", "source, or pause: and a source", "Cursor", days(0),
     "listen, board", "listen (group, ownership only)"},
    {Topic::replies, "replies", "mention", "Reply", days(30), "board", "listen"},
    {Topic::rejects, "rejects", "as it came", "first 64 KiB as it came", days(30), "all", "ops"},
}};

}  // namespace

std::span<const TopicInfo> all_topics() {
  return kTopics;
}

const TopicInfo& info(Topic topic) {
  return kTopics[static_cast<size_t>(topic)];
}

bool is_compacted(Topic topic) {
  return info(topic).kept == days(0);
}

std::string TopicNames::name(Topic topic) const {
  return prefix + "." + info(topic).suffix;
}

std::optional<Topic> TopicNames::find(std::string_view full_or_suffix) const {
  std::string_view suffix = full_or_suffix;
  if (suffix.size() > prefix.size() && suffix.starts_with(prefix) && suffix[prefix.size()] == '.') {
    suffix.remove_prefix(prefix.size() + 1);
  }
  for (const TopicInfo& one : kTopics) {
    if (suffix == one.suffix) return one.topic;
  }
  return {};
}

int TopicNames::count(Topic topic) const {
  return is_compacted(topic) ? partitions_compacted : partitions;
}

Record make_record(const TopicNames& names, Topic topic, std::string key, std::string id,
                   std::optional<std::string> value) {
  Record record;
  record.key = std::move(key);
  record.value = std::move(value);
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", std::move(id)},
                    {"ce_source", "/" + names.prefix},
                    {"ce_type", names.name(topic) + ".v1"},
                    {"content-type", "application/json"}};
  return record;
}

}  // namespace maitred
