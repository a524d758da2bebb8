#include "bus/kafka/kafka_bus.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "bus/kafka/diagnosis.h"
#include "bus/kafka/follower.h"
#include "bus/kafka/member.h"

namespace maitred {
namespace {

constexpr int kPatience = 5'000;  // ms
constexpr int kPatienceInTrouble = 1'000;
constexpr Duration kAskAgainAfter{100};
constexpr int kFencedMax = 3;
constexpr std::chrono::minutes kFencedWithin{1};
constexpr int64_t kOldest = RD_KAFKA_OFFSET_BEGINNING, kEnd = RD_KAFKA_OFFSET_END;

struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;

}  // namespace

KafkaBus::KafkaBus(KafkaSettings settings, const Clock& house)
    : settings_(std::move(settings)), house_(house) {
  for (const TopicInfo& one : all_topics()) topic_names_.push_back(settings_.names.name(one.topic));
}

KafkaBus::~KafkaBus() = default;

Result<std::unique_ptr<KafkaBus>> KafkaBus::open(KafkaSettings settings, const Clock& house) {
  std::unique_ptr<KafkaBus> bus(new KafkaBus(std::move(settings), house));
  TRY_ASSIGN(bus->producer_, KafkaProducer::make(bus->settings_, bus->troubles_));
  return bus;
}

std::string_view KafkaBus::full_name(std::string_view topic) const {
  const auto found = std::ranges::find(topic_names_, topic);
  return found == topic_names_.end() ? std::string_view() : std::string_view(*found);
}

std::string KafkaBus::group_name(std::string_view group) const {
  return fmt::format("{}.{}", settings_.names.prefix, group);
}

int KafkaBus::partitions(std::string_view topic) const {
  const auto known = settings_.names.find(topic);
  return known ? settings_.names.count(*known) : 0;
}

int KafkaBus::patience() const {
  return troubles_.any(kKafkaConnection) ? kPatienceInTrouble : kPatience;
}

// In slices, since librdkafka knows why it gets no answer well before its time is over.
Result<void> KafkaBus::reach() {
  const Time until = real_clock().now() + Duration(kPatience);
  while (real_clock().now() < until) {
    const auto client = producer_->client();
    if (!client) return fail(Fault::transient, "the Kafka client is being made anew");
    const rd_kafka_metadata_t* raw = nullptr;
    const auto asked = rd_kafka_metadata(client->handle(), 0, nullptr, &raw, kPatienceInTrouble);
    if (asked == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const Metadata metadata(raw);
      client->answered();
      return {};
    }
    if (auto why = troubles_.of(kKafkaConnection)) return tl::unexpected(std::move(*why));
  }
  return tl::unexpected(diagnose(RD_KAFKA_RESP_ERR__TRANSPORT, {}, {settings_}));
}

Result<void> KafkaBus::check() {
  TRY(reach());
  Result<void> first;
  for (const std::string& topic : topic_names_) {
    auto checked = check(topic);
    if (checked || !first) continue;
    first = std::move(checked);
    if (first.error().fault == Fault::transient) break;
  }
  return first;
}

Result<void> KafkaBus::check(std::string_view topic) {
  if (full_name(topic).empty())
    return fail(Fault::malformed, fmt::format("{} is no topic of ours", topic));
  {
    std::scoped_lock lock(mutex_);
    if (checked_.contains(topic)) return {};
  }
  auto looked = look_at(topic);
  if (looked) {
    troubles_.end(topic, "check");
    std::scoped_lock lock(mutex_);
    checked_.emplace(topic);
  } else if (looked.error().fault != Fault::transient) {
    troubles_.begin(topic, "check", looked.error());
  }
  return looked;
}

Result<void> KafkaBus::look_at(std::string_view topic) {
  TRY_ASSIGN(const int count, count_of(topic));
  if (count == partitions(topic)) return {};
  Error error{Fault::broken,
              fmt::format("{} has {} partitions on the broker and {} in the configuration: set "
                          "[bus] {} = {}, or use another prefix",
                          topic, count, partitions(topic),
                          is_compacted(*settings_.names.find(topic)) ? "partitions_compacted"
                                                                     : "partitions",
                          count),
              {}};
  std::scoped_lock lock(mutex_);
  fatal_ = error;
  return tl::unexpected(std::move(error));
}

// Asks for the list of all topics, since asking for one by name may make it.
Result<int> KafkaBus::count_of(std::string_view topic) {
  const auto client = producer_->client();
  if (!client) return fail(Fault::transient, "the Kafka client is being made anew");
  const rd_kafka_metadata_t* raw = nullptr;
  const auto asked = rd_kafka_metadata(client->handle(), 1, nullptr, &raw, patience());
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const auto sentences = troubles_.sentences();
    if (!sentences.empty()) return fail(Fault::transient, sentences.front());
    return tl::unexpected(client->diagnosis(RD_KAFKA_RESP_ERR__TRANSPORT, {}, topic));
  }
  const Metadata metadata(raw);
  client->answered();
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& found = metadata->topics[i];
    if (found.topic != topic) continue;
    if (found.err == RD_KAFKA_RESP_ERR_NO_ERROR) return found.partition_cnt;
    return tl::unexpected(client->diagnosis(found.err, {}, topic));
  }
  return tl::unexpected(absence(topic));
}

// Not in the list: it is not there, or we may not see it. A consumer may ask without making it.
Error KafkaBus::absence(std::string_view topic) {
  auto client = KafkaClient::make(settings_, KafkaUse::follower, "look", {}, troubles_, {});
  if (!client) return client.error();
  rd_kafka_t* handle = (*client)->handle();
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle_of(
      rd_kafka_topic_new(handle, std::string(topic).c_str(), nullptr), rd_kafka_topic_destroy);
  const rd_kafka_metadata_t* raw = nullptr;
  const auto asked = rd_kafka_metadata(handle, 0, handle_of.get(), &raw, patience());
  auto code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  if (asked == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Metadata metadata(raw);
    if (metadata->topic_cnt > 0 && metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
      code = metadata->topics[0].err;
  }
  return (*client)->diagnosis(code, {}, topic);
}

Result<std::vector<Position>> KafkaBus::publish(std::string_view topic,
                                                std::span<const Record> records) {
  for (const Record& record : records) {
    if (record.value && record.value->size() > kValueMax)
      return fail(Fault::malformed, fmt::format("a value of {} bytes: at most {} go on the log",
                                                record.value->size(), kValueMax));
  }
  TRY(check(topic));
  auto published = producer_->publish(std::string(topic), records, partitions(topic));
  if (published) {
    troubles_.end(topic, "publish");
    return published;
  }
  note(topic, "publish", published.error());
  if (published.error().fault != Fault::transient || producer_->has_given_up()) return published;
  TRY(check(topic));  // it may have been deleted; that is the better reason
  return published;
}

// A partition whose leader is just being chosen is asked for again.
Result<TopicPositions> KafkaBus::list_offsets(const std::vector<std::string_view>& topics,
                                              int64_t at) {
  const Time until = real_clock().now() + Duration(patience());
  for (;;) {
    auto places = ask_offsets(topics, at);
    const bool passes = !places && places.error().fault == Fault::transient;
    if (!passes || real_clock().now() + kAskAgainAfter >= until) return places;
    real_clock().sleep_until(real_clock().now() + kAskAgainAfter, {});
  }
}

Result<TopicPositions> KafkaBus::ask_offsets(const std::vector<std::string_view>& topics,
                                             int64_t at) {
  const auto client = producer_->client();
  if (!client) return fail(Fault::transient, "the Kafka client is being made anew");
  const auto list = partition_list(topics.size() * 16);
  for (const std::string_view topic : topics) {
    TRY(check(topic));
    const std::string name(topic);
    for (int partition = 0; partition < partitions(topic); ++partition)
      rd_kafka_topic_partition_list_add(list.get(), name.c_str(), partition)->offset = at;
  }
  const auto asked = rd_kafka_offsets_for_times(client->handle(), list.get(), patience());
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Error error = client->diagnosis(asked, {}, topics.front());
    if (error.fault != Fault::transient) note(topics.front(), "places", error);
    return tl::unexpected(error);
  }
  client->answered();
  TopicPositions places;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const Error error = client->diagnosis(one.err, {}, one.topic);
      if (error.fault != Fault::transient) note(one.topic, "places", error);
      return tl::unexpected(error);
    }
    places[one.topic][one.partition] = one.offset;
  }
  for (const std::string_view topic : topics) troubles_.end(topic, "places");
  return places;
}

Result<KafkaBus::Limits> KafkaBus::limits(const std::vector<std::string_view>& topics) {
  Limits found;
  if (topics.empty()) return found;
  TRY_ASSIGN(found.begins, list_offsets(topics, kOldest));
  TRY_ASSIGN(found.ends, list_offsets(topics, kEnd));
  return found;
}

Result<Positions> KafkaBus::ends(std::string_view topic) {
  TRY_ASSIGN(auto places, list_offsets({topic}, kEnd));
  return std::move(places.begin()->second);
}

Result<Positions> KafkaBus::begins(std::string_view topic) {
  TRY_ASSIGN(auto places, list_offsets({topic}, kOldest));
  return std::move(places.begin()->second);
}

Result<Positions> KafkaBus::since(std::string_view topic, Time time) {
  const int64_t real = house_.to_real(time).time_since_epoch().count();
  TRY_ASSIGN(auto places, list_offsets({topic}, std::max<int64_t>(0, real)));
  TRY_ASSIGN(const Positions ends, this->ends(topic));
  for (auto& [partition, offset] : places.begin()->second) {
    if (offset < 0) offset = ends.at(partition);
  }
  return std::move(places.begin()->second);
}

// A client of its own: where it could be in no group itself, librdkafka dies of the answer that a
// group's coordinator has moved or is still loading (its issue 5040).
Result<std::shared_ptr<KafkaClient>> KafkaBus::asker() {
  std::scoped_lock lock(mutex_);
  if (!asker_) {
    TRY_ASSIGN(asker_,
               KafkaClient::make(settings_, KafkaUse::follower, "groups", {}, troubles_, {}));
  }
  drain_asker();
  return asker_;
}

// What it has to tell besides: with mutex_ held.
void KafkaBus::drain_asker() const {
  while (rd_kafka_message_t* message =
             asker_ ? rd_kafka_consumer_poll(asker_->handle(), 0) : nullptr)
    rd_kafka_message_destroy(message);
}

Result<Positions> KafkaBus::committed(std::string_view topic, std::string_view group) {
  TRY_ASSIGN(Positions places, begins(topic));
  TRY_ASSIGN(const auto client, asker());
  TRY_ASSIGN(const Positions commits,
             committed_of(*client, topic, group_name(group), partitions(topic), patience()));
  for (const auto& [partition, offset] : commits) places[partition] = offset;
  return places;
}

Result<std::unique_ptr<Subscription>> KafkaBus::join(std::string_view topic, std::string_view group,
                                                     JoinOptions options) {
  TRY(check(topic));
  return KafkaMember::join(*this, full_name(topic), std::string(group), std::move(options));
}

Result<std::unique_ptr<Reader>> KafkaBus::follow(const TopicPositions& from) {
  int number = 0;
  {
    std::scoped_lock lock(mutex_);
    number = ++followers_;
  }
  return KafkaFollower::open(*this, from, number);
}

void KafkaBus::note(std::string_view topic, std::string_view client, const Error& error) {
  if (error.fault == Fault::denied) troubles_.begin(topic, client, error);
  std::scoped_lock lock(mutex_);
  if (const auto found = checked_.find(topic); found != checked_.end()) checked_.erase(found);
}

void KafkaBus::note_fenced(std::string_view group, const Error& error) {
  const Time now = real_clock().now();
  std::scoped_lock lock(mutex_);
  std::vector<Time>& times = fenced_[std::string(group)];
  times.push_back(now);
  std::erase_if(times, [&](Time at) { return now - at > kFencedWithin; });
  if (times.size() < kFencedMax) return;
  fatal_ = {Fault::conflict,
            fmt::format("{}, {} times in a minute: give each process a `node` of its own",
                        error.text, times.size()),
            {}};
}

BusHealth KafkaBus::health() const {
  std::scoped_lock lock(mutex_);
  drain_asker();
  return {troubles_.sentences(), producer_->clock_ok(), fatal_};
}

void KafkaBus::give_up() {
  producer_->give_up();
}

}  // namespace maitred
