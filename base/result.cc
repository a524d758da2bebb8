#include "base/result.h"

namespace maitred {

const char* word(Fault fault) {
  switch (fault) {
    case Fault::transient:
      return "transient";
    case Fault::throttled:
      return "throttled";
    case Fault::denied:
      return "denied";
    case Fault::malformed:
      return "malformed";
    case Fault::missing:
      return "missing";
    case Fault::conflict:
      return "conflict";
    case Fault::broken:
      return "broken";
  }
  return "broken";
}

}  // namespace maitred
