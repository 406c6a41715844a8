#include "core/tls/judge.h"

#include <gtest/gtest.h>

#include "core/tls/testing.h"

namespace postern::tls {
namespace {

using namespace testing;

std::string code(const Requirement& requirement, const Observation& seen) {
  const Verdict verdict = judge(requirement, seen);
  return verdict.met() ? "met" : verdict.unmet->reason.code;
}

Requirement demanding(const Source& source, Wish wish) {
  Requirement requirement;
  requirement.add({source, std::move(wish)});
  return requirement;
}

Observation anonymous() {
  Observation seen = good();
  seen.version = Version::tls1_2;
  seen.cipher = "ADH-AES256-GCM-SHA384";
  seen.anonymous = true;
  seen.certificate.reset();
  seen.chain = Chain::not_checked;
  return seen;
}

// The DANE source as it will be: usable TLSA records decide, and PKIX is no way out.
Requirement dane_source() {
  Authenticate ways = by_name({"mx1.example.com"});
  ways.pkix = false;
  Requirement requirement;
  add_wishes(requirement, kDane, authentication(ways));
  return requirement;
}

// The MTA-STS source as it will be, in mode enforce.
Requirement sts_source() {
  Requirement requirement;
  add_wishes(requirement, kSts, authentication(by_name({"mx1.example.com"})));
  requirement.add({kSts, HostIn{{pattern("*.example.com")}}});
  return requirement;
}

TEST(Judge, OpportunisticTakesAnything) {
  const Requirement nothing;
  Observation failed = plaintext();
  failed.handshake = Handshake::failed;
  Observation old = anonymous();
  old.version = Version::tls1_0;
  old.weak_suite = true;
  for (const Observation& seen : {plaintext(), failed, old, good()}) {
    EXPECT_EQ(code(nothing, seen), "met");
    EXPECT_EQ(judge(nothing, seen).method, AuthMethod::none);
  }
}

TEST(Judge, RelaxedRefusesEveryWayWithoutTls) {
  EXPECT_EQ(code(relaxed(), plaintext()), "starttls-not-supported");
  Observation refused = plaintext();
  refused.offer = Offer::refused;
  refused.detail = "454 4.7.0 TLS not available";
  EXPECT_EQ(code(relaxed(), refused), "starttls-refused");
  EXPECT_EQ(judge(relaxed(), refused).unmet->reason.sentence,
            "mx1.example.com offers STARTTLS and then refused it: 454 4.7.0 TLS not available.");
  Observation failed = plaintext();
  failed.offer = Offer::offered;
  failed.handshake = Handshake::failed;
  EXPECT_EQ(code(relaxed(), failed), "handshake-failed");
  failed.too_old = true;
  failed.detail = "the two sides have no TLS version in common";
  EXPECT_EQ(code(relaxed(), failed), "tls-version-too-low");
  Observation unfinished = plaintext();
  unfinished.offer = Offer::unknown;
  EXPECT_EQ(code(relaxed(), unfinished), "tls-not-established");
}

TEST(Judge, RelaxedTakesEveryCertificate) {
  for (const Chain chain :
       {Chain::self_signed, Chain::unknown_issuer, Chain::expired, Chain::not_yet_valid,
        Chain::wrong_purpose, Chain::weak, Chain::invalid}) {
    Observation seen = good();
    seen.chain = chain;
    seen.certificate->dns_names = {"somebody.else.example"};
    EXPECT_EQ(code(relaxed(), seen), "met");
  }
}

TEST(Judge, RelaxedRefusesOldVersionsAndSuitesThatProveNothing) {
  Observation old = good();
  old.version = Version::tls1_1;
  EXPECT_EQ(code(relaxed(), old), "tls-version-too-low");
  EXPECT_EQ(code(relaxed(), anonymous()), "anonymous-or-weak-suite");
  Observation weak = good();
  weak.weak_suite = true;
  EXPECT_EQ(code(relaxed(), weak), "anonymous-or-weak-suite");
}

TEST(Judge, LegacyFloorTakesOldVersionsButNoAnonymousSuite) {
  Requirement legacy;
  add_wishes(legacy, kPolicy, encryption(Version::tls1_0));
  Observation old = good();
  old.version = Version::tls1_0;
  EXPECT_EQ(code(legacy, old), "met");
  EXPECT_EQ(code(legacy, anonymous()), "anonymous-or-weak-suite");
}

TEST(Judge, StrictTakesATrustedChainWithTheName) {
  const Verdict verdict = judge(strict(), good());
  EXPECT_TRUE(verdict.met());
  EXPECT_EQ(verdict.method, AuthMethod::pkix);
  EXPECT_EQ(verdict.matched_name, "mx1.example.com");
}

TEST(Judge, StrictNamesWhatIsWrongWithTheChain) {
  const std::pair<Chain, const char*> rows[] = {
      {Chain::self_signed, "certificate-self-signed"},
      {Chain::unknown_issuer, "certificate-not-trusted"},
      {Chain::expired, "certificate-expired"},
      {Chain::not_yet_valid, "certificate-not-yet-valid"},
      {Chain::wrong_purpose, "certificate-wrong-purpose"},
      {Chain::weak, "certificate-weak"},
      {Chain::revoked, "certificate-revoked"},
      {Chain::invalid, "validation-failure"},
      {Chain::not_checked, "validation-failure"},
  };
  for (const auto& [chain, expected] : rows) {
    Observation seen = good();
    seen.chain = chain;
    EXPECT_EQ(code(strict(), seen), expected);
    seen.certificate->dns_names = {"wrong.example"};  // the chain has to be repaired first
    EXPECT_EQ(code(strict(), seen), expected);
  }
}

TEST(Judge, StrictRefusesAKeyExchangeThatAnAttackerMayBreak) {
  Observation seen = good();
  seen.group = "DH 1024";
  seen.exchange_bits = 80;
  EXPECT_EQ(code(strict(), seen), "weak-key-exchange");
  EXPECT_EQ(judge(strict(), seen).method, AuthMethod::none);
  EXPECT_EQ(code(relaxed(), seen), "met");
  seen.dane = Dane::matched_ee;
  EXPECT_EQ(code(strict(), seen), "weak-key-exchange") << "whatever proves the certificate";
  seen.dane = Dane::not_checked;
  seen.chain = Chain::expired;
  EXPECT_EQ(code(strict(), seen), "certificate-expired") << "the certificate is repaired first";
  seen = good();
  seen.exchange_bits = 112;  // DH of 2048 bits
  EXPECT_EQ(code(strict(), seen), "met");
}

TEST(Judge, StrictNamesTheNamesOfAMismatch) {
  Observation seen = good();
  seen.certificate->dns_names = {"a.example", "b.example", "c.example",
                                 "d.example", "e.example", "f.example"};
  const Verdict verdict = judge(strict(), seen);
  EXPECT_EQ(verdict.unmet->reason.code, "certificate-host-mismatch");
  EXPECT_EQ(verdict.unmet->reason.sentence,
            "The certificate of mx1.example.com is for a.example, b.example, c.example, d.example, "
            "e.example and 1 more; needed is one of: mx1.example.com.");
  EXPECT_EQ(verdict.unmet->demand.source, kPolicy);
  EXPECT_EQ(verdict.method, AuthMethod::none);
}

TEST(Judge, StrictWithoutTlsSaysThatThereIsNoTls) {
  EXPECT_EQ(code(strict(), plaintext()), "starttls-not-supported");
  EXPECT_EQ(code(demanding(kPolicy, by_name({"mx1.example.com"})), plaintext()),
            "starttls-not-supported");
  EXPECT_EQ(code(demanding(kPolicy, by_name({"mx1.example.com"})), anonymous()),
            "anonymous-or-weak-suite");
}

TEST(Judge, ATrustedChainWithoutANameToMatchProvesNothing) {
  EXPECT_EQ(code(demanding(kPolicy, Authenticate{}), good()), "certificate-host-mismatch");
}

TEST(Judge, ARouteByAddressNeedsTheSanIpAddress) {
  Authenticate ways;
  ways.addresses = {*base::IpAddress::parse("192.0.2.1")};
  Observation seen = good();
  seen.host = dns::Domain();
  seen.certificate->dns_names = {"192.0.2.1"};
  EXPECT_EQ(code(demanding(kPolicy, ways), seen), "certificate-host-mismatch");
  seen.certificate->ip_addresses = ways.addresses;
  EXPECT_EQ(code(demanding(kPolicy, ways), seen), "met");
  EXPECT_EQ(judge(demanding(kPolicy, ways), seen).matched_name, "192.0.2.1");
}

TEST(Judge, APinAuthenticatesByItself) {
  Authenticate ways = by_name({"mx1.example.com"});
  ways.pins = {key(2)};
  Observation seen = good();
  seen.chain = Chain::self_signed;
  seen.certificate->dns_names.clear();
  const Verdict verdict = judge(demanding(kPolicy, ways), seen);
  EXPECT_TRUE(verdict.met());
  EXPECT_EQ(verdict.method, AuthMethod::pin);
  EXPECT_EQ(verdict.matched_name.substr(0, 11), "sha256:0202");
}

TEST(Judge, AWrongPinIsNamedWhenPinsAreTheOnlyWay) {
  Authenticate ways;
  ways.dane = false;
  ways.pins = {key(9)};
  EXPECT_EQ(code(demanding(kPolicy, ways), good()), "spki-pin-mismatch");
}

TEST(Judge, AWrongPinLeavesTheOtherWaysOpen) {
  Authenticate ways = by_name({"mx1.example.com"});
  ways.pins = {key(9)};
  EXPECT_EQ(judge(demanding(kPolicy, ways), good()).method, AuthMethod::pkix);
}

TEST(Judge, AnMxOutsideThePinsIsNotUsed) {
  const Requirement pinned = demanding(kPolicy, HostIn{{pattern("*.outlook.com")}});
  EXPECT_EQ(code(pinned, good()), "mx-not-pinned");
  const auto unmet = judge_host(pinned, domain("mx1.example.com"));
  ASSERT_TRUE(unmet);
  EXPECT_EQ(unmet->reason.sentence,
            "mx1.example.com is not among the hosts that policy example.com pins: *.outlook.com.");
  EXPECT_FALSE(judge_host(pinned, domain("example-com.outlook.com")));
  EXPECT_TRUE(judge_host(pinned, dns::Domain()));
}

TEST(Judge, BeforeConnectingOnlyTheHostIsJudged) {
  EXPECT_FALSE(judge_host(strict(), domain("mx1.example.com")));
  Requirement monitored;
  monitored.add({kPolicy, HostIn{}, Standing::monitored});
  monitored.add({kPolicy, Unresolved{"dns-timeout", "no answer"}, Standing::waived});
  EXPECT_FALSE(judge_host(monitored, domain("mx1.example.com")));
}

TEST(Judge, WhatCouldNotBeReadIsNeverMet) {
  const Requirement unknown = demanding(kSts, Unresolved{"dns-servfail", "TLSA is unknown."});
  EXPECT_EQ(code(unknown, good()), "dns-servfail");
  EXPECT_EQ(judge_host(unknown, domain("mx1.example.com"))->reason.sentence, "TLSA is unknown.");
}

TEST(Judge, TakesAnAnnouncementOnlyUnderTls) {
  const Requirement wanted = demanding(kRequireTls, Announce{"REQUIRETLS"});
  Observation seen = good();
  EXPECT_EQ(code(wanted, seen), "requiretls-not-announced");
  EXPECT_EQ(code(demanding(kRequireTls, Announce{"SIZE"}), seen), "extension-not-announced");
  seen.extensions = {"PIPELINING", "REQUIRETLS"};
  EXPECT_EQ(code(wanted, seen), "met");
  Observation bare = plaintext();
  bare.extensions = {"REQUIRETLS"};
  EXPECT_EQ(code(wanted, bare), "starttls-not-supported");
}

TEST(Judge, RecordsWhatAMonitoredPolicyWouldRefuse) {
  const Verdict verdict = judge(strict(kPolicy, Standing::monitored), plaintext());
  EXPECT_TRUE(verdict.met());
  ASSERT_TRUE(verdict.would_fail);
  EXPECT_EQ(verdict.would_fail->reason.code, "starttls-not-supported");
  EXPECT_FALSE(judge(strict(kPolicy, Standing::monitored), good()).would_fail);
}

// --- DANE and MTA-STS need no more than their demands (RFC 8461 2)
// --------------------------------

TEST(DaneBeforeMtaSts, AFailingDaneIsNotOverriddenByAGoodCertificate) {
  Observation seen = good();
  seen.dane = Dane::mismatched;
  const Requirement both = join(sts_source(), dane_source());
  EXPECT_EQ(code(sts_source(), seen), "met");
  EXPECT_EQ(code(both, seen), "dane-mismatch");
  EXPECT_EQ(judge(both, seen).unmet->demand.source, kDane);
}

TEST(DaneBeforeMtaSts, AMatchingDaneStandsInForAnUntrustedChain) {
  Observation seen = good();
  seen.chain = Chain::unknown_issuer;
  seen.dane = Dane::matched_ee;
  EXPECT_EQ(code(join(sts_source(), dane_source()), seen), "met");
  EXPECT_EQ(judge(join(sts_source(), dane_source()), seen).method, AuthMethod::dane);
}

TEST(DaneBeforeMtaSts, DaneEeIgnoresNamesAndDaneTaDoesNot) {
  Observation seen = good();
  seen.chain = Chain::expired;
  seen.certificate->dns_names = {"other.example"};
  seen.dane = Dane::matched_ee;
  EXPECT_EQ(code(dane_source(), seen), "met");
  seen.dane = Dane::matched_ta;
  EXPECT_EQ(code(dane_source(), seen), "certificate-host-mismatch");
  seen.certificate->dns_names = {"mx1.example.com"};
  EXPECT_EQ(code(dane_source(), seen), "met");
}

TEST(DaneBeforeMtaSts, AStrictPolicyIsSatisfiedByEitherAndDaneStillDecides) {
  Observation seen = good();
  seen.dane = Dane::mismatched;
  EXPECT_EQ(code(strict(), seen), "met");
  EXPECT_EQ(code(join(strict(), dane_source()), seen), "dane-mismatch");
  seen = good();
  seen.chain = Chain::self_signed;
  seen.dane = Dane::matched_ee;
  EXPECT_EQ(code(join(strict(), dane_source()), seen), "met");
}

TEST(DaneBeforeMtaSts, ABogusLookupDefersWhateverElseIsGood) {
  const Requirement unknown = demanding(kDane, Unresolved{"dnssec-bogus", "TLSA is bogus."});
  EXPECT_EQ(code(join(sts_source(), unknown), good()), "dnssec-bogus");
}

TEST(DaneBeforeMtaSts, AnMxThatMtaStsDoesNotListIsNamedSo) {
  Requirement sts = sts_source();
  Observation seen = good();
  seen.host = domain("mx1.attacker.example");
  EXPECT_EQ(code(sts, seen), "mx-not-listed");
}

TEST(DaneBeforeMtaSts, RequiringDaneWhereNoneExistsSaysSo) {
  EXPECT_EQ(code(dane_source(), good()), "dane-required");
}

TEST(DaneBeforeMtaSts, UnusableRecordsAskForEncryptionOnly) {
  EXPECT_EQ(code(relaxed(kDane), good()), "met");
  EXPECT_EQ(code(relaxed(kDane), plaintext()), "starttls-not-supported");
}

// --- what a connection achieved
// ---------------------------------------------------------------------

TEST(Achieved, FollowsTheTableOfModes) {
  const auto names = domains({"mx1.example.com", "example.com"});
  std::optional<Reason> why;
  EXPECT_EQ(achieved(good(), names, why), Mode::strict);
  EXPECT_FALSE(why);

  Observation self_signed = good();
  self_signed.chain = Chain::self_signed;
  EXPECT_EQ(achieved(self_signed, names, why), Mode::relaxed);
  EXPECT_EQ(why->code, "certificate-self-signed");

  EXPECT_EQ(achieved(plaintext(), names, why), Mode::opportunistic);
  EXPECT_EQ(why->code, "starttls-not-supported");

  Observation old = good();
  old.version = Version::tls1_0;
  EXPECT_EQ(achieved(old, names, why), Mode::opportunistic);
  EXPECT_EQ(why->code, "tls-version-too-low");

  EXPECT_EQ(achieved(anonymous(), names, why), Mode::opportunistic);
  EXPECT_EQ(why->code, "anonymous-or-weak-suite");
}

TEST(Achieved, CountsMatchedTlsaAndNeverAMismatch) {
  const auto names = domains({"mx1.example.com"});
  std::optional<Reason> why;
  Observation seen = good();
  seen.chain = Chain::self_signed;
  seen.dane = Dane::matched_ee;
  EXPECT_EQ(achieved(seen, names, why), Mode::strict);
  seen = good();
  seen.dane = Dane::mismatched;
  EXPECT_EQ(achieved(seen, names, why), Mode::relaxed);
  EXPECT_EQ(why->code, "dane-mismatch");
}

TEST(Achieved, MatchesTheAddressOfARouteWithoutAName) {
  Observation seen = good();
  seen.host = dns::Domain();
  std::optional<Reason> why;
  EXPECT_EQ(achieved(seen, {}, why), Mode::relaxed);
  seen.certificate->ip_addresses = {seen.peer.address};
  EXPECT_EQ(achieved(seen, {}, why), Mode::strict);
}

TEST(Reasons, KnowEveryCodeThatJudgeCanGive) {
  std::vector<Observation> all = {plaintext(), anonymous(), good()};
  for (const Chain chain :
       {Chain::self_signed, Chain::unknown_issuer, Chain::expired, Chain::not_yet_valid,
        Chain::wrong_purpose, Chain::weak, Chain::revoked, Chain::invalid}) {
    all.push_back(good());
    all.back().chain = chain;
  }
  all.push_back(good());
  all.back().exchange_bits = 80;
  for (const Observation& seen : all) {
    for (const Requirement& requirement : {strict(), relaxed(), dane_source(), sts_source()}) {
      const std::string found = code(requirement, seen);
      if (found != "met") EXPECT_EQ(reason_info(found).code, found);
    }
  }
}

}  // namespace
}  // namespace postern::tls
