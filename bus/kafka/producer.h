// Producer: publishes batches, and returns when every record of the batch has been acknowledged by
// min.insync.replicas or has failed. One thread of its own (`bus`) serves the acknowledgements and
// makes the client anew after a fatal error, the old one purged and ended first, so that nothing
// old is sent after something new. A full queue makes the caller wait.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "bus/kafka/client.h"

namespace maitred {

class KafkaProducer {
 public:
  static Result<std::unique_ptr<KafkaProducer>> make(const KafkaSettings& settings,
                                                     KafkaTroubles& troubles);
  ~KafkaProducer();

  // One position a record. `partitions` is the topic's count. transient: not all were taken within
  // kKafkaPublishMax; any part may be on the log, now or later.
  Result<std::vector<Position>> publish(const std::string& topic, std::span<const Record> records,
                                        int partitions);
  // For questions that need a connection and no group; null while the client is made anew.
  std::shared_ptr<KafkaClient> client() const;
  // A stamp of the broker's lay outside [sent − 5 s, acknowledged + 5 s] at the last publish.
  bool clock_ok() const { return clock_ok_; }
  void give_up();
  bool has_given_up() const { return given_up_; }

 private:
  struct Ticket;  // one batch under way
  KafkaProducer(const KafkaSettings& settings, KafkaTroubles& troubles)
      : settings_(settings), troubles_(troubles) {}
  Result<std::shared_ptr<KafkaClient>> make_client();
  void serve(std::stop_token stop);
  void put_away(std::shared_ptr<KafkaClient> client);
  Error send(KafkaClient& client, const std::string& topic, const Record& record, int partition,
             void* slot, Time until);
  void check_clock(const Ticket& ticket, Time sent);

  const KafkaSettings& settings_;
  KafkaTroubles& troubles_;
  std::atomic<bool> clock_ok_ = true;
  std::atomic<bool> given_up_ = false;
  std::atomic<bool> told_of_stamps_ = false;

  mutable std::mutex mutex_;  // guards client_
  std::condition_variable changed_;
  std::shared_ptr<KafkaClient> client_;
  std::jthread thread_;
};

}  // namespace maitred
