// Probe and delivery agree: for every posture that a server can have, what the probe calls ready
// for a mode is exactly what a delivery under a policy of that mode would hand the message to. Both
// go through the same plan; the policy pins what the probe said it would pin.
#include <gtest/gtest.h>

#include "core/policy/demands.h"
#include "core/probe/findings.h"
#include "core/route/testing.h"
#include "core/tls/wishes.h"

namespace postern::probe {
namespace {

using namespace route::testing;
using tls::Mode;
using tls::Observation;

struct Posture {
  std::string name;
  Observation seen;
};

std::vector<Posture> postures() {
  const Observation good = tls::testing::good();
  std::vector<Posture> all = {{"good", good}, {"no STARTTLS", tls::testing::plaintext()}};
  const auto add = [&](std::string name, Observation seen) {
    all.push_back({std::move(name), std::move(seen)});
  };
  Observation seen = tls::testing::plaintext();
  seen.offer = tls::Offer::refused;
  add("STARTTLS refused", seen);
  seen.offer = tls::Offer::offered;
  seen.handshake = tls::Handshake::failed;
  add("handshake failed", seen);
  for (const auto& [name, chain] : std::initializer_list<std::pair<const char*, tls::Chain>>{
           {"self-signed", tls::Chain::self_signed},
           {"unknown issuer", tls::Chain::unknown_issuer},
           {"expired", tls::Chain::expired},
           {"not yet valid", tls::Chain::not_yet_valid},
           {"wrong purpose", tls::Chain::wrong_purpose},
           {"weak key", tls::Chain::weak},
           {"revoked", tls::Chain::revoked},
           {"invalid", tls::Chain::invalid}}) {
    seen = good;
    seen.chain = chain;
    add(name, seen);
    seen.dane = tls::Dane::matched_ee;
    add(std::string(name) + ", DANE-EE", seen);
    seen.dane = tls::Dane::matched_ta;
    add(std::string(name) + ", DANE-TA", seen);
  }
  for (const char* san :
       {"wrong.example", "example.com", "*.example.com", "*.com", "example-com"}) {
    seen = good;
    seen.certificate->dns_names = {san};
    add("certificate for " + std::string(san), seen);
  }
  seen = good;
  seen.certificate->dns_names.clear();
  add("no SAN", seen);
  for (const tls::Version version :
       {tls::Version::tls1_0, tls::Version::tls1_1, tls::Version::tls1_2}) {
    seen = good;
    seen.version = version;
    add(std::string(tls::version_text(version)), seen);
  }
  seen = good;
  seen.exchange_bits = 80;
  add("weak key exchange", seen);
  seen = tls::testing::plaintext();
  seen.offer = tls::Offer::offered;
  seen.handshake = tls::Handshake::failed;
  seen.too_old = true;
  add("no version that is allowed", seen);
  seen = good;
  seen.weak_suite = true;
  add("weak suite", seen);
  seen = good;
  seen.anonymous = true;
  seen.certificate.reset();
  seen.chain = tls::Chain::not_checked;
  add("anonymous suite", seen);
  return all;
}

Zone zone(bool is_signed) {
  Zone result;
  if (is_signed) result.sign();
  result.mx("example.com", {{10, "mx1.example.com"}}).host("mx1.example.com", {"192.0.2.1"});
  return result;
}

route::RoutePlan plan_under(bool is_signed, std::vector<policy::Policy> policies) {
  const policy::PolicyBook book(with_policies(std::move(policies)));
  route::RouteSettings settings;
  settings.allow_special_addresses = true;  // documentation addresses are special
  return plan_for(zone(is_signed), book, "example.com", settings);
}

bool delivers(const route::RoutePlan& plan, const Observation& seen) {
  const route::HostPlan& host = plan.hosts.at(0);
  return !tls::judge_host(host.requirement, host.host) && tls::judge(host.requirement, seen).met();
}

class Agreement : public ::testing::TestWithParam<bool> {};

TEST_P(Agreement, WhatIsReadyIsExactlyWhatAPolicyWouldDeliver) {
  const bool is_signed = GetParam();
  const route::RoutePlan bare = plan_under(is_signed, {});
  for (const Posture& posture : postures()) {
    // As the prober does: the plan's names, and the MX name that a policy would pin.
    HostFinding host;
    host.host = bare.hosts.at(0).host;
    host.names = bare.hosts.at(0).reference_names;
    host.names.push_back(host.host);
    AddressFinding address;
    address.observation = posture.seen;
    conclude(address, host.names);
    host.addresses = {address};
    conclude(host);

    policy::Policy strict = policy_for("example.com", Mode::strict);
    strict.mx_pins = pins_for(domain("example.com"), std::vector{host});
    const bool by_strict = delivers(plan_under(is_signed, {strict}), posture.seen);
    const bool by_relaxed =
        delivers(plan_under(is_signed, {policy_for("example.com", Mode::relaxed)}), posture.seen);

    EXPECT_EQ(host.readiness == Readiness::strict, by_strict) << posture.name;
    EXPECT_EQ(host.readiness >= Readiness::relaxed, by_relaxed) << posture.name;
    EXPECT_TRUE(delivers(bare, posture.seen)) << posture.name;
    // And for the same reason.
    if (!by_strict) {
      const tls::Verdict verdict =
          tls::judge(plan_under(is_signed, {strict}).hosts.at(0).requirement, posture.seen);
      ASSERT_TRUE(host.why) << posture.name;
      EXPECT_EQ(host.why->code, verdict.unmet->reason.code) << posture.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(SignedOrNot, Agreement, ::testing::Bool());

}  // namespace
}  // namespace postern::probe
