// Digests and secrets: SHA-256, HMAC, random bytes, hex and URL-safe base64. The door to OpenSSL.
// All functions are thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maitred {

using Sha256 = std::array<uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
std::string hex(std::string_view bytes);
std::string hex(const Sha256& digest);
std::string base64url(std::string_view bytes);  // no padding (RFC 4648 §5)
std::optional<std::string> from_base64url(std::string_view text);
std::string random_bytes(size_t count);  // from the kernel's generator
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace maitred
