// What we would be refused, found out without leaving a trace on the log.
#include <fmt/core.h>

#include "bus/kafka/diagnosis.h"
#include "bus/kafka/kafka_bus.h"

namespace maitred {
namespace {

constexpr Duration kAnswerMax{5'000};

// A fetch at every end, which needs the right to read.
Result<void> try_to_read(KafkaBus& bus, std::span<const std::string_view> topics) {
  TopicPositions from;
  std::set<std::string, std::less<>> waiting;
  for (const std::string_view topic : topics) {
    TRY_ASSIGN(from[std::string(topic)], bus.ends(topic));
    waiting.emplace(topic);
  }
  TRY_ASSIGN(const auto reader, bus.follow(from));
  const Time until = real_clock().now() + kAnswerMax;
  while (!waiting.empty() && real_clock().now() < until) {
    TRY_ASSIGN(const Batch batch, reader->poll(1000, Duration(500), {}));
    for (const TopicPartition& end : batch.at_end) waiting.erase(std::string(end.topic));
  }
  if (waiting.empty()) return {};
  return fail(Fault::transient, fmt::format("{} was not read within {} s", *waiting.begin(),
                                            kAnswerMax.count() / 1000));
}

using Answers = std::map<std::string, rd_kafka_resp_err_t, std::less<>>;

// Asks for two acknowledgements, which no broker knows. It looks at our rights first, then refuses
// the request for that, and only then would it look at what is to be written.
Result<Answers> try_to_write(const KafkaSettings& settings, KafkaTroubles& troubles,
                             const std::vector<std::string_view>& topics) {
  KafkaSettings asking = settings;
  asking.properties.insert_or_assign("acks", std::string("2"));
  const auto answers = std::make_shared<Answers>();
  TRY_ASSIGN(const auto client, KafkaClient::make(asking, KafkaUse::admin, "probe", {}, troubles,
                                                  {[answers](const rd_kafka_message_t& message) {
                                                     (*answers)[rd_kafka_topic_name(message.rkt)] =
                                                         message.err;
                                                   },
                                                   {}}));
  constexpr std::string_view kKey = "probe";
  for (const std::string_view topic : topics) {
    const auto sent = rd_kafka_producev(
        client->handle(), RD_KAFKA_V_TOPIC(std::string(topic).c_str()), RD_KAFKA_V_PARTITION(0),
        RD_KAFKA_V_KEY(kKey.data(), kKey.size()), RD_KAFKA_V_END);
    if (sent != RD_KAFKA_RESP_ERR_NO_ERROR)
      return tl::unexpected(client->diagnosis(sent, {}, topic));
  }
  rd_kafka_flush(client->handle(), static_cast<int>(kAnswerMax.count()));
  return *answers;
}

}  // namespace

std::vector<Error> KafkaBus::refusals(const std::vector<std::string_view>& to_read,
                                      const std::vector<std::string_view>& to_write) {
  std::vector<Error> refused;
  if (!try_to_read(*this, to_read)) {  // which of them?
    for (const std::string_view topic : to_read) {
      auto read = try_to_read(*this, {&topic, 1});
      if (!read) refused.push_back(std::move(read).error());
    }
  }
  auto answers = try_to_write(settings_, troubles_, to_write);
  if (!answers) {
    refused.push_back(std::move(answers).error());
    return refused;
  }
  for (const std::string_view topic : to_write) {
    const auto answer = answers->find(topic);
    if (answer == answers->end())
      refused.push_back({Fault::transient, fmt::format("{} did not answer", topic), {}});
    else if (answer->second != RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS)
      refused.push_back(diagnose(answer->second, {}, {settings_, topic}));
  }
  return refused;
}

}  // namespace maitred
