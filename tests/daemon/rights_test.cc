// What each role is granted on a Kafka: enough for its work, and nothing that another's work needs.
#include "daemon/rights.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace maitred;

namespace {

// "Describe Read Write", in the alphabet's order; "" where there is no right at all.
std::string may(KafkaRole role, const std::string& name) {
  std::vector<std::string> operations;
  for (const KafkaRight& right : rights_of(role, {"shop", 12, 6})) {
    if (right.name == name) operations = right.operations;
  }
  std::ranges::sort(operations);
  std::string text;
  for (const std::string& one : operations) text += (text.empty() ? "" : " ") + one;
  return text;
}

}  // namespace

TEST_CASE("each role may do its own work") {
  struct Line {
    const char* role;
    const char* name;
    const char* operations;
  };
  const Line lines[] = {
      {"listen", "shop.mentions", "Describe Write"},
      {"listen", "shop.cursors", "Describe Read Write"},
      {"listen", "shop.tasks", "Describe Read"},
      {"listen", "shop.verdicts", "Describe"},
      {"listen", "shop.listen", "Describe Read"},
      {"listen", "shop.dispatch", "Describe"},
      {"dispatch", "shop.mentions", "Describe Read"},
      {"dispatch", "shop.verdicts", "Describe Write"},
      {"dispatch", "shop.tasks", "Describe Read Write"},
      {"dispatch", "shop.customers", "Describe Read"},
      {"dispatch", "shop.dispatch", "Describe Read"},
      {"floor", "shop.pushes", "Describe Read Write"},
      {"floor", "shop.mentions", "Describe"},
      {"floor", "shop.floor", "Describe Read"},
      {"board", "shop.mentions", "Describe Write"},
      {"board", "shop.pushes", "Describe Read"},
      {"board", "shop.floor", "Describe"},
      {"crm", "shop.customers", "Describe Read Write"},
      {"crm", "shop.tasks", "Describe"},
      {"ops", "shop.tasks", "Describe Read"},
      {"ops", "shop.rejects", "Describe Read"},
      {"all", "shop.customers", "Describe Read Write"},
      {"all", "shop.mentions", "Describe Read Write"},
      {"admin", "shop.tasks", "AlterConfigs Create Describe DescribeConfigs Read Write"},
      {"admin", "shop.dispatch", "Describe Read"},
  };
  for (const Line& line : lines) {
    CAPTURE(line.role);
    CAPTURE(line.name);
    const auto role = kafka_role_from(line.role);
    REQUIRE(role);
    CHECK(may(*role, line.name) == line.operations);
  }
}

TEST_CASE("ops only looks, only the CRM writes customers, and nobody has a right twice") {
  for (const KafkaRole role : kafka_roles()) {
    CAPTURE(word(role));
    std::vector<std::string> names;
    for (const KafkaRight& right : rights_of(role, {})) {
      CAPTURE(right.name);
      const bool writes = std::ranges::count(right.operations, "Write") > 0;
      if (role == KafkaRole::ops) CHECK_FALSE(writes);
      if (right.name == "maitred.customers" && writes)
        CHECK((role == KafkaRole::crm || role == KafkaRole::all || role == KafkaRole::admin));
      CHECK(right.on != KafkaRight::On::cluster);
      names.push_back(word(right.on) + right.name);
    }
    std::ranges::sort(names);
    CHECK(std::ranges::adjacent_find(names) == names.end());
    CHECK(names.size() == all_topics().size() + 3);
  }
}

TEST_CASE("a right is one command, and a role that is none is named") {
  CHECK(grant_command("User:anna", {KafkaRight::On::group, "shop.floor", {"Describe", "Read"}}) ==
        "kafka-acls.sh --bootstrap-server \"$BROKER\" ${OPTIONS-} --add --allow-principal "
        "'User:anna' --operation Describe --operation Read --group shop.floor");
  const auto none = kafka_role_from("waiter");
  REQUIRE_FALSE(none);
  CHECK(none.error().text.find("there are: listen dispatch floor board") != std::string::npos);
}
