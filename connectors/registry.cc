#include "connectors/registry.h"

#include <fmt/core.h>

#include "connectors/folder.h"
#include "connectors/mastodon.h"

namespace maitred {
namespace {

struct Network {
  const char* name;
  std::unique_ptr<Connector> (*make)(SourceSettings);
};

constexpr Network kNetworks[] = {
    {"folder", make_folder},
    {"mastodon", make_mastodon},
};

}  // namespace

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const Network& network : kNetworks) names.emplace_back(network.name);
  return names;
}

Result<std::unique_ptr<Connector>> make_connector(const SourceSettings& settings) {
  for (const Network& network : kNetworks) {
    if (settings.network == network.name) return network.make(settings);
  }
  std::string known;
  for (const std::string& name : network_names()) known += (known.empty() ? "" : ", ") + name;
  return fail(Fault::malformed,
              fmt::format("there is no network `{}`; there are: {}", settings.network, known));
}

}  // namespace maitred
