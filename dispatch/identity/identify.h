// Who wrote it: known, likely or unknown, and by which word on file. Known is a handle the
// customer agreed to, or a link somebody made; never a guess, and never a silent merge: what two
// customers claim is nobody's (I8).
//
// Pure, any thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bus/customer.h"
#include "bus/mention.h"
#include "bus/verdict.h"

namespace maitred {

// A customer on file under one of the author's names.
struct CustomerMatch {
  Customer customer;
  std::string how;                      // "link" | "handle"
  std::optional<Consent> consent = {};  // of the handle
};

struct IdentityPolicy {
  std::set<std::string> never_on;  // networks whose rules forbid to tie an author to a person
};

// Of several ways to the same customer, a link counts before a handle.
Identity identify(const Mention& mention, const std::vector<CustomerMatch>& matches,
                  const IdentityPolicy& policy);

// The names an author goes by, in the one form they are compared in: "mastodon:ann@social.example".
std::string handle_key(std::string_view network, std::string_view id);
std::vector<std::string> handle_keys(const Author& author);
std::vector<std::string> handle_keys(const CustomerHandle& handle);

// The matches of an author among these customers, by handle: what the customer book finds.
std::vector<CustomerMatch> match_handles(const std::vector<Customer>& customers,
                                         const Author& author);

}  // namespace maitred
