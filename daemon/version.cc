#include "daemon/version.h"

namespace maitred {

const char* const kVersion = MAITRED_VERSION;

}  // namespace maitred
