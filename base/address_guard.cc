#include "base/address_guard.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace maitred {
namespace {

struct Block {
  std::array<uint8_t, 16> prefix;
  int bits;
};

constexpr Block kBlocked4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // carrier NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, cloud metadata
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, broadcast
};

constexpr Block kBlocked6[] = {
    {{}, 128},                                                // unspecified
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},  // loopback
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48},               // local NAT64
    {{0x01, 0x00}, 64},                                       // discard
    {{0x20, 0x01, 0x00, 0x00}, 32},  // Teredo: the true address is hidden inside
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0xfc}, 7},                     // unique local
    {{0xfe, 0x80}, 10},              // link-local
    {{0xfe, 0xc0}, 10},              // site-local of old
    {{0xff}, 8},                     // multicast
};

// Prefixes after which an IPv4 address stands, and where it begins.
struct Wrapper {
  Block block;
  size_t at;
};
constexpr Wrapper kWrappers[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped
    {{{}, 96}, 12},                                          // compatible
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

bool lies_in(std::span<const uint8_t> address, const Block& block) {
  const auto whole = static_cast<size_t>(block.bits / 8);
  if (!std::equal(block.prefix.begin(), block.prefix.begin() + static_cast<long>(whole),
                  address.begin())) {
    return false;
  }
  const int rest = block.bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  return (address[whole] & mask) == (block.prefix[whole] & mask);
}

}  // namespace

bool is_public_address(std::span<const uint8_t> address) {
  const auto blocked = [&](const Block& block) { return lies_in(address, block); };
  if (address.size() == 4) return std::ranges::none_of(kBlocked4, blocked);
  if (address.size() != 16) return false;
  if (std::ranges::any_of(kBlocked6, blocked)) return false;
  for (const Wrapper& wrapper : kWrappers) {
    if (lies_in(address, wrapper.block)) return is_public_address(address.subspan(wrapper.at, 4));
  }
  return true;
}

bool is_public_address(const sockaddr& address) {
  std::array<uint8_t, 16> bytes{};
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::memcpy(bytes.data(), &in.sin_addr, 4);
    return is_public_address(std::span(bytes).first(4));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    std::memcpy(bytes.data(), &in.sin6_addr, 16);
    return is_public_address(std::span<const uint8_t>(bytes));
  }
  return false;
}

}  // namespace maitred
