#include <fmt/core.h>

#include "daemon/commands/all.h"
#include "daemon/commands/check_live.h"
#include "daemon/rehearsal.h"

namespace maitred {
namespace {

constexpr const char* kHelp =
    "Reads the configuration and the tables it names, and shows every fault at once with its\n"
    "line and remedy. Then it looks for the secrets, reads the word lists, and tries the\n"
    "playbooks' examples: each must be decided by its own playbook as it says. Exit code 78 if\n"
    "anything is wrong. Nothing is written and nobody is asked.\n"
    "\n"
    "With --live it also asks whom the file names, as the daemon would and without a trace: the\n"
    "brokers, their topics and our rights there, the feeds, the couriers. Exit code 69 if\n"
    "all is right and somebody does not answer. --roles says what this host is to do.\n"
    "\n"
    "  maitred check --config /etc/maitred/maitred.toml\n"
    "  maitred check --live --roles listen,dispatch\n";

void check_secrets(const Configuration& configuration, std::vector<ConfigFault>& faults) {
  const auto check = [&](const std::string& key, const SecretReference& reference) {
    const auto secret = read_secret(reference);
    if (!secret) faults.push_back({configuration.file.string(), 0, key, secret.error().text, ""});
  };
  for (const SourceConfig& source : configuration.sources) {
    check("sources." + source.settings.name + ".token", source.token);
  }
  for (const CourierConfig& courier : configuration.couriers) {
    check("couriers." + courier.settings.name + ".token", courier.token);
  }
  const KafkaConfig& kafka = configuration.kafka;
  if (configuration.bus != "kafka") return;
  check("bus.kafka.password", kafka.password);
  check("bus.kafka.key_password", kafka.key_password);
  faults.insert(faults.end(), kafka.unreadable.begin(), kafka.unreadable.end());
}

// How many examples were tried; what came out otherwise is a fault.
int check_examples(const Configuration& configuration, const Rehearsal& rehearsal,
                   std::vector<ConfigFault>& faults) {
  int tried = 0;
  for (const Playbook& playbook : configuration.rules->playbooks) {
    for (const Example& example : playbook.example) {
      ++tried;
      const Judgement judgement = rehearsal.judge(playbook, example);
      const Decision& decision = judgement.decision;
      const std::string store = decision.opening ? decision.opening->store : "";
      const bool ruled = decision.playbook.empty() || decision.playbook == playbook.name;
      const bool placed = example.store.empty() || example.store == store;
      if (ruled && placed && example.why == word(decision.why)) continue;
      faults.push_back({configuration.file.string(), example.line,
                        "playbook " + playbook.name + " example",
                        fmt::format("became {}{}{} ({})", word(decision.why),
                                    decision.playbook.empty() ? "" : " by " + decision.playbook,
                                    store.empty() ? "" : " at " + store, decision.note),
                        "see `maitred explain`"});
    }
  }
  return tried;
}

int check_live(const Configuration& configuration, const std::set<ProcessRole>& roles) {
  const LiveFindings found = look_live(configuration, roles);
  for (const std::string& line : found.lines) fmt::print("{}\n", line);
  fmt::print(stderr, "{}{}", to_text(found.faults), to_text(found.silent));
  if (!found.faults.empty()) return kExitConfig;
  return found.silent.empty() ? kExitOk : kExitUnavailable;
}

int check(const Args& args) {
  const auto roles = roles_from(args.get("--roles"));
  if (!roles) {
    report(roles.error());
    return kExitUsage;
  }
  auto loaded = Configuration::load(args.get("--config"));
  const Configuration& configuration = loaded.configuration;
  std::vector<ConfigFault>& faults = loaded.faults;
  check_secrets(configuration, faults);
  int tried = 0;
  const auto rehearsal = Rehearsal::make(configuration, {});
  if (!rehearsal) {
    faults.push_back({configuration.data.string(), 0, "", rehearsal.error().text, ""});
  } else if (loaded.faults.empty()) {
    tried = check_examples(configuration, *rehearsal, faults);
  }
  if (!faults.empty()) {
    fmt::print(stderr, "{}", to_text(faults));
    return kExitConfig;
  }
  const Rules& rules = *configuration.rules;
  fmt::print("{}: no fault: {} sources, {} stores, {} items, {} playbooks, {} examples tried\n",
             configuration.file.string(), configuration.sources.size(), rules.stores.all.size(),
             rules.catalogue.items.size(), rules.playbooks.size(), tried);
  return args.has("--live") ? check_live(configuration, *roles) : kExitOk;
}

}  // namespace

const Command& check_command() {
  static const Command command{
      {"check"},
      kForOperators,
      "Show every fault of the configuration at once",
      kHelp,
      {config_option(),
       {"--live", "", "also ask the brokers, feeds and couriers it names"},
       {"--roles", "LIST", "what this host is to do", false, false, "listen,dispatch,floor,board"}},
      check};
  return command;
}

}  // namespace maitred
