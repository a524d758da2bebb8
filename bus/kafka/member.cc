#include "bus/kafka/member.h"

#include <fmt/core.h>

#include <array>

#include "base/log.h"
#include "base/metrics.h"
#include "bus/kafka/follower.h"
#include "bus/kafka/kafka_bus.h"

namespace maitred {
namespace {

constexpr int kPatience = 5'000;  // ms, for what is asked inside a rebalance or commit

using Queue = std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;
using Event = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;

Queue new_queue(rd_kafka_t* handle) {
  return {rd_kafka_queue_new(handle), rd_kafka_queue_destroy};
}

// The group has moved on without us: what we would commit is handled once more, by somebody.
bool is_past(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

// The embedded bus counts its own the same way.
void count_rebalance(const std::string& group, const char* what) {
  metrics()
      .counter("maitred_rebalances_total", "How often partitions came to a group's member or left",
               {{"group", group}, {"what", what}})
      .add();
}

}  // namespace

Result<std::unique_ptr<Subscription>> KafkaMember::join(KafkaBus& bus, std::string_view topic,
                                                        std::string group, JoinOptions options) {
  std::unique_ptr<KafkaMember> member(
      new KafkaMember(bus, topic, std::move(group), std::move(options)));
  TRY(member->join_anew());
  return member;
}

Result<void> KafkaMember::join_anew() {
  rejoin_ = false;
  TRY_ASSIGN(auto client,
             KafkaClient::make(bus_.settings(), KafkaUse::member, group_, bus_.group_name(group_),
                               bus_.troubles(), {{}, [this](bool assigned, auto& list) {
                                                   rebalanced(assigned, list);
                                                 }}));
  rd_kafka_t* handle = client->handle();
  const auto topics = partition_list(1);
  rd_kafka_topic_partition_list_add(topics.get(), std::string(topic_).c_str(),
                                    RD_KAFKA_PARTITION_UA);
  const auto subscribed = rd_kafka_subscribe(handle, topics.get());
  if (subscribed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(client->diagnosis(subscribed, {}, topic_));
  consumer_ = std::make_unique<KafkaConsumer>(bus_, std::move(client), true);
  return {};
}

void KafkaMember::leave() {
  consumer_.reset();
  lose_all();
}

void KafkaMember::lose_all() {
  const auto lost = std::exchange(owned_, {});
  if (lost.empty()) return;
  count_rebalance(group_, "revoked");
  if (options_.on_revoked) options_.on_revoked(lost);
}

Result<Batch> KafkaMember::poll(size_t max, Duration wait, std::stop_token stop) {
  if (rejoin_) leave();
  if (!consumer_) {
    if (auto fatal = bus_.health().fatal) return tl::unexpected(std::move(*fatal));
    TRY(bus_.check(topic_));
    TRY(join_anew());
  }
  auto batch = consumer_->poll(max, wait, stop);
  const auto fatal = consumer_->client().fatal();
  if (fatal) {
    if (fatal->fault == Fault::conflict) bus_.note_fenced(group_, *fatal);
    log::warning("bus.member_renewed", "the group is joined anew: " + fatal->text,
                 {{"group", group_}});
    leave();
    return Batch();  // what was in hand is no longer ours
  }
  if (!batch) rejoin_ = true;
  return batch;
}

void KafkaMember::rebalanced(bool assigned, rd_kafka_topic_partition_list_t& list) {
  if (!assigned) {
    rd_kafka_assign(consumer_->client().handle(), nullptr);
    consumer_->drop_batch();
    lose_all();
    return;
  }
  std::set<int> partitions;
  for (int i = 0; i < list.cnt; ++i) partitions.insert(list.elems[i].partition);
  auto taken = take(partitions);
  if (!taken) {
    rd_kafka_assign(consumer_->client().handle(), nullptr);
    consumer_->fail_poll(std::move(taken).error());
    return;
  }
  owned_ = std::move(partitions);
  count_rebalance(group_, "assigned");
  if (options_.on_assigned) options_.on_assigned(owned_);
}

Result<void> KafkaMember::take(const std::set<int>& partitions) {
  Positions from;
  if (options_.ownership_only) {
    for (const int partition : partitions) from[partition] = RD_KAFKA_OFFSET_END;
    TRY(consumer_->assign(topic_, from));
    return consumer_->pause(topic_, from);
  }
  TRY_ASSIGN(const KafkaBus::Limits limits, bus_.limits({topic_}));
  TRY_ASSIGN(const Positions commits,
             committed_of(consumer_->client(), topic_, bus_.group_name(group_),
                          bus_.partitions(topic_), kPatience));
  for (const auto& [partition, offset] : commits) {
    if (partitions.contains(partition)) from[partition] = offset;
  }
  TRY_ASSIGN(Positions places, places_within(topic_, from, limits.begins.find(topic_)->second,
                                             limits.ends.find(topic_)->second));
  std::erase_if(places, [&](const auto& place) { return !partitions.contains(place.first); });
  return consumer_->assign(topic_, places);
}

// Waits on a queue of its own, since librdkafka's own wait has no end where no broker answers.
Result<void> KafkaMember::commit(const Positions& next) {
  if (options_.ownership_only || !consumer_) return {};
  const auto list = partition_list(next.size());
  const std::string topic(topic_);
  for (const auto& [partition, offset] : next) {
    if (owned_.contains(partition))
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  }
  if (list->cnt == 0) return {};
  KafkaClient& client = consumer_->client();
  const Queue queue = new_queue(client.handle());
  const auto asked =
      rd_kafka_commit_queue(client.handle(), list.get(), queue.get(), nullptr, nullptr);
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(client.diagnosis(asked, {}, topic_));
  const Event event(rd_kafka_queue_poll(queue.get(), kPatience), rd_kafka_event_destroy);
  if (!event) return fail(Fault::transient, fmt::format("the group {} did not answer", group_));
  const rd_kafka_resp_err_t done = rd_kafka_event_error(event.get());
  if (done == RD_KAFKA_RESP_ERR_NO_ERROR || is_past(done)) return {};
  return tl::unexpected(client.diagnosis(done, rd_kafka_event_error_string(event.get()), topic_));
}

Result<Positions> committed_of(KafkaClient& client, std::string_view topic,
                               const std::string& group, int partitions, int timeout_ms) {
  const auto list = partition_list(static_cast<size_t>(partitions));
  for (int partition = 0; partition < partitions; ++partition)
    rd_kafka_topic_partition_list_add(list.get(), std::string(topic).c_str(), partition);
  const std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                        decltype(&rd_kafka_ListConsumerGroupOffsets_destroy)>
      request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get()),
              rd_kafka_ListConsumerGroupOffsets_destroy);
  rd_kafka_ListConsumerGroupOffsets_t* requests[] = {request.get()};
  const Queue queue = new_queue(client.handle());
  rd_kafka_ListConsumerGroupOffsets(client.handle(), requests, 1, nullptr, queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), timeout_ms), rd_kafka_event_destroy);
  if (!event) return fail(Fault::transient, fmt::format("the group {} did not answer", group));
  if (const auto failed = rd_kafka_event_error(event.get()); failed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(
        client.diagnosis(failed, rd_kafka_event_error_string(event.get()), topic));
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event.get());
  size_t count = 0;
  const auto* groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
  Positions commits;
  if (count == 0) return commits;
  if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0])) {
    return tl::unexpected(
        client.diagnosis(rd_kafka_error_code(error), rd_kafka_error_string(error), topic));
  }
  const auto* offsets = rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; i < offsets->cnt; ++i) {
    if (offsets->elems[i].offset >= 0)
      commits[offsets->elems[i].partition] = offsets->elems[i].offset;
  }
  return commits;
}

}  // namespace maitred
