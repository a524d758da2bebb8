// `maitred sources`: which feeds there are, and what an answer of theirs means.
#include <fmt/core.h>

#include "base/files.h"
#include "connectors/page_json.h"
#include "connectors/registry.h"
#include "daemon/commands/all.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

Result<void> list_sources(const Configuration& configuration) {
  fmt::print("{:<16} {:<10} {:<28} {:<10} {:>6}  {}\n", "source", "network", "from", "asks for",
             "every", "token");
  for (const SourceConfig& source : configuration.sources) {
    const SourceSettings& settings = source.settings;
    fmt::print("{:<16} {:<10} {:<28} {:<10} {:>4} s  {}\n", settings.name, settings.network,
               settings.host.empty() ? settings.directory : settings.host,
               settings.ask.empty() ? "-" : settings.ask, settings.every.count(),
               source.token.empty() ? "none" : source.token);
  }
  return {};
}

int run_list(const Args& args) {
  return with_configuration(args, list_sources);
}

Result<void> parse(const Args& args) {
  SourceSettings settings;
  settings.name = "parse";
  settings.network = args.get("NETWORK");
  settings.host = args.get("--host");
  settings.directory = ".";
  settings.ask = args.get("--ask");
  TRY_ASSIGN(const auto connector, make_connector(settings));
  TRY_ASSIGN(std::string body, read_file(args.get("FILE")));
  Answer answer;
  answer.body = std::move(body);
  answer.name = std::filesystem::path(args.get("FILE")).filename().string();
  answer.size = static_cast<int64_t>(answer.body.size());
  answer.at = real_clock().now();
  TRY_ASSIGN(const Page page, connector->parse(connector->ask("", {}), answer, "", {}));
  fmt::print("{}\n", to_json(page));
  return {};
}

int run_parse(const Args& args) {
  const auto done = parse(args);
  return done ? kExitOk : report(done.error());
}

}  // namespace

std::span<const Command> sources_commands() {
  static const Command commands[] = {
      {{"sources", "list"},
       kForOperators,
       "List the configured feeds",
       "What is configured; how each is doing stands in `maitred status`.\n\n  maitred sources "
       "list",
       {config_option()},
       run_list},
      {{"sources", "parse"},
       kForOperators,
       "Print what a feed's answer means, as JSON",
       "Reads a body as it came from the network (or a file for a folder) and prints the page the "
       "connector makes of "
       "it: mentions oldest first, what was rejected and why, and the cursor. Needs no "
       "configuration and no network.\n\n"
       "  maitred sources parse mastodon notifications.json | jq '.mentions[].text'",
       {{"NETWORK", "", "mastodon or folder", true},
        {"FILE", "", "the body", true},
        {"--host", "HOST", "whose answer it is: local accounts are completed with it", false, false,
         "social.example"},
        {"--ask", "WHAT", "what was asked for", false, false, "mentions"}},
       run_parse}};
  return commands;
}

}  // namespace maitred
