// The address guard: whether an IP address may be reached on behalf of somebody we do not trust.
// URLs out of posts and redirects to other hosts pass through it, each address after name
// resolution and again after every redirect, so that no post can make us ask our own machines
// (link-local metadata, loopback, private networks). The HTTP door is what calls it.
//
// Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>

struct sockaddr;

namespace maitred {

// `address` is 4 bytes (IPv4) or 16 (IPv6), most significant first; any other length is refused.
// IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4) is unwrapped and judged as IPv4.
bool is_public_address(std::span<const uint8_t> address);

// The same for what a socket call gives; a family other than IPv4 and IPv6 is refused.
bool is_public_address(const sockaddr& address);

}  // namespace maitred
