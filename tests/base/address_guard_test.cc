#include "base/address_guard.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <array>
#include <string>

using maitred::is_public_address;

namespace {

bool is_public(const std::string& text) {
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return is_public_address(std::span(bytes).first(4));
  }
  REQUIRE(inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1);
  return is_public_address(std::span<const uint8_t>(bytes));
}

}  // namespace

TEST_CASE("addresses of our own networks, of machines and of no one are refused") {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.44.9.2",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fc00::1",
                              "fdff::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "2001:db8::1",
                              "100::1",
                              "2001:0:1::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public(address));
  }
}

TEST_CASE("addresses of the public network pass, those just beside a blocked one too") {
  for (const char* address :
       {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",     "126.255.255.255", "128.0.0.1",
        "169.253.255.255", "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
        "192.167.255.255", "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1",    "2001:4860::8888"}) {
    CAPTURE(address);
    CHECK(is_public(address));
  }
}

TEST_CASE("an IPv4 address inside an IPv6 one is judged as what it is") {
  for (const char* address :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:a00:1::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public(address));
  }
  for (const char* address : {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    CAPTURE(address);
    CHECK(is_public(address));
  }
}

TEST_CASE("what is no internet address is refused") {
  const std::array<uint8_t, 5> odd{1, 1, 1, 1, 1};
  CHECK_FALSE(is_public_address(std::span<const uint8_t>(odd)));
  CHECK_FALSE(is_public_address(std::span<const uint8_t>()));
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  CHECK_FALSE(is_public_address(reinterpret_cast<const sockaddr&>(local)));
  sockaddr_in public_one{};
  public_one.sin_family = AF_INET;
  public_one.sin_addr.s_addr = htonl(0x01010101);
  CHECK(is_public_address(reinterpret_cast<const sockaddr&>(public_one)));
}
