#include "engine/base/ip.h"

#include <catch2/catch.hpp>

using namespace dfs;

TEST_CASE("addresses: one client has one key whether it comes by IPv4 or mapped IPv6") {
  CHECK(IpAddress::parse("192.0.2.1") == IpAddress::parse("::ffff:192.0.2.1"));
  CHECK(IpAddress::parse("127.0.0.9")->loopback());
  CHECK(IpAddress::parse("::1")->loopback());
  CHECK_FALSE(IpAddress::parse("10.0.0.1")->loopback());
  CHECK_FALSE(IpAddress::parse("300.1.1.1"));
}

TEST_CASE("networks") {
  CHECK(IpNetwork::parse("192.0.2.0/24")->contains(*IpAddress::parse("192.0.2.77")));
  CHECK_FALSE(IpNetwork::parse("192.0.2.0/24")->contains(*IpAddress::parse("192.0.3.1")));
  CHECK(IpNetwork::parse("10.8.0.0/13")->contains(*IpAddress::parse("10.15.255.255")));
  CHECK_FALSE(IpNetwork::parse("10.8.0.0/13")->contains(*IpAddress::parse("10.16.0.0")));
  CHECK(IpNetwork::parse("*")->contains(*IpAddress::parse("2001:db8::1")));
  CHECK(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("203.0.113.1")));
  CHECK_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("2001:db8::1")));
  CHECK(IpNetwork::parse("2001:db8::/32")->contains(*IpAddress::parse("2001:db8:1::")));
  for (const char* bad : {"", "/", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "::/129", "1.2.3.4/-1"})
    CHECK_FALSE(IpNetwork::parse(bad));
  CHECK(IpNetwork::parse("192.0.2.0/24")->str() == "192.0.2.0/24");
  CHECK(IpNetwork::parse("::1")->str() == "::1");
}
