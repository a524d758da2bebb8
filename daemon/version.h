// The version of this maitred, as CMake knows it (MAITRED_VERSION).
#pragma once

namespace maitred {

extern const char* const kVersion;  // "0.1.0"

}  // namespace maitred
