#include "daemon/rights.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace maitred {
namespace {

constexpr std::array kRoles = {
    KafkaRole::listen, KafkaRole::dispatch, KafkaRole::floor, KafkaRole::board,
    KafkaRole::crm,    KafkaRole::ops,      KafkaRole::admin, KafkaRole::all,
};
constexpr std::array kWords = {"listen", "dispatch", "floor", "board",
                               "crm",    "ops",      "admin", "all"};
static_assert(kRoles.size() == kWords.size());

// Sets of roles, as bits.
using Roles = unsigned;
constexpr Roles bit(KafkaRole role) {
  return 1U << static_cast<unsigned>(role);
}
constexpr Roles kListen = bit(KafkaRole::listen), kDispatch = bit(KafkaRole::dispatch),
                kFloor = bit(KafkaRole::floor), kBoard = bit(KafkaRole::board),
                kCrm = bit(KafkaRole::crm), kOps = bit(KafkaRole::ops),
                kAdmin = bit(KafkaRole::admin);
constexpr Roles kDaemon = kListen | kDispatch | kFloor | kBoard;  // each keeps all books
constexpr Roles kAll = kDaemon | kCrm | kOps;

struct Access {
  Topic topic;
  Roles writers, readers;
};
constexpr std::array kTopics = {
    Access{Topic::mentions, kListen | kBoard, kDispatch | kOps},
    Access{Topic::verdicts, kDispatch, kOps},
    Access{Topic::tasks, kDispatch | kFloor | kBoard, kDaemon | kOps},
    Access{Topic::budgets, kFloor | kBoard, kDaemon | kOps},
    Access{Topic::pushes, kFloor, kDaemon | kOps},
    Access{Topic::customers, kCrm, kDaemon | kCrm | kOps},
    Access{Topic::links, kCrm | kBoard, kDaemon | kCrm | kOps},
    Access{Topic::staff, kCrm | kBoard, kDaemon | kCrm | kOps},
    Access{Topic::cursors, kListen | kBoard, kListen | kOps},
    Access{Topic::replies, kBoard, kListen | kOps},
    Access{Topic::rejects, kDaemon, kOps},
};

struct Group {
  const char* name;
  Roles members;
};
constexpr std::array kGroups = {
    Group{"listen", kListen},
    Group{"dispatch", kDispatch | kAdmin},  // a copy moves the group's place
    Group{"floor", kFloor},
};

Roles bits_of(KafkaRole role) {
  return role == KafkaRole::all ? kAll : bit(role);
}

std::vector<std::string> operations_on(const Access& topic, Roles roles) {
  if (roles & kAdmin)
    return {"Describe", "Create", "DescribeConfigs", "AlterConfigs", "Read", "Write"};
  // All topics are looked for at start.
  std::vector<std::string> operations = {"Describe"};
  if (roles & topic.readers) operations.emplace_back("Read");
  if (roles & topic.writers) operations.emplace_back("Write");
  return operations;
}

}  // namespace

std::span<const KafkaRole> kafka_roles() {
  return kRoles;
}

const char* word(KafkaRole role) {
  return kWords[static_cast<size_t>(role)];
}

Result<KafkaRole> kafka_role_from(std::string_view text) {
  const auto found = std::ranges::find(kWords, text);
  if (found != kWords.end()) return kRoles[static_cast<size_t>(found - kWords.begin())];
  std::string known;
  for (const char* one : kWords) known += fmt::format(" {}", one);
  return fail(Fault::malformed, fmt::format("'{}' is no role; there are:{}", text, known));
}

std::vector<KafkaRight> rights_of(KafkaRole role, const TopicNames& names) {
  const Roles roles = bits_of(role);
  std::vector<KafkaRight> rights;
  for (const Access& topic : kTopics)
    rights.push_back({KafkaRight::On::topic, names.name(topic.topic), operations_on(topic, roles)});
  for (const Group& group : kGroups) {
    std::vector<std::string> operations = {"Describe"};
    if (roles & group.members) operations.emplace_back("Read");
    rights.push_back(
        {KafkaRight::On::group, fmt::format("{}.{}", names.prefix, group.name), operations});
  }
  return rights;
}

std::string grant_command(const std::string& principal, const KafkaRight& right) {
  std::string operations;
  for (const std::string& one : right.operations) operations += fmt::format(" --operation {}", one);
  return fmt::format(
      "kafka-acls.sh --bootstrap-server \"$BROKER\" ${{OPTIONS-}} --add --allow-principal "
      "'{}'{} --{} {}",
      principal, operations, word(right.on), right.name);
}

}  // namespace maitred
