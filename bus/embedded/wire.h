// How a record's headers lie in log.db: each as length and bytes of the name, then of the value,
// lengths as four bytes, least significant first. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.h"

namespace maitred {

std::string encode_headers(const std::vector<Header>& headers);
std::vector<Header> decode_headers(std::string_view bytes);  // stops at the first that is cut off

}  // namespace maitred
