// Customers and links as they travel. A Customer record is the CRM's word (`maitred.customers`,
// key = customer id, null erases); a Link says "this author is that customer" (`maitred.links`,
// key = author id, null undoes). Personal data lives here and nowhere else on the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace maitred {

struct Consent {
  std::string source;  // where the customer agreed: "app", "letter 2024-03", …
  std::optional<Time> at;
};

struct CustomerHandle {
  std::string network;
  std::string id;      // as in Author::id, without the network prefix
  std::string handle;  // as people write it
  std::optional<Consent> consent;
};

struct Customer {
  std::string id;
  std::string name;
  std::string tier;
  std::vector<std::string> phones;
  std::vector<std::string> mails;
  std::vector<CustomerHandle> handles;
  std::string zone;  // IANA, or empty
  std::optional<double> home_lat;
  std::optional<double> home_lon;
  std::string store;
  std::vector<std::string> notes;
};

struct Link {
  std::string author;
  std::string customer;
  std::string how;
  std::string by;
  std::optional<Time> at;
  std::optional<Consent> consent;
  bool erased = false;
};

std::string to_json(const Customer& customer);
Result<Customer> customer_from_json(json::View object);
std::string to_json(const Link& link);
Result<Link> link_from_json(json::View object);

}  // namespace maitred
