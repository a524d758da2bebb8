#include "daemon/wiring.h"

#include <fmt/core.h>

#include <cstdio>
#include <thread>

#include "base/log.h"
#include "bus/embedded/embedded_bus.h"
#include "bus/kafka/kafka_bus.h"
#include "connectors/listener.h"
#include "daemon/health.h"
#include "daemon/meters.h"
#include "daemon/version.h"
#include "dispatch/board/board.h"
#include "dispatch/dispatcher.h"
#include "dispatch/staff/floor.h"

namespace maitred {
namespace {

constexpr std::chrono::hours kRetainEvery{1};
constexpr std::chrono::seconds kLookAgainAfter{5};  // at a Kafka that is not as it should be
constexpr std::chrono::seconds kFinishMax{5};       // then nobody waits for the log any more

Result<std::vector<CourierSettings>> courier_settings(const Configuration& configuration) {
  std::vector<CourierSettings> all;
  for (const CourierConfig& courier : configuration.couriers) {
    all.push_back(courier.settings);
    auto token = read_secret(courier.token);
    if (!token)
      return fail(fmt::format("read the token of [couriers.{}]", courier.settings.name),
                  token.error());
    all.back().token = std::move(*token);
  }
  return all;
}

Result<std::vector<SourceSettings>> source_settings(const Configuration& configuration) {
  std::vector<SourceSettings> all;
  for (const SourceConfig& source : configuration.sources) {
    all.push_back(source.settings);
    auto token = read_secret(source.token);
    if (!token)
      return fail(fmt::format("read the token of [sources.{}]", source.settings.name),
                  token.error());
    all.back().token = std::move(*token);
  }
  return all;
}

// "127.0.0.1:8080", "[::1]:8080" → host and port; the config reader has checked the form.
void split_listen(const std::string& listen, BoardSettings& board) {
  if (listen.empty()) {
    board.listen_port = -1;
    return;
  }
  const size_t colon = listen.rfind(':');
  board.listen_host = listen.substr(0, colon);
  if (board.listen_host.starts_with('['))
    board.listen_host = board.listen_host.substr(1, board.listen_host.size() - 2);
  board.listen_port = std::atoi(listen.c_str() + colon + 1);
}

BoardSettings board_settings(const Configuration& configuration) {
  BoardSettings board;
  board.socket = configuration.web.socket.string();
  board.public_url = configuration.web.public_url;
  split_listen(configuration.web.listen, board);
  return board;
}

}  // namespace

std::set<ProcessRole> all_roles() {
  return {ProcessRole::listen, ProcessRole::dispatch, ProcessRole::floor, ProcessRole::board};
}

Result<std::set<ProcessRole>> roles_from(std::string_view text) {
  std::set<ProcessRole> roles;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word == "listen")
      roles.insert(ProcessRole::listen);
    else if (word == "dispatch")
      roles.insert(ProcessRole::dispatch);
    else if (word == "floor")
      roles.insert(ProcessRole::floor);
    else if (word == "board")
      roles.insert(ProcessRole::board);
    else
      return fail(
          Fault::malformed,
          fmt::format("'{}' is no role; there are listen, dispatch, floor and board", word));
  }
  if (roles.empty())
    return fail(Fault::malformed, "no role is left; there are listen, dispatch, floor and board");
  return roles;
}

struct Daemon::Parts {
  Parts(const Configuration& of, std::set<ProcessRole> with)
      : configuration(of), roles(std::move(with)) {}

  Configuration configuration;
  std::set<ProcessRole> roles;
  Ticks ticks;
  std::unique_ptr<Clock> house;
  std::unique_ptr<Bus> bus;
  TaskBook tasks{configuration.topics};
  CustomerBook customers{configuration.topics};
  StaffBook staff{configuration.topics};
  PushBook pushes{configuration.topics};
  std::unique_ptr<Fold> fold;
  std::unique_ptr<Appender> appender;
  std::unique_ptr<Deeds> deeds;
  Http http{fmt::format("maitred/{}", kVersion)};
  Couriers couriers;
  std::optional<Buttons> buttons;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<Floor> floor;
  std::unique_ptr<Board> board;
  std::unique_ptr<Listener> listener;
  Time retained{};  // real time of the last retain()
  std::vector<std::jthread> threads;
  std::unique_ptr<Meters> meters;
  std::jthread measuring;

  Result<void> open();
  Result<void> make_dispatcher();
  Result<void> make_floor();
  void make_board();
  Result<void> make_listener();
  void look_at_topics(std::stop_token stop);
  void measure(std::function<std::vector<std::string>()> blocked);
  void hurry();
  bool has(ProcessRole role) const { return roles.contains(role); }
  std::function<void()> ticker(std::string name) {
    return [this, name = std::move(name)] { ticks.tick(name); };
  }
  template <typename F>
  void thread(const char* name, F body) {
    ticks.tick(name);
    threads.emplace_back([this, name, body](std::stop_token stop) {
      body(stop);
      ticks.forget(name);
    });
  }
};

Result<void> Daemon::Parts::open() {
  TRY_ASSIGN(house, open_house_clock(configuration));
  TRY_ASSIGN(bus, open_bus(configuration, true, *house));
  fold = std::make_unique<Fold>(*bus, configuration.topics,
                                std::vector<Book*>{&tasks, &customers, &staff, &pushes},
                                configuration.state);
  TRY(fold->open());
  fold->on_tick(ticker("fold"));
  appender =
      std::make_unique<Appender>(*bus, configuration.topics, Topic::tasks, *fold, tasks, *house);
  // A guest is called by name where the CRM knows one; else by the handle.
  configuration.floor.names.customer = [this](const std::string& id) {
    const auto customer = customers.by_id(id);
    return customer && *customer ? (*customer)->name : std::string();
  };
  deeds = std::make_unique<Deeds>(*appender, tasks, staff, configuration.floor);
  TRY_ASSIGN(buttons, Buttons::open(configuration.state));
  if (has(ProcessRole::dispatch)) TRY(make_dispatcher());
  if (has(ProcessRole::floor)) TRY(make_floor());
  if (has(ProcessRole::board)) make_board();
  if (has(ProcessRole::listen)) TRY(make_listener());
  return {};
}

Result<void> Daemon::Parts::make_dispatcher() {
  Knowledge knowledge;
  TRY_ASSIGN(knowledge.language, load_language(configuration));
  knowledge.rules = configuration.rules;
  knowledge.policy = configuration.identity;
  for (const SourceConfig& source : configuration.sources) {
    if (!source.settings.zone.empty())
      knowledge.source_zones[source.settings.name] = source.settings.zone;
  }
  dispatcher = std::make_unique<Dispatcher>(
      DispatchDeps{*bus, configuration.topics, configuration.node, *house, *fold, *appender, tasks,
                   customers, [knowledge] { return knowledge; }});
  dispatcher->on_tick(ticker("dispatch"));
  return {};
}

Result<void> Daemon::Parts::make_floor() {
  TRY_ASSIGN(const auto settings, courier_settings(configuration));
  TRY_ASSIGN(couriers, make_couriers(settings, http));
  floor = std::make_unique<Floor>(FloorParts{*bus, configuration.topics, *fold, tasks, pushes,
                                             staff, *appender, couriers, *buttons, *house},
                                  configuration.floor);
  floor->clock_ok = [this] { return clock_is_ok(*fold, *house) && bus->health().clock_ok; };
  floor->public_url = [this] { return board ? board->public_url() : configuration.web.public_url; };
  floor->tick = ticker("floor");
  floor->push_tick = ticker("push");
  fold->on_folded([this] { floor->wake(); });
  return {};
}

void Daemon::Parts::make_board() {
  board = std::make_unique<Board>(board_settings(configuration),
                                  BoardParts{*bus, configuration.topics, *fold, tasks, pushes,
                                             staff, *deeds, *buttons, configuration.floor, *house});
}

Result<void> Daemon::Parts::make_listener() {
  ListenerSettings settings;
  TRY_ASSIGN(settings.sources, source_settings(configuration));
  settings.names = configuration.topics;
  settings.session_dir = configuration.state;
  settings.seed = static_cast<uint64_t>(real_clock().now().time_since_epoch().count());
  settings.tick = [this](std::string_view name) { ticks.tick(name); };
  TRY_ASSIGN(listener, Listener::make(std::move(settings), *bus, *house, real_clock(), http));
  return {};
}

// Until all of a Kafka's topics were as configured once; what is wrong stands in health().
void Daemon::Parts::look_at_topics(std::stop_token stop) {
  auto* kafka = dynamic_cast<KafkaBus*>(bus.get());
  while (kafka && !stop.stop_requested() && !kafka->check()) {
    ticks.tick("topics");
    real_clock().sleep_until(real_clock().now() + kLookAgainAfter, stop);
  }
}

void Daemon::Parts::measure(std::function<std::vector<std::string>()> blocked) {
  const auto sources = [this] {
    return listener ? listener->status() : std::vector<SourceStatus>();
  };
  meters = std::make_unique<Meters>(MeterSources{*bus, configuration.topics, *house, *fold, tasks,
                                                 dispatcher.get(), sources, std::move(blocked)});
  meters->on_tick(ticker("meters"));
  measuring = std::jthread([this](std::stop_token stop) {
    meters->run(std::move(stop));
    ticks.forget("meters");
  });
}

// The log does not answer: what was not acknowledged is done again after the next start.
void Daemon::Parts::hurry() {
  log::warning("daemon.hurried", "the log does not answer: what it has not taken is left undone");
  bus->give_up();
  for (std::jthread& thread : threads) thread.request_stop();
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() {
  stop();
}

Result<std::unique_ptr<Daemon>> Daemon::make(const Configuration& configuration,
                                             std::set<ProcessRole> roles) {
  auto parts = std::make_unique<Parts>(configuration, std::move(roles));
  TRY(parts->open());
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(parts)));
  if (Board* board = daemon->parts_->board.get()) {
    board->blocked = [raw = daemon.get()] { return raw->blocked(); };
    board->unhealthy = [raw = daemon.get()] {
      const auto silent = raw->parts_->ticks.silent();
      return silent.empty() ? std::string() : "the thread " + silent.front() + " does not answer";
    };
    board->status_json = [raw = daemon.get()] {
      Parts& of = *raw->parts_;
      return status_json({*of.bus, of.configuration.topics, of.configuration.node, *of.house,
                          *of.fold, of.tasks, of.dispatcher.get(), of.floor.get(),
                          of.listener ? of.listener->status() : std::vector<SourceStatus>(),
                          raw->blocked()});
    };
  }
  return daemon;
}

Result<void> Daemon::start() {
  Parts& parts = *parts_;
  parts.thread("fold", [&parts](std::stop_token stop) { parts.fold->run(stop); });
  if (parts.board) TRY(parts.board->start());
  if (parts.dispatcher)
    parts.thread("dispatch", [&parts](std::stop_token stop) { parts.dispatcher->run(stop); });
  if (parts.floor) {
    parts.thread("floor", [&parts](std::stop_token stop) { parts.floor->run(stop); });
    parts.thread("push", [&parts](std::stop_token stop) { parts.floor->run_pushes(stop); });
  }
  if (parts.listener) parts.listener->start();
  parts.thread("topics", [&parts](std::stop_token stop) { parts.look_at_topics(stop); });
  parts.measure([this] { return blocked(); });
  return {};
}

void Daemon::each_second() {
  Parts& parts = *parts_;
  const Time now = real_clock().now();
  if (now - parts.retained < kRetainEvery) return;
  parts.retained = now;
  auto* embedded = dynamic_cast<EmbeddedBus*>(parts.bus.get());
  const auto kept = embedded ? embedded->retain() : Result<void>();
  if (!kept) log::error("log.retention", "cannot drop what is too old: " + kept.error().text);
}

// First nothing new comes in, then what was begun is finished, the fold last: all wait for it.
void Daemon::stop() {
  Parts& parts = *parts_;
  parts.measuring.request_stop();  // a question under way may take seconds: joined last
  const std::jthread patience([&parts](std::stop_token stopped) {
    if (real_clock().sleep_until(real_clock().now() + kFinishMax, stopped)) parts.hurry();
  });
  if (parts.listener) parts.listener->stop();
  if (parts.board) parts.board->stop();
  for (auto thread = parts.threads.rbegin(); thread != parts.threads.rend(); ++thread) {
    thread->request_stop();
    if (thread->joinable()) thread->join();
  }
  parts.threads.clear();
  if (parts.measuring.joinable()) parts.measuring.join();
}

std::optional<Error> Daemon::fatal() const {
  return parts_->bus->health().fatal;
}

std::string Daemon::public_url() const {
  return parts_->board ? parts_->board->public_url() : "";
}

std::vector<std::string> Daemon::blocked() {
  Parts& parts = *parts_;
  const BusHealth health = parts.bus->health();
  std::vector<std::string> reasons = health.blocked;
  if (health.fatal) reasons.push_back(health.fatal->text);
  for (const Topic topic :
       {Topic::tasks, Topic::customers, Topic::links, Topic::staff, Topic::pushes}) {
    if (!parts.fold->ready(topic))
      reasons.push_back(fmt::format("{} is still being read from the log", info(topic).suffix));
  }
  if (const std::string stopped = parts.fold->stopped(); !stopped.empty())
    reasons.push_back(stopped);
  if (!clock_is_ok(*parts.fold, *parts.house))
    reasons.emplace_back("the clock is behind the newest record: it was stepped");
  if (!health.clock_ok)
    reasons.emplace_back("the brokers' clock and ours are more than 5 s apart: no timer fires");
  for (const std::string& name : parts.ticks.silent())
    reasons.push_back(fmt::format("the thread {} does not answer", name));
  return reasons;
}

}  // namespace maitred
