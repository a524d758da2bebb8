#include "bus/kafka/client.h"

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "bus/kafka/diagnosis.h"
#include "bus/kafka/statistics.h"

namespace maitred {

static constexpr Duration kDownFor{1'000};
static constexpr Duration kRestAfter{3'000};

struct KafkaClient::State {
  State(const KafkaSettings& of, std::string called, std::string_view joined, KafkaTroubles& told,
        KafkaCallbacks handed)
      : settings(of),
        name(std::move(called)),
        group(joined),
        was_up(told.was_up()),
        troubles(&told),
        callbacks(std::move(handed)),
        meter(std::in_place, name.substr(0, name.find('-'))) {}

  const KafkaSettings settings;
  const std::string name;
  const std::string group;
  rd_kafka_t* handle = nullptr;
  std::atomic<bool> was_up;  // this client or another of the same bus

  mutable std::mutex mutex;  // guards what follows
  KafkaTroubles* troubles;   // null once the client is gone
  KafkaCallbacks callbacks;
  std::optional<KafkaMeter> meter;  // none once the client is gone; "follow-3" counts as "follow"
  rd_kafka_resp_err_t last_code = RD_KAFKA_RESP_ERR__TRANSPORT;
  std::string last_reason = {};  // of a connection that failed; _ALL_BROKERS_DOWN tells none
  bool in_trouble = false, passes = false;  // passes: without anybody's doing
  Time failed_at = {};
  std::optional<Time> down_since = {};  // of all brokers; real time

  Error diagnosis(rd_kafka_resp_err_t code, std::string_view reason, std::string_view topic) const {
    return diagnose(code, reason, {settings, topic, group, was_up});
  }
  void failed(rd_kafka_resp_err_t code, std::string_view reason);
  void still_down();
  void rests();
  void answered();
  void on_statistics(std::string_view text);
};

namespace {

// "127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in state
// CONNECT)": a reader needs what stands between the broker's name and the parenthesis.
std::string_view shortened(std::string_view reason) {
  if (const size_t tail = reason.find(" (after "); tail != std::string_view::npos)
    reason = reason.substr(0, tail);
  const size_t head = reason.find(": ");
  const bool names_broker = reason.substr(0, head).find('/') != std::string_view::npos;
  return head != std::string_view::npos && names_broker ? reason.substr(head + 2) : reason;
}

bool is_about_connections(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__RESOLVE ||
         code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
         code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM;
}

}  // namespace

// One connection that breaks is daily life. It becomes a trouble when a person has to act, or when
// no broker at all is left.
void KafkaClient::State::failed(rd_kafka_resp_err_t code, std::string_view reason) {
  if (!is_about_connections(code)) {
    log::write(log::Level::debug, "bus.note", std::string(reason),
               {{"client", name}, {"code", rd_kafka_err2name(code)}});
    return;
  }
  std::scoped_lock lock(mutex);
  if (!troubles) return;
  failed_at = real_clock().now();
  const bool all_down = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  if (!all_down) {
    last_code = code;
    last_reason = shortened(reason);
  }
  const Error why = diagnosis(last_code, last_reason, {});
  const bool is_guess = is_broken_off(last_reason);
  if ((all_down || is_guess) && !down_since) down_since = real_clock().now();
  if (why.fault == Fault::transient || is_guess) return;  // see still_down()
  in_trouble = true;
  passes = false;
  troubles->begin(kKafkaConnection, name, why);
}

// The first of several addresses that refuses is reported as all of them, before the next is
// tried; and what breaks off may be a broker that is just starting. What lasts is a trouble.
void KafkaClient::State::still_down() {
  std::scoped_lock lock(mutex);
  const bool lasts = down_since && real_clock().now() - *down_since >= kDownFor;
  if (!lasts || in_trouble || !troubles) return;
  in_trouble = true;
  const Error why = diagnosis(last_code, last_reason, {});
  passes = why.fault == Fault::transient;
  troubles->begin(kKafkaConnection, name, why);
}

// One that has nothing to ask connects to nobody, and would stay in trouble when it is over.
void KafkaClient::State::rests() {
  std::scoped_lock lock(mutex);
  if (!in_trouble || !passes || !troubles || troubles->last_up() < failed_at + kRestAfter) return;
  in_trouble = false;
  down_since.reset();
  troubles->end(kKafkaConnection, name);
}

void KafkaClient::State::answered() {
  was_up = true;
  std::scoped_lock lock(mutex);
  if (troubles) troubles->note_up();
  down_since.reset();
  if (!in_trouble || !troubles) return;
  in_trouble = false;
  troubles->end(kKafkaConnection, name);
}

void KafkaClient::State::on_statistics(std::string_view text) {
  const KafkaStatistics statistics = read_statistics(text);
  {
    std::scoped_lock lock(mutex);
    if (meter) meter->show(statistics);
  }
  if (statistics.any_up) return answered();
  still_down();
  rests();
}

// librdkafka's callbacks; `opaque` is the State.
struct KafkaCallbackDoor {
  static KafkaClient::State& state(void* opaque) {
    return *static_cast<KafkaClient::State*>(opaque);
  }
  static void error(rd_kafka_t*, int code, const char* reason, void* opaque) {
    // A fatal one is asked for by fatal().
    const auto known = static_cast<rd_kafka_resp_err_t>(code);
    if (known != RD_KAFKA_RESP_ERR__FATAL) state(opaque).failed(known, reason);
  }
  static int statistics(rd_kafka_t*, char* text, size_t size, void* opaque) {
    state(opaque).on_statistics({text, size});
    return 0;
  }
  static void log_line(const rd_kafka_t* handle, int, const char* facility, const char* text) {
    log::write(log::Level::debug, "bus.librdkafka", text,
               {{"client", rd_kafka_name(handle)}, {"facility", facility}});
  }
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) state(opaque).answered();
    const auto& handler = state(opaque).callbacks.delivered;
    if (handler) handler(*message);
  }
  static void rebalanced(rd_kafka_t* handle, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t* list, void* opaque) {
    const auto& handler = state(opaque).callbacks.rebalanced;
    if (!handler) {
      rd_kafka_assign(handle, nullptr);
      return;
    }
    handler(what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS, *list);
  }
};

namespace {

// Ends a handle on a thread of its own; true if that ended in time.
bool end_within(Duration wait, std::function<void()> destroy) {
  struct Done {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  auto done = std::make_shared<Done>();
  std::thread thread([done, destroy = std::move(destroy)] {
    destroy();
    std::scoped_lock lock(done->mutex);
    done->done = true;
    done->changed.notify_all();
  });
  std::unique_lock lock(done->mutex);
  const bool in_time = done->changed.wait_for(lock, wait, [&] { return done->done; });
  lock.unlock();
  if (in_time)
    thread.join();
  else
    thread.detach();
  return in_time;
}

}  // namespace

Result<std::unique_ptr<KafkaClient>> KafkaClient::make(const KafkaSettings& settings, KafkaUse use,
                                                       std::string name, std::string_view group,
                                                       KafkaTroubles& troubles,
                                                       KafkaCallbacks callbacks) {
  auto state =
      std::make_shared<State>(settings, std::move(name), group, troubles, std::move(callbacks));
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> why{};
  for (const auto& [property, value] : kafka_properties(settings, use, group)) {
    if (rd_kafka_conf_set(conf, property.c_str(), value.c_str(), why.data(), why.size()) ==
        RD_KAFKA_CONF_OK)
      continue;
    rd_kafka_conf_destroy(conf);
    return fail(Fault::broken, fmt::format("set librdkafka's {}: {}", property, why.data()));
  }
  rd_kafka_conf_set_opaque(conf, state.get());
  rd_kafka_conf_set_error_cb(conf, KafkaCallbackDoor::error);
  rd_kafka_conf_set_stats_cb(conf, KafkaCallbackDoor::statistics);
  rd_kafka_conf_set_log_cb(conf, KafkaCallbackDoor::log_line);
  const bool produces = use == KafkaUse::producer || use == KafkaUse::admin;
  if (state->callbacks.delivered) rd_kafka_conf_set_dr_msg_cb(conf, KafkaCallbackDoor::delivered);
  if (use == KafkaUse::member) rd_kafka_conf_set_rebalance_cb(conf, KafkaCallbackDoor::rebalanced);
  state->handle =
      rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why.data(), why.size());
  if (!state->handle) {
    rd_kafka_conf_destroy(conf);
    return fail(Fault::broken, fmt::format("make a Kafka client: {}", why.data()));
  }
  if (!produces) rd_kafka_poll_set_consumer(state->handle);
  return std::unique_ptr<KafkaClient>(new KafkaClient(std::move(state)));
}

KafkaClient::~KafkaClient() {
  {
    std::scoped_lock lock(state_->mutex);
    state_->troubles->forget(state_->name);
    state_->troubles = nullptr;
    state_->callbacks.rebalanced = nullptr;
    state_->meter.reset();
  }
  if (rd_kafka_type(state_->handle) == RD_KAFKA_PRODUCER) {
    // What is still queued is given back to those who wait for it, as not delivered.
    rd_kafka_purge(state_->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(state_->handle, 100);
  }
  const bool ended = end_within(kKafkaCloseMax, [state = state_] {
    rd_kafka_destroy_flags(state->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  });
  if (!ended) {
    log::warning("bus.client_left",
                 "a Kafka client did not end in time; it is left behind and sends nothing",
                 {{"client", state_->name}});
  }
}

rd_kafka_t* KafkaClient::handle() const {
  return state_->handle;
}

const std::string& KafkaClient::name() const {
  return state_->name;
}

std::optional<Error> KafkaClient::fatal() const {
  std::array<char, 512> text{};
  const auto code = rd_kafka_fatal_error(state_->handle, text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return diagnosis(code, text.data(), {});
}

void KafkaClient::answered() {
  state_->answered();
}

Error KafkaClient::diagnosis(rd_kafka_resp_err_t code, std::string_view reason,
                             std::string_view topic) const {
  return state_->diagnosis(code, reason, topic);
}

PartitionList partition_list(size_t capacity) {
  return {rd_kafka_topic_partition_list_new(static_cast<int>(capacity)),
          rd_kafka_topic_partition_list_destroy};
}

Stored stored_from(const rd_kafka_message_t& message, std::string_view topic, const Clock& house) {
  Stored stored;
  stored.topic = topic;
  stored.position = {message.partition, message.offset};
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  stored.log_time = house.from_real(Time(Duration(rd_kafka_message_timestamp(&message, &kind))));
  stored.key.assign(static_cast<const char*>(message.key), message.key ? message.key_len : 0);
  if (message.payload) stored.value.emplace(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return stored;
  stored.headers.reserve(rd_kafka_header_cnt(headers));
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    stored.headers.push_back(
        {name, std::string(static_cast<const char*>(value), value ? size : 0)});
  return stored;
}

}  // namespace maitred
