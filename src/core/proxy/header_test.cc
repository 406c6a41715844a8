#include "core/proxy/header.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace postern::proxy {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes preamble_bytes(std::uint8_t command, std::uint8_t family, std::size_t rest) {
  Bytes bytes(kSignature.begin(), kSignature.end());
  bytes.insert(bytes.end(), {command, family, static_cast<std::uint8_t>(rest >> 8),
                             static_cast<std::uint8_t>(rest)});
  return bytes;
}

base::Result<Preamble> parse_preamble(const Bytes& bytes) {
  return proxy::parse_preamble(std::span<const std::uint8_t, kPreambleSize>(bytes));
}

base::Result<Header> parse(std::uint8_t command, std::uint8_t family, const Bytes& rest) {
  const auto preamble = parse_preamble(preamble_bytes(command, family, rest.size()));
  if (!preamble) return std::unexpected(preamble.error());
  return parse_rest(*preamble, rest);
}

template <class T>
std::string code(const base::Result<T>& result) {
  return result ? "ok" : result.error().code;
}

const Bytes kTcp4 = {192, 0, 2, 1, 198, 51, 100, 7, 0xC0, 0x01, 0, 25};

Bytes with(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

TEST(ProxyHeader, NamesTheClientOfATcp4Connection) {
  const auto header = parse(0x21, 0x11, kTcp4);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->command, Command::proxy);
  EXPECT_EQ(header->source.to_string(), "192.0.2.1:49153");
  EXPECT_EQ(header->destination.to_string(), "198.51.100.7:25");
}

TEST(ProxyHeader, NamesTheClientOfATcp6Connection) {
  Bytes rest(36, 0);
  rest[0] = 0x20, rest[1] = 0x01, rest[15] = 1;
  rest[16] = 0x20, rest[17] = 0x01, rest[31] = 2;
  rest[33] = 99, rest[35] = 25;
  const auto header = parse(0x21, 0x21, rest);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source.to_string(), "[2001::1]:99");
  EXPECT_EQ(header->destination.to_string(), "[2001::2]:25");
}

TEST(ProxyHeader, IgnoresEverythingInALocalOne) {
  for (const Bytes& rest : {Bytes{}, kTcp4, Bytes{1, 2, 3}}) {
    const auto header = parse(0x20, 0x00, rest);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->command, Command::local);
    EXPECT_EQ(header->source, base::Endpoint{});
  }
}

TEST(ProxyHeader, SkipsExtrasThatAreWellFormed) {
  EXPECT_EQ(code(parse(0x21, 0x11, with(kTcp4, {0x04, 0, 0, 0x20, 0, 2, 9, 9}))), "ok");
  Bytes sixty_four = kTcp4;
  for (int i = 0; i < 64; ++i) sixty_four = with(sixty_four, {0x04, 0, 0});
  EXPECT_EQ(code(parse(0x21, 0x11, sixty_four)), "ok");
  EXPECT_EQ(code(parse(0x21, 0x11, with(sixty_four, {0x04, 0, 0}))), "proxy-malformed");
}

TEST(ProxyHeader, RefusesExtrasThatRunPastTheEnd) {
  for (const Bytes& extra : {Bytes{0x04}, Bytes{0x04, 0}, Bytes{0x04, 0, 1},
                             Bytes{0x04, 255, 255, 1}, Bytes{0x04, 0, 0, 0x05}}) {
    EXPECT_EQ(code(parse(0x21, 0x11, with(kTcp4, extra))), "proxy-malformed");
  }
}

TEST(ProxyHeader, RefusesAddressesThatAreCutShort) {
  for (std::size_t size = 0; size < kTcp4.size(); ++size) {
    EXPECT_EQ(
        code(parse(0x21, 0x11, Bytes(kTcp4.begin(), kTcp4.begin() + static_cast<long>(size)))),
        "proxy-malformed");
  }
  EXPECT_EQ(code(parse(0x21, 0x21, Bytes(35, 0))), "proxy-malformed");
  EXPECT_EQ(code(parse_rest(*parse_preamble(preamble_bytes(0x21, 0x11, 13)), kTcp4)),
            "proxy-malformed");
}

TEST(ProxyHeader, RefusesEveryWrongByteOfTheSignature) {
  for (std::size_t i = 0; i < kSignature.size(); ++i) {
    Bytes bytes = preamble_bytes(0x21, 0x11, 12);
    bytes[i] ^= 0x20;
    EXPECT_EQ(code(parse_preamble(bytes)), "proxy-malformed") << i;
  }
}

TEST(ProxyHeader, RefusesVersionsCommandsAndFamiliesThatItDoesNotKnow) {
  EXPECT_EQ(code(parse_preamble(preamble_bytes(0x11, 0x11, 12))), "proxy-unsupported");
  EXPECT_EQ(code(parse_preamble(preamble_bytes(0x31, 0x11, 12))), "proxy-unsupported");
  EXPECT_EQ(code(parse_preamble(preamble_bytes(0x22, 0x11, 12))), "proxy-unsupported");
  for (const int family : {0x00, 0x01, 0x10, 0x12, 0x20, 0x22, 0x31, 0x32, 0x41, 0xFF}) {
    EXPECT_EQ(code(parse_preamble(preamble_bytes(0x21, static_cast<std::uint8_t>(family), 12))),
              "proxy-unsupported");
  }
}

TEST(ProxyHeader, RefusesToReadMoreThanItsLimit) {
  EXPECT_EQ(code(parse_preamble(preamble_bytes(0x21, 0x11, kLongestRest))), "ok");
  EXPECT_EQ(code(parse_preamble(preamble_bytes(0x21, 0x11, kLongestRest + 1))), "proxy-malformed");
  EXPECT_EQ(code(parse_preamble(preamble_bytes(0x20, 0x00, 65535))), "proxy-malformed");
}

}  // namespace
}  // namespace postern::proxy
