#include "bus/kafka/producer.h"

#include <fmt/core.h>

#include "base/log.h"
#include "bus/kafka/diagnosis.h"

namespace maitred {
namespace {

constexpr Duration kServeWait{100};      // so that a stop or a fatal error is noticed
constexpr Duration kFullWait{10};        // before a full queue is tried again
constexpr Duration kReportsLate{5'000};  // beyond kKafkaPublishMax: the client hangs
constexpr Duration kMakeAgainAfter{1000};
constexpr Duration kRefusedAgain{10'000};  // a missing right is not granted sooner
constexpr std::chrono::seconds kClockOff{5};

Time now() {
  return real_clock().now();
}

}  // namespace

// Reports come on the thread `bus`; the publisher waits. It keeps itself alive until the last one.
struct KafkaProducer::Ticket {
  struct Slot {
    Ticket* ticket = nullptr;
    Position position = {};
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Slot> slots;
  size_t open = 0;
  rd_kafka_resp_err_t failed = RD_KAFKA_RESP_ERR_NO_ERROR;  // the first that did
  std::string reason;
  Time first_stamp = Time::max(), last_stamp = Time::min();  // of the broker, real time
  std::shared_ptr<Ticket> self;

  static void report(const rd_kafka_message_t& message) {
    Slot& slot = *static_cast<Slot*>(message._private);
    Ticket& ticket = *slot.ticket;
    std::shared_ptr<Ticket> last;
    std::scoped_lock lock(ticket.mutex);
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (ticket.failed == RD_KAFKA_RESP_ERR_NO_ERROR) ticket.failed = message.err;
    } else {
      slot.position = {message.partition, message.offset};
      rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
      const Time stamp{Duration(rd_kafka_message_timestamp(&message, &kind))};
      if (kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) {
        ticket.first_stamp = std::min(ticket.first_stamp, stamp);
        ticket.last_stamp = std::max(ticket.last_stamp, stamp);
      }
    }
    if (--ticket.open > 0) return;
    ticket.changed.notify_all();
    last = std::move(ticket.self);
  }
  void done_without(size_t unsent) {  // those that were never handed over report nothing
    std::scoped_lock lock(mutex);
    open -= unsent;
    if (open == 0) self.reset();
  }
};

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::make(const KafkaSettings& settings,
                                                           KafkaTroubles& troubles) {
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(settings, troubles));
  TRY_ASSIGN(producer->client_, producer->make_client());
  producer->thread_ =
      std::jthread([raw = producer.get()](std::stop_token stop) { raw->serve(std::move(stop)); });
  return producer;
}

KafkaProducer::~KafkaProducer() {
  give_up();
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Result<std::shared_ptr<KafkaClient>> KafkaProducer::make_client() {
  TRY_ASSIGN(auto client, KafkaClient::make(settings_, KafkaUse::producer, "publish", {}, troubles_,
                                            {Ticket::report, {}}));
  return std::shared_ptr<KafkaClient>(std::move(client));
}

std::shared_ptr<KafkaClient> KafkaProducer::client() const {
  std::scoped_lock lock(mutex_);
  return client_;
}

void KafkaProducer::serve(std::stop_token stop) {
  Time made_at = now();
  while (!stop.stop_requested()) {
    auto client = this->client();
    if (!client) {
      auto made = make_client();
      if (!made) {
        real_clock().sleep_until(now() + kMakeAgainAfter, stop);
        continue;
      }
      made_at = now();
      std::scoped_lock lock(mutex_);
      client_ = std::move(*made);
      changed_.notify_all();
      continue;
    }
    rd_kafka_poll(client->handle(), static_cast<int>(kServeWait.count()));
    const auto fatal = client->fatal();
    if (!fatal) continue;
    // Who may not write at all may still ask and read, and is perhaps granted more.
    const bool is_refused = fatal->fault == Fault::denied;
    if (is_refused && now() - made_at < kRefusedAgain) continue;
    if (!is_refused)
      log::warning("bus.producer_renewed",
                   "librdkafka cannot go on sending and is made anew: " + fatal->text);
    put_away(std::move(client));
  }
}

// Purged, its waiters told, and ended, before another may send.
void KafkaProducer::put_away(std::shared_ptr<KafkaClient> client) {
  rd_kafka_purge(client->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client->handle(), static_cast<int>(kKafkaCloseMax.count()));
  {
    std::scoped_lock lock(mutex_);
    client_.reset();
  }
  const std::weak_ptr<KafkaClient> held = client;
  client.reset();
  const Time until = now() + kKafkaCloseMax;
  while (!held.expired() && now() < until) real_clock().sleep_until(now() + kFullWait, {});
}

void KafkaProducer::give_up() {
  given_up_ = true;
  changed_.notify_all();
  if (const auto client = this->client())
    rd_kafka_purge(client->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

// Waits while the queue is full. An empty text: it is in the queue.
Error KafkaProducer::send(KafkaClient& client, const std::string& topic, const Record& record,
                          int partition, void* slot, Time until) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  // librdkafka takes a null payload for a tombstone; an empty value has an address.
  const void* value = record.value ? record.value->data() : nullptr;
  const size_t size = record.value ? record.value->size() : 0;
  // Counts only where the topic takes its writers' stamps; 0 = now.
  const int64_t stamp = record.stamp ? record.stamp->time_since_epoch().count() : 0;
  for (;;) {
    const rd_kafka_resp_err_t sent = rd_kafka_producev(
        client.handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<void*>(value), size), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(stamp),
        RD_KAFKA_V_OPAQUE(slot), RD_KAFKA_V_END);
    if (sent == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    const bool full = sent == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    if (!full || now() >= until || given_up_) {
      rd_kafka_headers_destroy(headers);
      if (full) return {Fault::transient, "the queue of what waits to be sent stayed full", {}};
      return client.fatal().value_or(client.diagnosis(sent, {}, topic));
    }
    real_clock().sleep_until(now() + kFullWait, {});
  }
}

Result<std::vector<Position>> KafkaProducer::publish(const std::string& topic,
                                                     std::span<const Record> records,
                                                     int partitions) {
  if (records.empty()) return std::vector<Position>();
  const Time sent_at = now();
  const Time until = sent_at + kKafkaPublishMax;
  std::shared_ptr<KafkaClient> client;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kKafkaPublishMax, [&] { return client_ || given_up_; });
    client = client_;
  }
  if (given_up_ || !client) return fail(Fault::transient, "the process is ending");
  auto ticket = std::make_shared<Ticket>();
  ticket->self = ticket;
  ticket->slots.resize(records.size(), {ticket.get()});
  ticket->open = records.size();
  std::optional<Error> refused;
  for (size_t i = 0; i < records.size() && !refused; ++i) {
    const int partition = records[i].partition.value_or(partition_of(records[i].key, partitions));
    Error error = send(*client, topic, records[i], partition, &ticket->slots[i], until);
    if (error.text.empty()) continue;
    refused = std::move(error);
    ticket->done_without(records.size() - i);
  }
  client.reset();  // so that it can end, should it have to, while we wait
  std::unique_lock lock(ticket->mutex);
  const bool reported = ticket->changed.wait_for(
      lock, std::max(Duration(0), until - now()) + kReportsLate, [&] { return ticket->open == 0; });
  if (!reported) return fail(Fault::transient, "librdkafka gave no report in time");
  if (ticket->failed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(diagnose(ticket->failed, {}, {settings_, topic, {}}));
  if (refused) return tl::unexpected(std::move(*refused));
  const bool by_writer = ticket->last_stamp == Time::min() && !records.front().stamp;
  if (by_writer && !told_of_stamps_.exchange(true)) {
    log::warning("bus.stamps",
                 "a topic is stamped by its writers' clocks instead of the broker's: `maitred "
                 "topics create` says what mends it",
                 {{"topic", topic}});
  }
  check_clock(*ticket, sent_at);
  std::vector<Position> positions;
  positions.reserve(records.size());
  for (const auto& slot : ticket->slots) positions.push_back(slot.position);
  return positions;
}

void KafkaProducer::check_clock(const Ticket& ticket, Time sent) {
  if (ticket.last_stamp == Time::min()) return;  // the topic is not stamped by the broker
  const bool ok = ticket.first_stamp >= sent - kClockOff && ticket.last_stamp <= now() + kClockOff;
  if (clock_ok_.exchange(ok) == ok) return;
  if (ok)
    log::notice("clock.agrees", "our clock and the broker's agree again");
  else
    log::error("clock.off", "our clock and the broker's are more than 5 s apart: no timer fires",
               {{"ahead_ms", (sent - ticket.first_stamp).count()}});
}

}  // namespace maitred
