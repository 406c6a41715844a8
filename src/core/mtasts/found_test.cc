#include "core/mtasts/found.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/tls/judge.h"
#include "core/tls/testing.h"

namespace postern::mtasts {
namespace {

using namespace tls::testing;
using tls::Considered;
using tls::Mode;

const dns::Domain kDomain = domain("example.com");
const dns::Domain kHost = domain("mx1.example.com");
const tls::Source kSource{tls::SourceKind::mta_sts, 0, "MTA-STS of example.com"};

Policy policy(PolicyMode mode, std::initializer_list<const char*> hosts) {
  Policy policy;
  policy.mode = mode;
  for (const char* host : hosts) policy.mx.push_back(pattern(host));
  policy.max_age = std::chrono::weeks(1);
  return policy;
}
Found found(PolicyMode mode, std::initializer_list<const char*> hosts = {"mx1.example.com"}) {
  Found found;
  found.state = Found::State::policy;
  found.policy = policy(mode, hosts);
  found.id = "20160831085700Z";
  found.expires = noon();
  found.code.clear();
  found.why.clear();
  return found;
}
Found without(Found::State state) {
  Found found;
  found.state = state;
  found.code = "dns-timeout";
  found.why = "as it was found";
  return found;
}

tls::Requirement asked(const Found& found, Authentication by = Authentication::by_pkix,
                       const dns::Domain& host = kHost) {
  tls::Requirement requirement;
  add_demands(requirement, kDomain, host, found, by);
  return requirement;
}

// "met", or the code of what is not.
std::string verdict(const tls::Requirement& requirement, const tls::Observation& seen) {
  const tls::Verdict verdict = tls::judge(requirement, seen);
  return verdict.met() ? "met" : verdict.unmet->reason.code;
}
tls::Observation named(const char* name) {
  tls::Observation seen = good();
  seen.certificate->dns_names = {name};
  return seen;
}
tls::Observation self_signed() {
  tls::Observation seen = good();
  seen.chain = tls::Chain::self_signed;
  seen.certificate->self_signed = true;
  return seen;
}

// The demands of a policy, as they must come out.
std::vector<tls::Demand> expected(Authentication by, tls::Standing standing) {
  tls::Authenticate ways;
  ways.pkix = true;
  ways.dane = false;
  ways.names = {kHost};
  tls::Requirement requirement;
  tls::add_wishes(requirement, kSource,
                  by == Authentication::by_pkix ? tls::authentication(ways) : tls::encryption(),
                  standing);
  tls::add_wishes(requirement, kSource, {tls::HostIn{{pattern("mx1.example.com")}}}, standing);
  return requirement.demands();
}

// --- the value -----------------------------------------------------------------------------------

TEST(StsFound, IsUnresolvedUntilSomebodyLooked) {
  EXPECT_EQ(Found().state, Found::State::unresolved);
  EXPECT_EQ(verdict(asked(Found()), good()), "sts-unresolved");
}

TEST(StsFound, IsEnforcedByAPolicyInModeEnforceAlone) {
  EXPECT_TRUE(found(PolicyMode::enforce).enforced());
  EXPECT_FALSE(found(PolicyMode::testing).enforced());
  EXPECT_FALSE(found(PolicyMode::none).enforced());
  for (const auto state : {Found::State::none, Found::State::unresolved}) {
    Found leftover = found(PolicyMode::enforce);
    leftover.state = state;
    EXPECT_FALSE(leftover.enforced());
  }
}

TEST(StsFound, ListsAHostByNameOrByItsDomain) {
  const Policy listed = policy(PolicyMode::enforce, {"mail.example.com", "*.example.net"});
  for (const char* host : {"mail.example.com", "mx1.example.net", "xn--mller-kva.example.net"}) {
    EXPECT_TRUE(lists(listed, domain(host))) << host;
  }
  for (const char* host : {"example.com", "mx1.mail.example.com", "example.net", "a.b.example.net",
                           "mail.example.com.evil.example", "xexample.net"}) {
    EXPECT_FALSE(lists(listed, domain(host))) << host;
  }
  EXPECT_FALSE(lists(listed, dns::Domain()));
  EXPECT_FALSE(lists(policy(PolicyMode::none, {}), kHost));
}

TEST(StsFound, ListsWhateverTheCase) {
  EXPECT_TRUE(lists(policy(PolicyMode::enforce, {"MAIL.Example.COM"}), domain("mail.example.com")));
}

// --- enforce -------------------------------------------------------------------------------------

TEST(StsDemands, OfEnforceAreAListedHostThatProvesItsOwnName) {
  const auto requirement = asked(found(PolicyMode::enforce));
  EXPECT_EQ(requirement.demands(), expected(Authentication::by_pkix, tls::Standing::in_force));
  EXPECT_EQ(requirement.mode(), Mode::strict);
  EXPECT_EQ(verdict(requirement, good()), "met");
}

TEST(StsDemands, OfEnforceAreNotMetByLess) {
  const auto requirement = asked(found(PolicyMode::enforce));
  EXPECT_EQ(verdict(requirement, plaintext()), "starttls-not-supported");
  EXPECT_EQ(verdict(requirement, named("mx2.example.com")), "certificate-host-mismatch");
  EXPECT_NE(verdict(requirement, self_signed()), "met");
  tls::Observation old = good();
  old.version = tls::Version::tls1_1;
  EXPECT_NE(verdict(requirement, old), "met");
}

TEST(StsDemands, WantTheHostsNameWhateverElseIsNamed) {
  // RFC 8461 4.1: neither the domain, nor another host of the list.
  const auto requirement = asked(found(PolicyMode::enforce, {"*.example.com", "mx2.example.net"}));
  EXPECT_EQ(verdict(requirement, named("example.com")), "certificate-host-mismatch");
  EXPECT_EQ(verdict(requirement, named("mx2.example.net")), "certificate-host-mismatch");
  EXPECT_EQ(verdict(requirement, named("*.example.com")), "met");
}

TEST(StsDemands, AreNotMetByDaneWhereDaneDoesNotDecide) {
  tls::Observation seen = self_signed();
  seen.dane = tls::Dane::matched_ee;
  EXPECT_NE(verdict(asked(found(PolicyMode::enforce)), seen), "met");
}

TEST(StsDemands, LeaveOutAHostThatIsNotListedBeforeConnecting) {
  for (const auto by : {Authentication::by_pkix, Authentication::by_dane}) {
    const auto requirement = asked(found(PolicyMode::enforce, {"*.example.net"}), by);
    const auto outside = tls::judge_host(requirement, kHost);
    ASSERT_TRUE(outside);
    EXPECT_EQ(outside->demand.source, kSource);
    EXPECT_NE(verdict(requirement, good()), "met");
  }
  EXPECT_FALSE(tls::judge_host(asked(found(PolicyMode::enforce)), kHost));
}

TEST(StsDemands, LeaveTheCertificateToDaneWhereDaneDecides) {
  const auto requirement = asked(found(PolicyMode::enforce), Authentication::by_dane);
  EXPECT_EQ(requirement.demands(), expected(Authentication::by_dane, tls::Standing::in_force));
  EXPECT_EQ(verdict(requirement, self_signed()), "met");  // DANE's own demands judge it
  EXPECT_EQ(verdict(requirement, plaintext()), "starttls-not-supported");
}

// --- testing, none, and what could not be had ----------------------------------------------------

TEST(StsDemands, OfTestingAreEvaluatedAndBlockNothing) {
  for (const auto by : {Authentication::by_pkix, Authentication::by_dane}) {
    const auto requirement = asked(found(PolicyMode::testing), by);
    EXPECT_EQ(requirement.demands(), expected(by, tls::Standing::monitored));
    EXPECT_EQ(requirement.mode(), Mode::opportunistic);
    EXPECT_EQ(verdict(requirement, plaintext()), "met");
    const auto judged = tls::judge(requirement, plaintext());
    ASSERT_TRUE(judged.would_fail);
    EXPECT_EQ(judged.would_fail->reason.code, "starttls-not-supported");
  }
  EXPECT_EQ(asked(found(PolicyMode::testing)).monitored_mode(), Mode::strict);
}

TEST(StsDemands, OfTestingReportAHostThatIsNotListedAndUseIt) {
  const auto requirement = asked(found(PolicyMode::testing, {"*.example.net"}));
  EXPECT_FALSE(tls::judge_host(requirement, kHost));
  const auto judged = tls::judge(requirement, good());
  EXPECT_TRUE(judged.met());
  EXPECT_TRUE(judged.would_fail);
}

TEST(StsDemands, AreNoneOfAPolicyNoneAndOfNoPolicy) {
  for (const auto& one : {found(PolicyMode::none), found(PolicyMode::none, {"*.example.net"}),
                          without(Found::State::none)}) {
    const auto requirement = asked(one);
    EXPECT_TRUE(requirement.demands().empty());
    EXPECT_EQ(verdict(requirement, plaintext()), "met");
  }
}

TEST(StsDemands, HoldBackWhatCouldNotBeLearnt) {
  for (const auto by : {Authentication::by_pkix, Authentication::by_dane}) {
    const auto requirement = asked(without(Found::State::unresolved), by);
    EXPECT_EQ(verdict(requirement, good()), "dns-timeout");
    const auto outside = tls::judge_host(requirement, kHost);
    ASSERT_TRUE(outside);
    EXPECT_EQ(outside->demand.source, kSource);
  }
}

// --- beside others -------------------------------------------------------------------------------

TEST(StsDemands, TakeNothingAwayFromWhatOthersAsk) {
  for (const auto& one :
       {found(PolicyMode::enforce), found(PolicyMode::testing), found(PolicyMode::none),
        without(Found::State::none), without(Found::State::unresolved)}) {
    tls::Requirement requirement = strict();
    const auto before = requirement.demands();
    add_demands(requirement, kDomain, kHost, one, Authentication::by_pkix);
    for (const tls::Demand& demand : before) {
      EXPECT_NE(std::ranges::find(requirement.demands(), demand), requirement.demands().end());
    }
    EXPECT_EQ(requirement.mode(), Mode::strict);
  }
}

TEST(StsDemands, ExplainThemselvesInOneLine) {
  const auto line = [](const Found& one, Authentication by = Authentication::by_pkix) {
    const auto requirement = asked(one, by);
    EXPECT_EQ(requirement.considered().size(), 1U);
    return requirement.considered().at(0);
  };
  const std::string holds = "policy 20160831085700Z, mode {}, holds until 2026-11-23T12:00:00Z";
  const auto rule = [&](const std::string& mode, const std::string& rest = {}) {
    std::string text = holds;
    return text.replace(text.find("{}"), 2, mode) + rest;
  };
  EXPECT_EQ(line(found(PolicyMode::enforce)),
            (Considered{kSource, Mode::strict, Considered::Fate::joined, rule("enforce")}));
  EXPECT_EQ(line(found(PolicyMode::testing)),
            (Considered{kSource, Mode::strict, Considered::Fate::monitored, rule("testing")}));
  EXPECT_EQ(line(found(PolicyMode::enforce), Authentication::by_dane).rule,
            rule("enforce", "; the host has usable TLSA records, so DANE decides authentication"));
  Found kept = found(PolicyMode::enforce);
  kept.code = "sts-policy-fetch-error";
  kept.why = "it could not be fetched again: the host is silent";
  EXPECT_EQ(line(kept).rule,
            rule("enforce", "; it could not be fetched again: the host is silent"));
  EXPECT_EQ(line(found(PolicyMode::none)),
            (Considered{kSource, Mode::opportunistic, Considered::Fate::absent,
                        "the domain's policy is \"none\""}));
  EXPECT_EQ(
      line(without(Found::State::none)),
      (Considered{kSource, Mode::opportunistic, Considered::Fate::absent, "as it was found"}));
  EXPECT_EQ(line(without(Found::State::unresolved)),
            (Considered{kSource, Mode::strict, Considered::Fate::joined, "as it was found"}));
}

}  // namespace
}  // namespace postern::mtasts
