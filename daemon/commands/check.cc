#include <fmt/core.h>

#include "daemon/commands/all.h"
#include "daemon/rehearsal.h"

namespace maitred {
namespace {

constexpr const char* kHelp =
    "Reads the configuration and the tables it names, and shows every fault at once with its\n"
    "line and remedy. Then it looks for the secrets, reads the word lists, and tries the\n"
    "playbooks' examples: each must be decided by its own playbook as it says. Exit code 78 if\n"
    "anything is wrong. Nothing is written and nobody is asked.\n"
    "\n"
    "  maitred check --config /etc/maitred/maitred.toml\n";

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

int check(const Args& args) {
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
  return kExitOk;
}

}  // namespace

const Command& check_command() {
  static const Command command{
      {"check"}, kForOperators,     "Show every fault of the configuration at once",
      kHelp,     {config_option()}, check};
  return command;
}

}  // namespace maitred
