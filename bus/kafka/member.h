// A member of a consumer group on a Kafka. Its static id is the configuration's `node`, so that a
// restart within session.timeout.ms takes its partitions up again without a rebalance. Places are
// set in the assignment, from the group's commits, and checked against what the topic keeps. After
// a fatal error (fenced, for one) it joins anew with a new client.
//
// Belongs to one thread; on_assigned and on_revoked are called from inside poll().
#pragma once

#include <memory>
#include <set>
#include <string>

#include "bus/kafka/consumer.h"

namespace maitred {

class KafkaMember : public Subscription {
 public:
  static Result<std::unique_ptr<Subscription>> join(KafkaBus& bus, std::string_view topic,
                                                    std::string group, JoinOptions options);
  Result<Batch> poll(size_t max, Duration wait, std::stop_token stop) override;
  Result<void> commit(const Positions& next) override;
  std::set<int> owned() const override { return owned_; }

 private:
  KafkaMember(KafkaBus& bus, std::string_view topic, std::string group, JoinOptions options)
      : bus_(bus), topic_(topic), group_(std::move(group)), options_(std::move(options)) {}
  Result<void> join_anew();
  void leave();
  void rebalanced(bool assigned, rd_kafka_topic_partition_list_t& list);
  Result<void> take(const std::set<int>& partitions);
  void lose_all();

  KafkaBus& bus_;
  std::string_view topic_;
  std::string group_;
  JoinOptions options_;
  std::unique_ptr<KafkaConsumer> consumer_;
  std::set<int> owned_;
  bool rejoin_ = false;  // before the next poll
};

// The group's commits; partitions without one are not in it. denied: no right to the group.
Result<Positions> committed_of(KafkaClient& client, std::string_view topic,
                               const std::string& group, int partitions, int timeout_ms);

}  // namespace maitred
