// What our wrapping of librdkafka costs: CPU microseconds of this process a record, published and
// followed through the Kafka bus, beside plain librdkafka loops with the same settings, batches and
// records in the same run, turn and turn about. The broker is a real one, of tests/servers.
#include <fmt/core.h>
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "bus/kafka/admin.h"
#include "bus/kafka/kafka_bus.h"
#include "bus/kafka/topic_plan.h"
#include "tests/servers/kafka_server.h"

using namespace maitred;

namespace {

constexpr int kRounds = 7;
constexpr size_t kRecords = 60'000;  // a round
constexpr size_t kBatch = 500;       // as the dispatcher's

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench: {}\n", why);
  std::exit(1);
}

template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error().text);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// User and system time of this process, all its threads, in microseconds.
double cpu() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return us(used.ru_utime) + us(used.ru_stime);
}

double cpu_of(const std::function<void()>& body) {
  const double begin = cpu();
  body();
  return cpu() - begin;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// A handle of plain librdkafka with the settings that our own clients get.
class Plain {
 public:
  Plain(const KafkaSettings& settings, KafkaUse use) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 512> why{};
    for (const auto& [name, value] : kafka_properties(settings, use)) {
      if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
          RD_KAFKA_CONF_OK)
        give_up(why.data());
    }
    rd_kafka_conf_set_opaque(conf, &acknowledged_);
    rd_kafka_conf_set_log_cb(conf, nullptr);
    const bool produces = use == KafkaUse::producer;
    if (produces) rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    handle_ = rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why.data(),
                           why.size());
    if (!handle_) give_up(why.data());
    if (!produces) rd_kafka_poll_set_consumer(handle_);
  }
  ~Plain() { rd_kafka_destroy(handle_); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void publish(const std::string& topic, const std::vector<Record>& records, int partitions) {
    acknowledged_ = 0;
    for (const Record& record : records) {
      rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
      for (const Header& header : record.headers) {
        rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                            header.value.data(), static_cast<ssize_t>(header.value.size()));
      }
      const auto sent = rd_kafka_producev(
          handle_, RD_KAFKA_V_TOPIC(topic.c_str()),
          RD_KAFKA_V_PARTITION(partition_of(record.key, partitions)),
          RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(record.value->data()), record.value->size()),
          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
      if (sent != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(sent));
    }
    while (acknowledged_ < records.size()) rd_kafka_poll(handle_, 100);
  }

  // From the oldest record of each partition; it looks at keys and values, and copies nothing.
  size_t follow(const std::string& topic, int partitions, size_t records) {
    const auto list = partition_list(static_cast<size_t>(partitions));
    for (int i = 0; i < partitions; ++i)
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i)->offset = 0;
    rd_kafka_assign(handle_, list.get());
    size_t bytes = 0;
    for (size_t seen = 0; seen < records;) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(handle_, 100);
      if (!message) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        bytes += message->len + message->key_len;
        ++seen;
      }
      rd_kafka_message_destroy(message);
    }
    return bytes;
  }

 private:
  static void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(message->err));
    ++*static_cast<size_t*>(opaque);
  }
  rd_kafka_t* handle_ = nullptr;
  size_t acknowledged_ = 0;
};

size_t follow(KafkaBus& bus, const std::string& topic, size_t records) {
  const auto reader = must(bus.follow({{topic, {}}}));
  size_t bytes = 0;
  for (size_t seen = 0; seen < records;) {
    const Batch batch = must(reader->poll(1000, Duration(100), {}));
    for (const Stored& stored : batch.records) bytes += stored.key.size() + stored.value->size();
    seen += batch.records.size();
  }
  return bytes;
}

std::vector<Record> batch_of_mentions(const TopicNames& names) {
  std::vector<Record> records;
  for (size_t i = 0; i < kBatch; ++i) {
    std::string text;
    for (size_t word = 0; text.size() < 800; ++word)
      text += fmt::format("{:x} ", (i + 7) * (word + 3) * 2654435761U % 100'003);
    const std::string id = fmt::format("mastodon:https://social.example/users/guest{0}/{0}", i);
    records.push_back(make_record(
        names, Topic::mentions, fmt::format("mastodon:guest{}@social.example", i), id + "@0",
        fmt::format(R"({{"v":1,"id":"{}","revision":"0","source":"mortons","text":"{}"}})", id,
                    text)));
  }
  return records;
}

void print_row(const char* what, const std::vector<double>& plain,
               const std::vector<double>& ours) {
  const auto each = static_cast<double>(kRecords);
  fmt::print("  {:<8} {:>8.2f} {:>8.2f} {:>8.2f}\n", what, median(plain) / each,
             median(ours) / each, median(ours) / median(plain));
}

void measure(const KafkaSettings& settings) {
  const std::string topic = settings.names.name(Topic::mentions);
  const int partitions = settings.names.partitions;
  const std::vector<Record> batch = batch_of_mentions(settings.names);
  const auto publish_all = [&](const auto& publish) {
    publish();  // connections are made, and the topic is known
    return cpu_of([&] {
      for (size_t i = 0; i < kRecords; i += kBatch) publish();
    });
  };
  std::vector<double> plain_out, ours_out, plain_in, ours_in;
  for (int round = 0; round < kRounds; ++round) {
    {
      Plain plain(settings, KafkaUse::producer);
      plain_out.push_back(publish_all([&] { plain.publish(topic, batch, partitions); }));
    }
    const auto bus = must(KafkaBus::open(settings, real_clock()));
    ours_out.push_back(publish_all([&] { must(bus->publish(topic, batch)); }));
  }
  const auto bus = must(KafkaBus::open(settings, real_clock()));
  const std::string other = settings.names.name(Topic::verdicts);  // read from end to end
  for (size_t i = 0; i < kRecords; i += kBatch) must(bus->publish(other, batch));
  for (int round = 0; round < kRounds; ++round) {
    size_t plain_bytes = 0, our_bytes = 0;
    plain_in.push_back(cpu_of([&] {
      plain_bytes = Plain(settings, KafkaUse::follower).follow(other, partitions, kRecords);
    }));
    ours_in.push_back(cpu_of([&] { our_bytes = follow(*bus, other, kRecords); }));
    if (plain_bytes == 0 || our_bytes == 0) give_up("nothing was read");
  }
  fmt::print("kafka: {} records of {} bytes and {} headers, {} at once; median of {} rounds\n",
             kRecords, batch[0].value->size(), batch[0].headers.size(), kBatch, kRounds);
  fmt::print("  CPU µs    librdkafka  ours    ratio   (a record; this process, all its threads)\n");
  print_row("publish", plain_out, ours_out);
  print_row("follow", plain_in, ours_in);
}

}  // namespace

int main() {
  log::set_level(log::Level::warning);
  const auto server = KafkaServer::start();
  if (!server) {
    fmt::print("kafka: not measured: {}\n", server.error().text);
    return 0;
  }
  KafkaSettings settings;
  settings.brokers = {server->brokers()};
  settings.node = "bench";
  settings.replication = settings.min_insync = 1;
  must(must(KafkaAdmin::open(settings))->create(topic_plans(settings)));
  measure(settings);
  return 0;
}
