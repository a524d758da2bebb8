#include "dispatch/staff/courier.h"

#include <fmt/core.h>

namespace maitred {

Result<Couriers> make_couriers(const std::vector<CourierSettings>& settings, Fetcher& fetcher,
                               ConsoleSink console) {
  Couriers couriers;
  for (const CourierSettings& one : settings) {
    if (one.kind == "console") {
      couriers[one.name] = make_console_courier(console);
    } else if (one.kind == "ntfy" && !one.url.empty()) {
      couriers[one.name] = make_ntfy_courier(one, fetcher);
    } else {
      return fail(Fault::malformed,
                  one.kind == "ntfy"
                      ? fmt::format("courier '{}' needs a url", one.name)
                      : fmt::format("courier '{}' has the unknown kind '{}': ntfy or console",
                                    one.name, one.kind));
    }
  }
  return couriers;
}

}  // namespace maitred
