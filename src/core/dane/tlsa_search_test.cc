#include "core/dane/tlsa_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/tls/testing.h"

namespace postern::dane {
namespace {

using tls::testing::domain;
using Ask = Search::Ask;
using State = Facts::State;
using dns::Security;

const dns::Domain kHost = domain("mx1.example.com");
const dns::Domain kTarget = domain("target.example.net");
const dns::Tlsa kEe{3, 1, 1, std::vector<std::uint8_t>(32, 7)};
const dns::Tlsa kTa{2, 0, 1, std::vector<std::uint8_t>(32, 8)};
const dns::Tlsa kPkix{1, 1, 1, std::vector<std::uint8_t>(32, 9)};

template <class Answer>
Answer ok(Security security) {
  Answer answer;
  answer.outcome = dns::Outcome::ok;
  answer.security = security;
  return answer;
}
template <class Answer>
Answer absent(Security security, dns::Outcome outcome = dns::Outcome::no_data) {
  Answer answer;
  answer.outcome = outcome;
  answer.security = security;
  return answer;
}
template <class Answer>
Answer failed(std::string code) {
  Answer answer;
  answer.security = code == "dnssec-bogus" ? Security::bogus : Security::insecure;
  answer.code = std::move(code);
  answer.why = "the server failed.";
  return answer;
}

dns::AddressAnswer address(Security security) {
  auto answer = ok<dns::AddressAnswer>(security);
  answer.canonical = kHost;
  answer.records = {*base::IpAddress::parse("198.51.100.1")};
  return answer;
}
dns::AddressAnswer address_at_target(Security security) {
  auto answer = address(security);
  answer.canonical = kTarget;
  return answer;
}
dns::NameAnswer alias(Security security) {
  auto answer = ok<dns::NameAnswer>(security);
  answer.records = {kTarget};
  return answer;
}
dns::TlsaAnswer tlsa(std::vector<dns::Tlsa> records, Security security = Security::secure) {
  auto answer = ok<dns::TlsaAnswer>(security);
  answer.records = std::move(records);
  return answer;
}

// A world, and the search that asks it one question after the other.
struct World {
  std::optional<dns::AddressAnswer> a, aaaa;
  dns::NameAnswer alias = absent<dns::NameAnswer>(Security::secure);
  dns::TlsaAnswer at_target = absent<dns::TlsaAnswer>(Security::secure);
  dns::TlsaAnswer at_host = absent<dns::TlsaAnswer>(Security::secure);

  std::vector<Ask> asked{};

  Facts find() {
    Known known;
    if (a) known.a = &*a;
    if (aaaa) known.aaaa = &*aaaa;
    asked.clear();
    for (;;) {
      Search step = search(kHost, known);
      if (step.ask == Ask::nothing) return step.facts;
      EXPECT_EQ(step.facts.state, State::unresolved);  // until it is answered, it is not "none"
      EXPECT_EQ(std::ranges::find(asked, step.ask), asked.end());
      if (asked.size() == 3) return step.facts;
      asked.push_back(step.ask);
      if (step.ask == Ask::alias) known.alias = &alias;
      if (step.ask == Ask::at_target) known.at_target = &at_target;
      if (step.ask == Ask::at_host) known.at_host = &at_host;
    }
  }
};

World signed_host() {
  World world;
  world.a = address(Security::secure);
  world.at_host = tlsa({kEe});
  return world;
}
World signed_alias() {
  World world;
  world.a = address_at_target(Security::secure);
  world.alias = alias(Security::secure);
  world.at_target = tlsa({kTa});
  world.at_host = tlsa({kEe});
  return world;
}
// The alias itself is signed; what it points to is not.
World alias_out_of_the_signed_world() {
  World world = signed_alias();
  world.a = address_at_target(Security::insecure);
  world.at_target = tlsa({kTa}, Security::insecure);
  return world;
}

// --- a host by its own name ----------------------------------------------------------------------

TEST(TlsaSearch, FindsTheRecordsOfASignedHost) {
  World world = signed_host();
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::usable);
  EXPECT_EQ(facts.records, std::vector{kEe});
  EXPECT_EQ(facts.base, kHost);
  EXPECT_EQ(facts.code, "");
  EXPECT_EQ(facts.why, "mx1.example.com publishes 1 usable TLSA record");
  EXPECT_EQ(world.asked, std::vector{Ask::at_host});
}

TEST(TlsaSearch, TakesEitherAddressFamilyAsProof) {
  for (const bool six : {false, true}) {
    World world = signed_host();
    if (six) std::swap(world.a, world.aaaa);
    EXPECT_EQ(world.find().state, State::usable);
    (six ? world.a : world.aaaa) = absent<dns::AddressAnswer>(Security::secure);
    EXPECT_EQ(world.find().state, State::usable);
    (six ? world.a : world.aaaa) = failed<dns::AddressAnswer>("dns-timeout");
    EXPECT_EQ(world.find().state, State::usable);
    (six ? world.a : world.aaaa) = address(Security::insecure);
    EXPECT_EQ(world.find().state, State::usable);
  }
}

TEST(TlsaSearch, KeepsOnlyRecordsThatCount) {
  World world = signed_host();
  world.at_host = tlsa({kPkix, kTa, kEe});
  const Facts facts = world.find();
  EXPECT_EQ(facts.records, (std::vector{kTa, kEe}));
  EXPECT_EQ(facts.why, "mx1.example.com publishes 2 usable TLSA records");
}

TEST(TlsaSearch, TellsUnusableRecordsFromNone) {
  World world = signed_host();
  world.at_host = tlsa({kPkix});
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::unusable);
  EXPECT_TRUE(facts.records.empty());
  EXPECT_EQ(facts.base, kHost);
  EXPECT_EQ(facts.why,
            "mx1.example.com publishes TLSA records, and none that counts: usage 1 (PKIX-EE) does "
            "not exist for SMTP");
  world.at_host = tlsa({});
  EXPECT_EQ(world.find().state, State::unusable);
  EXPECT_EQ(world.find().why,
            "mx1.example.com publishes TLSA records, and none that counts: none can be read");
}

TEST(TlsaSearch, EndsWhereNothingIsPublished) {
  for (const auto outcome : {dns::Outcome::no_data, dns::Outcome::nxdomain}) {
    World world = signed_host();
    world.at_host = absent<dns::TlsaAnswer>(Security::secure, outcome);
    EXPECT_EQ(world.find().state, State::absent);
    EXPECT_EQ(world.find().why, "mx1.example.com publishes no TLSA record");
    // Also if that is only said and not proved: the zone below may be unsigned (2.2.3).
    world.at_host = absent<dns::TlsaAnswer>(Security::insecure, outcome);
    EXPECT_EQ(world.find().state, State::absent);
  }
}

TEST(TlsaSearch, BelievesNoUnsignedRecords) {
  World world = signed_host();
  world.at_host = tlsa({kEe}, Security::insecure);
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::absent);
  EXPECT_TRUE(facts.records.empty());
  EXPECT_EQ(facts.why,
            "the TLSA records of mx1.example.com are not DNSSEC-signed, so they prove nothing");
}

TEST(TlsaSearch, NeverAsksBelowAnUnsignedAddress) {
  World world = signed_host();
  world.a = address(Security::insecure);
  EXPECT_EQ(world.find().state, State::absent);
  EXPECT_EQ(world.find().why,
            "the address of mx1.example.com is not DNSSEC-signed, so TLSA records would prove "
            "nothing");
  EXPECT_TRUE(world.asked.empty());
}

TEST(TlsaSearch, NeverReadsAFailureAsNone) {
  for (const char* code : {"dns-servfail", "dns-timeout", "dnssec-bogus", "dns-malformed"}) {
    World world = signed_host();
    world.at_host = failed<dns::TlsaAnswer>(code);
    const Facts facts = world.find();
    EXPECT_EQ(facts.state, State::unresolved);
    EXPECT_EQ(facts.code, code);
    EXPECT_EQ(facts.why,
              "The TLSA records of mx1.example.com could not be looked up: the server failed.");
    EXPECT_TRUE(facts.records.empty());
  }
}

TEST(TlsaSearch, HasNothingToSayOfAHostWithoutAddress) {
  for (const auto& none :
       {absent<dns::AddressAnswer>(Security::secure), failed<dns::AddressAnswer>("dnssec-bogus")}) {
    World world = signed_host();
    world.a = none;
    EXPECT_EQ(world.find().state, State::absent);
    EXPECT_EQ(world.find().why, "mx1.example.com has no address");
    EXPECT_TRUE(world.asked.empty());
  }
  EXPECT_EQ(World().find().state, State::absent);
}

// --- a host that is an alias ---------------------------------------------------------------------

TEST(TlsaSearch, TakesTheEndOfASecureChainFirst) {
  World world = signed_alias();
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::usable);
  EXPECT_EQ(facts.records, std::vector{kTa});
  EXPECT_EQ(facts.base, kTarget);
  EXPECT_EQ(world.asked, std::vector{Ask::at_target});
}

TEST(TlsaSearch, FallsBackToTheAliasWhereItsTargetPublishesNothing) {
  for (const auto& nothing : {absent<dns::TlsaAnswer>(Security::secure),
                              absent<dns::TlsaAnswer>(Security::insecure, dns::Outcome::nxdomain),
                              tlsa({kTa}, Security::insecure)}) {
    World world = signed_alias();
    world.at_target = nothing;
    const Facts facts = world.find();
    EXPECT_EQ(facts.state, State::usable);
    EXPECT_EQ(facts.records, std::vector{kEe});
    EXPECT_EQ(facts.base, kHost);
    EXPECT_EQ(world.asked, (std::vector{Ask::at_target, Ask::at_host}));
  }
}

TEST(TlsaSearch, DoesNotLookPastUnusableRecordsOfTheTarget) {
  World world = signed_alias();
  world.at_target = tlsa({kPkix});
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::unusable);
  EXPECT_EQ(facts.base, kTarget);
}

TEST(TlsaSearch, DoesNotLookPastAFailureAtTheTarget) {
  World world = signed_alias();
  world.at_target = failed<dns::TlsaAnswer>("dns-servfail");
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::unresolved);
  EXPECT_EQ(facts.code, "dns-servfail");
  EXPECT_EQ(facts.why,
            "The TLSA records of target.example.net could not be looked up: the server failed.");
  EXPECT_EQ(world.asked, std::vector{Ask::at_target});
}

TEST(TlsaSearch, EndsAtTheAliasWhereNeitherPublishesAnything) {
  World world = signed_alias();
  world.at_target = absent<dns::TlsaAnswer>(Security::secure);
  world.at_host = absent<dns::TlsaAnswer>(Security::secure);
  EXPECT_EQ(world.find().state, State::absent);
  world.at_host = failed<dns::TlsaAnswer>("dns-timeout");
  EXPECT_EQ(world.find().state, State::unresolved);
}

TEST(TlsaSearch, AsksTheAliasWhereTheChainLeavesTheSignedWorld) {
  World world = alias_out_of_the_signed_world();
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::usable);
  EXPECT_EQ(facts.base, kHost);
  EXPECT_EQ(facts.records, std::vector{kEe});
  EXPECT_EQ(world.asked, (std::vector{Ask::alias, Ask::at_host}));
}

TEST(TlsaSearch, LeavesAnUnsignedAliasAlone) {
  World world = alias_out_of_the_signed_world();
  world.alias = alias(Security::insecure);
  EXPECT_EQ(world.find().state, State::absent);
  EXPECT_EQ(world.find().why,
            "the alias mx1.example.com is not DNSSEC-signed, so TLSA records would prove nothing");
  EXPECT_EQ(world.asked, std::vector{Ask::alias});
}

TEST(TlsaSearch, HoldsBackAnAliasThatCannotBeRead) {
  World world = alias_out_of_the_signed_world();
  world.alias = failed<dns::NameAnswer>("dnssec-bogus");
  const Facts facts = world.find();
  EXPECT_EQ(facts.state, State::unresolved);
  EXPECT_EQ(facts.code, "dnssec-bogus");
  EXPECT_EQ(facts.why, "The alias mx1.example.com could not be looked up: the server failed.");
}

// --- names ---------------------------------------------------------------------------------------

TEST(TlsaSearch, NamesTheServiceBelowItsHost) {
  EXPECT_EQ(tlsa_name(kHost, 25).text(), "_25._tcp.mx1.example.com");
  EXPECT_EQ(tlsa_name(kHost, 65535).text(), "_65535._tcp.mx1.example.com");
}

TEST(TlsaSearch, NamesNothingBelowAHostThatLeavesNoRoom) {
  const std::string label(49, 'a');
  std::string name;
  for (int i = 0; i < 4; ++i) name += label + ".";  // 200 bytes
  const std::string prefix = "_25._tcp.";
  const std::size_t room = 253 - prefix.size() - name.size();
  EXPECT_EQ(tlsa_name(domain(name + std::string(room, 'b')), 25).text().size(), 253U);
  EXPECT_TRUE(tlsa_name(domain(name + std::string(room + 1, 'b')), 25).empty());
}

TEST(TlsaSearch, FollowsTheChainOfEitherFamily) {
  const auto aliased = address_at_target(Security::secure);
  const auto plain = address(Security::secure);
  const auto nothing = absent<dns::AddressAnswer>(Security::secure);
  dns::AddressAnswer unnamed = plain;
  unnamed.canonical = dns::Domain();
  const auto target = [](const dns::AddressAnswer* a, const dns::AddressAnswer* aaaa) {
    Known known;
    known.a = a;
    known.aaaa = aaaa;
    return target_of(kHost, known);
  };
  EXPECT_EQ(target(&aliased, nullptr), kTarget);
  EXPECT_EQ(target(nullptr, &aliased), kTarget);
  EXPECT_EQ(target(&aliased, &nothing), kTarget);
  EXPECT_EQ(target(&plain, nullptr), kHost);
  EXPECT_EQ(target(&unnamed, nullptr), kHost);
  EXPECT_EQ(target(nullptr, nullptr), kHost);
}

// --- every world there is ------------------------------------------------------------------------

std::vector<std::optional<dns::AddressAnswer>> every_address() {
  return {std::nullopt,
          address(Security::secure),
          address(Security::insecure),
          address_at_target(Security::secure),
          address_at_target(Security::insecure),
          absent<dns::AddressAnswer>(Security::secure),
          failed<dns::AddressAnswer>("dns-servfail")};
}
std::vector<dns::NameAnswer> every_alias() {
  return {alias(Security::secure), alias(Security::insecure),
          absent<dns::NameAnswer>(Security::secure), failed<dns::NameAnswer>("dns-servfail")};
}
std::vector<dns::TlsaAnswer> every_tlsa() {
  return {tlsa({kEe}),
          tlsa({kPkix}),
          tlsa({kEe}, Security::insecure),
          absent<dns::TlsaAnswer>(Security::secure),
          absent<dns::TlsaAnswer>(Security::insecure),
          failed<dns::TlsaAnswer>("dnssec-bogus")};
}

template <class Check>
void in_every_world(Check check) {
  for (const auto& a : every_address()) {
    for (const auto& aaaa : every_address()) {
      for (const auto& alias : every_alias()) {
        for (const auto& at_target : every_tlsa()) {
          for (const auto& at_host : every_tlsa()) {
            World world{a, aaaa, alias, at_target, at_host};
            const Facts facts = world.find();
            check(world, facts);
            if (::testing::Test::HasFailure()) return;  // the first world says enough
          }
        }
      }
    }
  }
}

bool secure_address(const World& world) {
  const auto proves = [](const auto& answer) { return answer && answer->ok() && answer->secure(); };
  return proves(world.a) || proves(world.aaaa);
}

TEST(EveryTlsaSearch, TrustsOnlyWhatDnssecVouchesFor) {
  in_every_world([](const World& world, const Facts& facts) {
    if (facts.state != State::usable && facts.state != State::unusable) return;
    const auto& source = facts.base == kTarget ? world.at_target : world.at_host;
    EXPECT_TRUE(facts.base == kTarget || facts.base == kHost);
    EXPECT_TRUE(source.ok() && source.secure());
    EXPECT_TRUE(secure_address(world) || (world.alias.ok() && world.alias.secure()));
  });
}

TEST(EveryTlsaSearch, NeverSettlesAsNoneOverAFailedAnswer) {
  in_every_world([](const World& world, const Facts& facts) {
    std::map<Ask, bool> failure{{Ask::alias, world.alias.outcome == dns::Outcome::failed},
                                {Ask::at_target, world.at_target.outcome == dns::Outcome::failed},
                                {Ask::at_host, world.at_host.outcome == dns::Outcome::failed}};
    bool met_failure = false;
    for (const Ask question : world.asked) met_failure = met_failure || failure[question];
    EXPECT_EQ(facts.state == State::unresolved, met_failure);
    EXPECT_EQ(facts.code.empty(), !met_failure);
  });
}

TEST(EveryTlsaSearch, AsksAboutTlsaOnlyFromTheSignedWorld) {
  in_every_world([](const World& world, const Facts&) {
    for (const Ask question : world.asked) {
      if (question == Ask::at_target) EXPECT_TRUE(secure_address(world));
      if (question == Ask::at_host) {
        EXPECT_TRUE(secure_address(world) || (world.alias.ok() && world.alias.secure()));
      }
    }
  });
}

TEST(EveryTlsaSearch, ExplainsItselfAndHoldsRecordsExactlyIfUsable) {
  in_every_world([](const World&, const Facts& facts) {
    EXPECT_FALSE(facts.why.empty());
    EXPECT_EQ(facts.records.empty(), facts.state != State::usable);
  });
}

TEST(EveryTlsaSearch, IsTheSameWhenMoreIsKnownThanItAsksFor) {
  in_every_world([](const World& world, const Facts& facts) {
    Known all;
    if (world.a) all.a = &*world.a;
    if (world.aaaa) all.aaaa = &*world.aaaa;
    all.alias = &world.alias;
    all.at_target = &world.at_target;
    all.at_host = &world.at_host;
    const Search at_once = search(kHost, all);
    EXPECT_EQ(at_once.ask, Ask::nothing);
    EXPECT_EQ(at_once.facts, facts);
  });
}

}  // namespace
}  // namespace postern::dane
