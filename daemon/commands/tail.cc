// `maitred tail`: reads a topic, like kcat does, on either bus and beside the running daemon.
#include <fmt/core.h>

#include <csignal>
#include <cstdio>

#include "daemon/commands/all.h"
#include "daemon/log_lines.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

std::atomic<bool> interrupted = false;

// false: whoever reads our output has gone, or it is enough.
bool print(const Stored& record, const TopicNames& names, bool as_json) {
  const std::string line = as_json ? json_line(record) : plain_line(names, record);
  return std::puts(line.c_str()) >= 0 && !interrupted;
}

Result<void> tail(const Args& args, const Configuration& config) {
  const TopicNames& names = config.topics;
  const auto topic = names.find(args.get("TOPIC"));
  if (!topic) {
    std::string known;
    for (const TopicInfo& one : all_topics()) known += fmt::format(" {}", names.name(one.topic));
    return fail(Fault::malformed,
                fmt::format("there is no topic '{}'; there are:{}", args.get("TOPIC"), known));
  }
  const std::string name = names.name(*topic);
  TRY_ASSIGN(const auto clock, open_house_clock(config));
  TRY_ASSIGN(const auto bus, open_bus(config, false, *clock));
  TRY_ASSIGN(const Positions from, positions_from(*bus, name, args.get("--from"), clock->now()));
  TRY_ASSIGN(const auto reader, bus->follow({{name, from}}));
  const bool follow = args.has("--follow");
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGPIPE, SIG_IGN);
  const auto each = [&](const Stored& record) { return print(record, names, args.has("--json")); };
  if (!follow) return read_to_end(*reader, each);
  for (bool more = true; more && !interrupted;) {
    TRY_ASSIGN(const Batch batch, reader->poll(1000, Duration(200), {}));
    for (const Stored& record : batch.records) more = more && each(record);
    more = std::fflush(stdout) == 0 && more;
  }
  return {};
}

int run_tail(const Args& args) {
  return with_configuration(args, [&](const Configuration& config) { return tail(args, config); });
}

}  // namespace

const Command& tail_command() {
  static const Command command{
      {"tail"},
      kForFinding,
      "Print the records of a topic",
      "Prints what lies on a topic, oldest first within a partition, beside the running daemon. "
      "TOPIC is a "
      "name like maitred.tasks, or just tasks. With --json each line is one object with topic, "
      "partition, "
      "offset, time, key, headers and value, for jq.\n\n"
      "  maitred tail tasks --follow\n"
      "  maitred tail verdicts --from 2h --json | jq -r .value.why | sort | uniq -c",
      {config_option(),
       {"TOPIC", "", "the topic", true},
       {"-f,--follow", "", "wait for more until interrupted"},
       {"--from", "WHERE", "start, end, a time (2026-03-05T18:00:00Z) or an age (90s, 2h, 7d)",
        false, false, "start"},
       {"--json", "", "one JSON object a line"}},
      run_tail};
  return command;
}

}  // namespace maitred
