#include "bus/kafka/follower.h"

#include <fmt/core.h>

#include "bus/kafka/kafka_bus.h"

namespace maitred {

Result<Positions> places_within(std::string_view topic, const Positions& from,
                                const Positions& begins, const Positions& ends) {
  Positions places = begins;
  for (const auto& [partition, offset] : from) {
    const auto begin = begins.find(partition);
    if (begin == begins.end())
      return fail(Fault::missing, fmt::format("{} has no partition {}", topic, partition));
    const int64_t end = ends.at(partition);
    if (offset < begin->second || offset > end) {
      return fail(Fault::missing, fmt::format("{}/{} keeps offsets {} to {}, not {}", topic,
                                              partition, begin->second, end, offset));
    }
    places[partition] = offset;
  }
  return places;
}

Result<std::unique_ptr<Reader>> KafkaFollower::open(KafkaBus& bus, const TopicPositions& from,
                                                    int number) {
  std::vector<std::string_view> topics;
  for (const auto& [topic, places] : from) topics.push_back(topic);
  TRY_ASSIGN(const KafkaBus::Limits limits, bus.limits(topics));
  TopicPositions begin;
  for (const auto& [topic, places] : from) {
    TRY_ASSIGN(begin[topic], places_within(topic, places, limits.begins.find(topic)->second,
                                           limits.ends.find(topic)->second));
  }
  TRY_ASSIGN(auto client,
             KafkaClient::make(bus.settings(), KafkaUse::follower, fmt::format("follow-{}", number),
                               {}, bus.troubles(), {}));
  std::unique_ptr<KafkaFollower> follower(new KafkaFollower(bus, std::move(client)));
  TRY(follower->consumer_.assign(begin));
  return follower;
}

Result<Batch> KafkaFollower::poll(size_t max, Duration wait, std::stop_token stop) {
  auto batch = consumer_.poll(max, wait, stop);
  if (const auto fatal = consumer_.client().fatal(); fatal && batch && batch->records.empty())
    return fail(Fault::transient, "librdkafka cannot go on reading: " + fatal->text);
  return batch;
}

}  // namespace maitred
