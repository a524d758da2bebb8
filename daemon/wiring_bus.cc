#include <fmt/core.h>

#include <cstdio>

#include "base/files.h"
#include "base/log.h"
#include "base/zone.h"
#include "bus/embedded/embedded_bus.h"
#include "bus/kafka/kafka_bus.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

// A daemon waits for its brokers; a command ends if they do not answer. Each looks at the topics it
// uses by itself, as not everybody has a right to all.
Result<std::unique_ptr<KafkaBus>> open_kafka(const Configuration& configuration, bool as_daemon,
                                             Clock& house) {
  TRY_ASSIGN(KafkaSettings settings, kafka_settings(configuration));
  if (as_daemon) return KafkaBus::open(std::move(settings), house);
  const Hush hush;
  TRY_ASSIGN(auto bus, KafkaBus::open(std::move(settings), house));
  TRY(bus->reach());
  return bus;
}

}  // namespace

Hush::Hush() {
  log::set_sink([](std::string_view, void*) {}, nullptr);
}

Hush::~Hush() {
  log::set_sink(nullptr, nullptr);
}

Result<std::unique_ptr<Clock>> open_house_clock(const Configuration& configuration) {
  const ClockConfig& config = configuration.clock;
  if (!config.start) return make_house_clock(config);
  const auto file = configuration.state / "clock.start";
  auto began = read_file(file, 64);
  if (!began && began.error().fault != Fault::missing) return tl::unexpected(began.error());
  if (!began) {
    began = to_rfc3339(real_clock().now());
    TRY(replace_file(file, *began));
  }
  TRY_ASSIGN(const Time real_start, parse_rfc3339(*began));
  return std::make_unique<HouseClock>(*config.start, config.rate, real_start);
}

Result<std::unique_ptr<Bus>> open_bus(const Configuration& configuration, bool as_daemon,
                                      Clock& house) {
  if (configuration.bus == "kafka") {
    TRY_ASSIGN(auto bus, open_kafka(configuration, as_daemon, house));
    return std::unique_ptr<Bus>(std::move(bus));
  }
  TRY_ASSIGN(auto bus,
             EmbeddedBus::open({configuration.state, configuration.topics, as_daemon}, house));
  return std::unique_ptr<Bus>(std::move(bus));
}

int exit_code_of(const Configuration& configuration, Fault fault) {
  const bool is_mended_there = fault == Fault::denied || fault == Fault::broken;
  return configuration.bus == "kafka" && is_mended_there ? kExitConfig : exit_code_of(fault);
}

int with_configuration(const Args& args,
                       const std::function<Result<void>(const Configuration&)>& body) {
  const auto loaded = Configuration::load(args.get("--config"));
  for (const ConfigFault& fault : loaded.faults) fmt::print(stderr, "{}\n", to_text(fault));
  if (!loaded.faults.empty()) return kExitConfig;
  const auto done = body(loaded.configuration);
  if (done) return kExitOk;
  report(done.error());
  return exit_code_of(loaded.configuration, done.error().fault);
}

}  // namespace maitred
