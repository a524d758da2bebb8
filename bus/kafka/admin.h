// Admin: what is asked of the cluster itself, by an operator's commands and never by the daemon:
// which of our topics are there and how they are kept, making those that are not, granting rights,
// and moving a group's place while nobody is joined. It changes nothing that it was not told to by
// name: topics that differ from topic_plan.h are told, not mended.
//
// Every call ends within kAdminMax, plus what an answer under way takes. Belongs to one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bus/kafka/client.h"
#include "bus/kafka/topic_plan.h"

namespace maitred {

inline constexpr Duration kAdminMax{15'000};

struct KafkaCluster {
  std::vector<int32_t> brokers;              // ids
  std::map<std::string, FoundTopic> topics;  // ours that are there and that we may see
};

// What somebody may do with one topic, group, or the cluster.
struct KafkaRight {
  enum class On { topic, group, cluster };
  On on = On::topic;
  std::string name;  // in full: "maitred.tasks"
  // As Kafka's tools write them: Read Write Create Describe DescribeConfigs AlterConfigs.
  std::vector<std::string> operations;
};
const char* word(KafkaRight::On on);

class KafkaAdmin {
 public:
  static Result<std::unique_ptr<KafkaAdmin>> open(KafkaSettings settings);

  const KafkaSettings& settings() const { return settings_; }
  Result<KafkaCluster> describe();
  // Makes these topics, and returns when every broker's clients can see them. One that exists
  // already is left as it is. `only_try`: the cluster says whether it would, and makes nothing.
  Result<void> create(const std::vector<TopicPlan>& plans, bool only_try = false);
  // Sets one setting of a topic; all others of its own stay. Returns when it is in force.
  Result<void> set(const std::string& topic, const std::string& name, const std::string& value);
  // `principal` as the broker knows it: "User:maitred". Returns when the rights are in force.
  Result<void> grant(const std::string& principal, const std::vector<KafkaRight>& rights);
  // The nodes that are joined to the group ("dispatch"), also those that left without a word up to
  // session.timeout.ms ago.
  Result<std::vector<std::string>> members(std::string_view group);
  // Where the group resumes. conflict: somebody is joined.
  Result<void> commit(std::string_view group, const std::string& topic, const Positions& next);

 private:
  explicit KafkaAdmin(KafkaSettings settings) : settings_(std::move(settings)) {}
  Result<void> make_client();
  template <typename F>
  auto until_answered(F ask) -> decltype(ask());
  Result<KafkaCluster> look();
  Result<void> read_settings(KafkaCluster& cluster);
  Result<void> wait_until_there(const std::vector<TopicPlan>& plans);
  Result<std::vector<std::string>> ask_members(const std::string& name);
  Result<void> move_place(const std::string& name, const std::string& topic, const Positions& next);
  rd_kafka_t* handle() const { return client_->handle(); }
  std::string group_name(std::string_view group) const;
  Result<void> check(rd_kafka_event_t* event, std::string_view group = {}) const;
  Result<void> check(const rd_kafka_ConfigResource_t& answer) const;
  Error diagnosis(rd_kafka_resp_err_t code, const char* reason, std::string_view topic = {},
                  std::string_view group = {}) const;

  KafkaSettings settings_;
  KafkaTroubles troubles_;
  std::unique_ptr<KafkaClient> client_;
};

}  // namespace maitred
