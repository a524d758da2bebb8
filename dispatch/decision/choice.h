// Choosing the store: of those that can (open then, have it, can make it and drive it inside the
// window, not full) the nearest wins, and each that was weighed says why it did not.
//
// Pure, any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bus/task_event.h"
#include "bus/verdict.h"
#include "dispatch/decision/catalogue.h"
#include "dispatch/decision/stores.h"

namespace maitred {

// What has to be done, for whom it does not matter.
struct Errand {
  std::vector<Want> wants;
  const PlaceFinding* place = nullptr;  // where to bring it; null = it is served at the store
  std::optional<Window> window;
  bool timed = false;  // the guest comes or waits: the store has to be open
  Time now;
};

struct Choice {
  const Store* store = nullptr;  // null = none can
  std::vector<StoreWeighed> weighed;
};

// Weighs `candidates` and takes the nearest that can. With `preferred`, that one wins if it can.
Choice choose(const Errand& errand, const std::vector<const Store*>& candidates,
              const Store* preferred, const Catalogue& catalogue,
              const std::map<std::string, int>& open_at_store);

// The store that is asked next when everybody at `store` refused: the nearest one round about that
// has what is wanted and was not asked yet. Empty = there is none.
std::string next_store(const std::string& store, const std::vector<std::string>& passed,
                       const std::vector<Want>& wants, const Stores& stores,
                       const Catalogue& catalogue);

}  // namespace maitred
