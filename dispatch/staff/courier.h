// A Courier: one way to reach staff. It carries a PushMessage to an address, and takes it off
// again; it knows nothing of tasks, retries or the log, which are the floor's. A new courier = one
// .cc, one line in courier.cc.
//
// The floor calls it from its push thread alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "dispatch/staff/message.h"

namespace maitred {

// One [couriers.NAME].
struct CourierSettings {
  std::string name;  // as in staff.csv `reach`
  std::string kind;  // ntfy | console
  std::string url;   // ntfy: the server
  std::string token;
  bool plain = false;  // http:// is allowed
};

class Courier {
 public:
  virtual ~Courier() = default;
  // transient: nobody knows whether it arrived, or the server is ill; throttled: not now. Both are
  // tried again. Anything else is for good.
  virtual Result<void> send(const PushMessage& message, const std::string& address,
                            std::stop_token stop) = 0;
  virtual Result<void> clear(const std::string& task, const std::string& address,
                             std::stop_token stop) = 0;
  // Whether it can be reached, and takes our token; nobody hears of it.
  virtual Result<void> check(std::stop_token) { return {}; }
};

using Couriers = std::map<std::string, std::unique_ptr<Courier>>;  // by name

// Each line of the console courier; the default writes to standard output.
using ConsoleSink = std::function<void(std::string_view line)>;

std::unique_ptr<Courier> make_console_courier(ConsoleSink sink = {});
std::unique_ptr<Courier> make_ntfy_courier(CourierSettings settings, Fetcher& fetcher);

// malformed: an unknown kind, or ntfy without a url.
Result<Couriers> make_couriers(const std::vector<CourierSettings>& settings, Fetcher& fetcher,
                               ConsoleSink console = {});

}  // namespace maitred
