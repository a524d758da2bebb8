#include "dispatch/identity/identify.h"

#include <algorithm>

#include "base/text.h"

namespace maitred {
namespace {

std::string_view network_of(const Author& author) {
  return std::string_view(author.id).substr(0, author.id.find(':'));
}

Identity known(const CustomerMatch& match) {
  return {Who::known, match.customer.id, match.how, {}};
}

}  // namespace

Identity identify(const Mention& mention, const std::vector<CustomerMatch>& matches,
                  const IdentityPolicy& policy) {
  if (policy.never_on.count(mention.network)) return {};
  std::vector<const CustomerMatch*> proven;
  for (const CustomerMatch& match : matches) {
    if (match.how == "link") return known(match);
    const bool again = std::any_of(proven.begin(), proven.end(), [&](const auto* other) {
      return other->customer.id == match.customer.id;
    });
    if (match.consent && !again) proven.push_back(&match);
  }
  if (proven.size() == 1) return known(*proven[0]);
  Identity identity;
  for (const CustomerMatch* match : proven) {
    identity.candidates.push_back(
        {match->customer.id, 0.5, {"several customers claim this handle"}});
  }
  return identity;
}

std::string handle_key(std::string_view network, std::string_view id) {
  while (id.starts_with('@')) id.remove_prefix(1);
  if (network.empty() || id.empty()) return {};
  return fold(std::string(network) + ":" + std::string(id));
}

std::vector<std::string> handle_keys(const Author& author) {
  std::vector<std::string> keys;
  const auto network = network_of(author);
  if (network.size() + 1 < author.id.size()) {
    keys.push_back(handle_key(network, std::string_view(author.id).substr(network.size() + 1)));
  }
  // Where the network has ids of its own, people on file are often known by their handle alone.
  const auto by_name = handle_key(network, author.handle);
  if (!by_name.empty() && (keys.empty() || keys[0] != by_name)) keys.push_back(by_name);
  return keys;
}

std::vector<std::string> handle_keys(const CustomerHandle& handle) {
  std::vector<std::string> keys;
  for (const std::string* name : {&handle.id, &handle.handle}) {
    auto key = handle_key(handle.network, *name);
    if (!key.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) {
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

std::vector<CustomerMatch> match_handles(const std::vector<Customer>& customers,
                                         const Author& author) {
  const auto names = handle_keys(author);
  std::vector<CustomerMatch> matches;
  for (const Customer& customer : customers) {
    for (const CustomerHandle& handle : customer.handles) {
      const auto keys = handle_keys(handle);
      if (std::find_first_of(keys.begin(), keys.end(), names.begin(), names.end()) != keys.end()) {
        matches.push_back({customer, "handle", handle.consent});
      }
    }
  }
  return matches;
}

}  // namespace maitred
