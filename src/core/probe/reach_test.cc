#include "core/probe/reach.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::probe {
namespace {

using namespace policy::testing;

base::IpAddress ip(std::string_view text) { return *base::IpAddress::parse(text); }

struct Network {
  policy::Configuration configuration = policy::testing::configuration();
  Reach reach{Reach::Limits::world, {}};
  route::HostPlan host{};

  Network() { host.label = "mx.example:25"; }
  bool refuses(std::string_view address) {
    policy::Configuration copy = configuration;
    number(copy);
    const policy::PolicyBook book(std::move(copy));
    const auto refused = refusal(reach, host, ip(address), book, kMain);
    EXPECT_TRUE(!refused || refused->code == "address-not-allowed");
    return refused.has_value();
  }
};

class Special : public ::testing::TestWithParam<const char*> {};

TEST_P(Special, IsRefusedForTheWorldAndForRoutes) {
  Network network;
  EXPECT_TRUE(network.refuses(GetParam()));
  network.host.kind = route::HopKind::external_route;
  EXPECT_TRUE(network.refuses(GetParam()));
  network.host.kind = route::HopKind::internal_route;
  EXPECT_TRUE(network.refuses(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Address, Special,
    ::testing::Values("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.1",
                      "169.254.169.254", "172.31.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1",
                      "240.0.0.1", "255.255.255.255", "::", "::1", "::10.0.0.1", "fe80::1",
                      "fec0::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
                      "::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1",
                      "64:ff9b::7f00:1", "64:ff9b:1::5db8:d822", "2002:a00:1::", "2002:7f00:1::1",
                      "2001:0:1:2::3", "100::1", "2a00::5efe:10.0.0.1", "2a00::200:5efe:7f00:1"));

TEST(Reach, IsTheWorld) {
  Network network;
  for (const char* address : {"93.184.216.34", "2a00:1450::1", "64:ff9b::93.184.216.34",
                              "2002:5db8:d822::1", "172.32.0.1", "100.128.0.1"}) {
    EXPECT_FALSE(network.refuses(address)) << address;
  }
}

TEST(Reach, HasNoLimitForTheCommandLine) {
  Network network;
  network.reach.limits = Reach::Limits::none;
  EXPECT_FALSE(network.refuses("127.0.0.1"));
}

TEST(Reach, IncludesWhatTheConfigurationAllows) {
  Network network;
  network.reach.allowed = {*base::IpRange::parse("127.0.0.0/8")};
  EXPECT_FALSE(network.refuses("127.0.0.1"));
  EXPECT_TRUE(network.refuses("10.0.0.1"));
}

TEST(Reach, IncludesPrivateRangesOfTheAccountsServersForItsRoutesAlone) {
  Network network;
  network.configuration.senders = {by_range("10.1.0.0/16"), by_range("10.2.0.0/16", kOther),
                                   by_range("127.0.0.0/8"), by_range("169.254.0.0/16")};
  EXPECT_TRUE(network.refuses("10.1.2.3"));
  network.host.kind = route::HopKind::external_route;
  EXPECT_TRUE(network.refuses("10.1.2.3"));
  network.host.kind = route::HopKind::internal_route;
  EXPECT_FALSE(network.refuses("10.1.2.3"));
  EXPECT_TRUE(network.refuses("10.2.2.3"));
  EXPECT_TRUE(network.refuses("127.0.0.1"));
  EXPECT_TRUE(network.refuses("169.254.169.254"));
}

}  // namespace
}  // namespace postern::probe
