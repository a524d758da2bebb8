// `maitred topics copy`: moves a house from one bus to another, or to topics with other counts.
#include <fmt/core.h>

#include <unistd.h>

#include "base/files.h"
#include "daemon/commands/all.h"
#include "daemon/copy/copy.h"
#include "daemon/rights.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

constexpr const char* kDispatch = "dispatch";
constexpr std::array kGroups = {"listen", kDispatch, "floor"};

// One of the two logs, opened.
struct Side {
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Bus> bus;
  std::unique_ptr<KafkaAdmin> admin;  // of a Kafka
};

// Nobody may be at work on either log. The embedded one is locked against a daemon.
Result<Side> open_side(const Configuration& config) {
  Side side;
  const bool on_kafka = config.bus == "kafka";
  TRY_ASSIGN(side.clock, open_house_clock(config));
  TRY_ASSIGN(side.bus, open_bus(config, !on_kafka, *side.clock));
  if (!on_kafka) return side;
  TRY_ASSIGN(KafkaSettings settings, kafka_settings(config));
  TRY_ASSIGN(side.admin, KafkaAdmin::open(std::move(settings)));
  for (const char* group : kGroups) {
    TRY_ASSIGN(const auto nodes, side.admin->members(group));
    if (nodes.empty()) continue;
    return fail(Fault::conflict,
                fmt::format("'{}' is joined to the group {}.{}: stop every daemon first; one that "
                            "ended without a word is forgotten after 45 s",
                            nodes.front(), config.topics.prefix, group));
  }
  return side;
}

// House time that does not begin with the machine's goes on where it was.
Result<void> carry_clock(const Configuration& from, const Configuration& to) {
  if (!to.clock.start) return {};
  const auto began = read_file(from.state / "clock.start", 64);
  if (!began || read_file(to.state / "clock.start", 64)) return {};
  return replace_file(to.state / "clock.start", *began);
}

// While it lives, the topics of a Kafka take the stamps of whoever writes.
class WritersStamps {
 public:
  explicit WritersStamps(KafkaAdmin* admin) : admin_(admin) {}
  ~WritersStamps() {
    const auto done = end();
    if (!done) fmt::print(stderr, "maitred: {}\n", done.error().text);
  }
  WritersStamps(const WritersStamps&) = delete;
  WritersStamps& operator=(const WritersStamps&) = delete;

  Result<void> begin(const std::vector<std::string>& topics) {
    if (!admin_) return {};
    TRY_ASSIGN(const KafkaCluster cluster, admin_->describe());
    for (const std::string& topic : topics) {
      const auto found = cluster.topics.find(topic);
      const bool takes_them =
          found != cluster.topics.end() && found->second.settings.at(kStampedBy) == kByWriter;
      if (!takes_them) TRY(set(topic, kByWriter, "copying keeps the stamps of the records"));
      topics_.push_back(topic);
    }
    return {};
  }
  Result<void> end() {
    Result<void> first;
    for (; !topics_.empty(); topics_.pop_back()) {
      auto done = set(topics_.back(), kByBroker, "no daemon may run before");
      if (!done && first) first = std::move(done);
    }
    return first;
  }

 private:
  Result<void> set(const std::string& topic, const char* by, const char* why) {
    const auto done = admin_->set(topic, kStampedBy, by);
    if (done) return {};
    return fail(fmt::format("set {} of {} to {}", kStampedBy, topic, by),
                {done.error().fault,
                 fmt::format("{}; {}: {}", done.error().text, why,
                             settings_command(topic, {{kStampedBy, by}})),
                 {}});
  }
  KafkaAdmin* admin_;
  std::vector<std::string> topics_;
};

Result<std::vector<Topic>> topics_from(const Args& args, const TopicNames& names) {
  std::vector<Topic> topics;
  std::string list = args.get("--topics");
  if (list.empty()) {
    for (const TopicInfo& one : all_topics()) topics.push_back(one.topic);
  }
  for (std::string_view rest = list; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const auto topic = names.find(word);
    if (!topic)
      return fail(Fault::malformed,
                  fmt::format("there is no topic '{}'; `maitred topics print` lists them", word));
    topics.push_back(*topic);
  }
  return topics;
}

// One line that changes, where a person looks on.
void show(std::string_view topic, int64_t done, int64_t all) {
  const bool to_person = isatty(STDERR_FILENO) == 1;
  fmt::print(stderr, "{}: {} of {}{}", topic, done, all, to_person ? "\033[K\r" : "\n");
}

void print_counts(const std::string& topic, const TopicCopy& copy) {
  const CopyCounts& counts = copy.counts();
  fmt::print("{}: {} records of {} keys, copied and read back", topic, copy.tally().records(),
             copy.tally().keys());
  if (counts.there_before) fmt::print("; {} of them were there before", counts.there_before);
  if (counts.misplaced)
    fmt::print("; left out {} that lie where their key does not belong and are void",
               counts.misplaced);
  if (counts.expired) fmt::print("; left out {} that are no longer kept", counts.expired);
  fmt::print("\n");
}

// The dispatcher goes on with the first mention it had not settled.
Result<void> move_group(Side& to, const std::string& mentions, const Positions& places) {
  if (to.admin) return to.admin->commit(kDispatch, mentions, places);
  TRY_ASSIGN(const auto member, to.bus->join(mentions, kDispatch, {}));
  TRY(member->poll(1, Duration(0), {}));
  return member->commit(places);
}

Result<void> copy_topics(const Args& args, const Configuration& from, const Configuration& to) {
  TRY_ASSIGN(const std::vector<Topic> topics, topics_from(args, from.topics));
  TRY(carry_clock(from, to));
  TRY_ASSIGN(Side source, open_side(from));
  TRY_ASSIGN(Side target, open_side(to));
  const Hush hush;  // what goes wrong is the command's answer
  std::vector<TopicCopy> copies;
  std::vector<std::string> names;
  for (const Topic topic : topics) {
    copies.emplace_back(CopySide{*source.bus, from.topics, *source.clock},
                        CopySide{*target.bus, to.topics, *target.clock}, topic);
    names.push_back(to.topics.name(topic));
    TRY(copies.back().prepare(args.has("--resume")));
  }
  WritersStamps stamps(target.admin.get());
  TRY(stamps.begin(names));
  for (size_t i = 0; i < copies.size(); ++i)
    TRY(copies[i].run([&](int64_t done, int64_t all) { show(names[i], done, all); }));
  TRY(stamps.end());
  for (size_t i = 0; i < copies.size(); ++i) {
    Positions reached;
    const bool has_group = copies[i].topic() == Topic::mentions;
    if (has_group) {
      TRY_ASSIGN(reached, source.bus->committed(from.topics.name(Topic::mentions), kDispatch));
    }
    TRY_ASSIGN(const Positions places, copies[i].verify(reached));
    if (has_group) TRY(move_group(target, names[i], places));
    print_counts(names[i], copies[i]);
  }
  return {};
}

int run_copy(const Args& args) {
  const auto to = Configuration::load(args.get("--to"));
  for (const ConfigFault& fault : to.faults) fmt::print(stderr, "{}\n", to_text(fault));
  if (!to.faults.empty()) return kExitConfig;
  std::optional<int> failed;
  const int loaded = with_configuration(args, [&](const Configuration& from) -> Result<void> {
    const auto done = copy_topics(args, from, to.configuration);
    if (done) return {};
    report(done.error());
    failed = exit_code_of(from.bus == "kafka" ? from : to.configuration, done.error().fault);
    return {};
  });
  return failed.value_or(loaded);
}

}  // namespace

const Command& topics_copy_command() {
  static const Command command{
      {"topics", "copy"},
      kForOperators,
      "Copy the log to the bus of another configuration",
      "Copies every record with its key, value, headers and stamp, from the bus of --config onto "
      "the empty topics of --to, reads it back, compares, and moves the dispatcher's place along. "
      "No daemon may run on either. While it runs, the topics of a Kafka take the stamps of "
      "whoever writes, for which it needs the right to alter them (`topics print --acls --role "
      "admin`). A copy that was broken off goes on with --resume.\n\n"
      "  maitred topics create --config kafka.toml\n"
      "  maitred topics copy --config embedded.toml --to kafka.toml",
      {config_option(),
       {"--to", "FILE", "the configuration whose bus is written", true},
       {"--topics", "NAMES", "only these, as in mentions,tasks"},
       {"--resume", "", "go on with a copy that was broken off"}},
      run_copy};
  return command;
}

}  // namespace maitred
