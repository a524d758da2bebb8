// Rights: what each role of maitred does on a Kafka, hence what its user has to be granted there,
// and no more. Pure; kafka/admin grants it, `maitred topics print --acls` prints it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bus/kafka/admin.h"

namespace maitred {

// The roles of `run`, and who works beside it: `crm` runs the imports and crm link, `ops` only
// looks (status, tail, why, verify), `admin` runs topics create and copy. `all` is one user for all
// but admin, as where one host does everything.
enum class KafkaRole { listen, dispatch, floor, board, crm, ops, admin, all };
std::span<const KafkaRole> kafka_roles();
const char* word(KafkaRole role);
Result<KafkaRole> kafka_role_from(std::string_view word);  // malformed: names those there are

// Brokers before Kafka 2.8 ask whoever writes for IdempotentWrite on the cluster as well; later
// ones grant it with any right to write, so it is not among these.
std::vector<KafkaRight> rights_of(KafkaRole role, const TopicNames& names);

// For a shell as in topic_plan.h. `principal`: "User:maitred".
std::string grant_command(const std::string& principal, const KafkaRight& right);

}  // namespace maitred
