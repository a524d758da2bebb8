#include "bus/kafka/consumer.h"

#include <algorithm>

#include "bus/kafka/kafka_bus.h"

namespace maitred {
namespace {

constexpr Duration kSlice{100};
constexpr std::string_view kReading = "read";  // whoever does: clients come and go

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

// A person has to act, or the place is gone; all else librdkafka repeats by itself.
bool is_lasting(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return true;
    default:
      return false;
  }
}

void add(rd_kafka_topic_partition_list_t& list, const std::string& topic, const Positions& from) {
  for (const auto& [partition, offset] : from)
    rd_kafka_topic_partition_list_add(&list, topic.c_str(), partition)->offset = offset;
}

}  // namespace

Result<void> KafkaConsumer::assign(const TopicPositions& from) {
  const auto list = partition_list(64);
  for (const auto& [topic, places] : from) add(*list, topic, places);
  const auto done = rd_kafka_assign(client_->handle(), list.get());
  if (done != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(client_->diagnosis(done, {}, from.empty() ? "" : from.begin()->first));
  positions_ = from;
  topics_.clear();
  return {};
}

Result<void> KafkaConsumer::assign(std::string_view topic, const Positions& from) {
  return assign(TopicPositions{{std::string(topic), from}});
}

Result<void> KafkaConsumer::pause(std::string_view topic, const Positions& which) {
  const auto list = partition_list(which.size());
  add(*list, std::string(topic), which);
  const auto done = rd_kafka_pause_partitions(client_->handle(), list.get());
  if (done != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(client_->diagnosis(done, {}, topic));
  return {};
}

Result<Batch> KafkaConsumer::poll(size_t max, Duration wait, std::stop_token stop) {
  const Time until = real_clock().now() + wait;
  Batch batch;
  dropped_ = false;
  while (!error_ && batch.records.size() < max) {
    const bool has_some = !batch.records.empty() || !batch.at_end.empty();
    const Duration left = has_some ? Duration(0) : until - real_clock().now();
    const Duration slice = std::clamp(left, Duration(0), kSlice);
    const Message message(
        rd_kafka_consumer_poll(client_->handle(), static_cast<int>(slice.count())));
    if (std::exchange(dropped_, false)) batch = {};
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      take(*message, batch);
    else if (message)
      note_error(*message, batch);
    else if (has_some || left <= slice || stop.stop_requested() || client_->fatal())
      break;
  }
  if (!batch.records.empty() || !batch.at_end.empty()) {
    client_->answered();
    for (const auto& [topic, next] : positions_) bus_.troubles().end(topic, kReading);
    bus_.troubles().end(client_->name(), kReading);
  }
  // What is in hand comes first; the error waits for the next poll.
  if (!error_ || !batch.records.empty()) return batch;
  Error error = std::move(*error_);
  error_.reset();
  return tl::unexpected(std::move(error));
}

KafkaConsumer::Known& KafkaConsumer::known(const rd_kafka_message_t& message) {
  const auto [found, is_new] = topics_.try_emplace(message.rkt);
  if (is_new) {
    found->second.topic = bus_.full_name(rd_kafka_topic_name(message.rkt));
    found->second.next = &positions_[std::string(found->second.topic)];
  }
  return found->second;
}

void KafkaConsumer::take(const rd_kafka_message_t& message, Batch& batch) {
  const Known& known = this->known(message);
  batch.records.push_back(stored_from(message, known.topic, bus_.house()));
  if (!batch.at_end.empty()) batch.at_end.erase({known.topic, message.partition});
  (*known.next)[message.partition] = message.offset + 1;
}

void KafkaConsumer::note_error(const rd_kafka_message_t& message, Batch& batch) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    const Known& known = this->known(message);
    batch.at_end.insert({known.topic, message.partition});
    // Past what is kept but shows no record: the marks of transactions, what compaction dropped.
    (*known.next)[message.partition] = message.offset;
    return;
  }
  const bool no_group = message.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
  if (!is_lasting(message.err) && !(no_group && is_member_)) return;
  const std::string_view topic = message.rkt ? known(message).topic : std::string_view();
  error_ = client_->diagnosis(message.err, rd_kafka_message_errstr(&message), topic);
  bus_.note(topic.empty() ? client_->name() : topic, kReading, *error_);
}

}  // namespace maitred
