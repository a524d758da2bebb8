// The bus over a Kafka: the same promises as the embedded one (bus.h), kept by librdkafka. Topics
// are never made by accident: each is looked for before its first use, and its partitions compared
// with the configuration. A cluster that does not answer is waited for; a topic that is missing, a
// right, a password is named in one sentence (health(), the log), and looked at again.
//
// Thread-safe. Records are stamped by the broker; stamps become house time on their way out.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/kafka/client.h"
#include "bus/kafka/producer.h"
#include "bus/kafka/settings.h"
#include "bus/kafka/troubles.h"

namespace maitred {

class KafkaBus : public Bus {
 public:
  // broken: librdkafka does not take the settings. Whether a broker answers is not asked here:
  // see check().
  static Result<std::unique_ptr<KafkaBus>> open(KafkaSettings settings, const Clock& house);
  ~KafkaBus() override;

  // Does a broker answer? transient: none does. denied: it, or we, refuse each other.
  Result<void> reach();
  // Are the topics there, with the partitions we expect? Stops at a connection that does not
  // answer. With another number of partitions, health().fatal is set as well.
  Result<void> check();
  // What we may not do, an error each, found out without leaving a trace: reading these topics,
  // writing those. They have to be there.
  std::vector<Error> refusals(const std::vector<std::string_view>& to_read,
                              const std::vector<std::string_view>& to_write);

  Result<std::vector<Position>> publish(std::string_view topic,
                                        std::span<const Record> records) override;
  Result<std::unique_ptr<Subscription>> join(std::string_view topic, std::string_view group,
                                             JoinOptions options) override;
  Result<std::unique_ptr<Reader>> follow(const TopicPositions& from) override;
  Result<Positions> ends(std::string_view topic) override;
  Result<Positions> begins(std::string_view topic) override;
  Result<Positions> since(std::string_view topic, Time time) override;
  Result<Positions> committed(std::string_view topic, std::string_view group) override;
  int partitions(std::string_view topic) const override;
  BusHealth health() const override;
  void give_up() override;

  // For the consumers beside this file.
  const KafkaSettings& settings() const { return settings_; }
  const Clock& house() const { return house_; }
  KafkaTroubles& troubles() { return troubles_; }
  std::string_view full_name(std::string_view topic) const;  // lives as long as the bus
  std::string group_name(std::string_view group) const;      // "maitred.dispatch"
  Result<void> check(std::string_view topic);
  // The oldest offset kept and the end of every partition of these topics.
  struct Limits {
    TopicPositions begins, ends;
  };
  Result<Limits> limits(const std::vector<std::string_view>& topics);
  // A lasting error met while using the topic: it is looked at anew before it is used again.
  void note(std::string_view topic, std::string_view client, const Error& error);
  // Three times in a minute: fatal. Of two processes the one that was first then gives way.
  void note_fenced(std::string_view group, const Error& error);

 private:
  KafkaBus(KafkaSettings settings, const Clock& house);
  Result<TopicPositions> list_offsets(const std::vector<std::string_view>& topics, int64_t at);
  Result<TopicPositions> ask_offsets(const std::vector<std::string_view>& topics, int64_t at);
  Result<void> look_at(std::string_view topic);
  Result<int> count_of(std::string_view topic);
  Error absence(std::string_view topic);
  Result<std::shared_ptr<KafkaClient>> asker();
  void drain_asker() const;
  int patience() const;  // ms for one question: short while the connection is a trouble

  KafkaSettings settings_;
  const Clock& house_;
  std::vector<std::string> topic_names_;  // by enum value
  KafkaTroubles troubles_;
  std::unique_ptr<KafkaProducer> producer_;

  mutable std::mutex mutex_;  // guards what follows
  std::set<std::string, std::less<>> checked_;
  std::optional<Error> fatal_;
  std::map<std::string, std::vector<Time>> fenced_;  // by group: when
  int followers_ = 0;
  std::shared_ptr<KafkaClient> asker_;  // about groups; made when first needed
};

}  // namespace maitred
