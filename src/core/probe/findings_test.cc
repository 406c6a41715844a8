#include "core/probe/findings.h"

#include <gtest/gtest.h>

namespace postern::probe {
namespace {

dns::Domain domain(std::string_view text) { return dns::Domain::from_ascii(text).value(); }

// A good address: TLS 1.3, a trusted certificate for the host.
AddressFinding good(std::string_view host = "mx.example.com") {
  AddressFinding finding;
  tls::Observation& seen = finding.observation;
  seen.host = domain(host);
  seen.offer = tls::Offer::offered;
  seen.handshake = tls::Handshake::done;
  seen.version = tls::Version::tls1_3;
  seen.certificate.emplace();
  seen.certificate->dns_names = {std::string(host)};
  seen.chain = tls::Chain::trusted;
  return finding;
}

AddressFinding without_starttls() {
  AddressFinding finding = good();
  finding.observation.offer = tls::Offer::not_offered;
  finding.observation.handshake = tls::Handshake::not_tried;
  return finding;
}

AddressFinding self_signed() {
  AddressFinding finding = good();
  finding.observation.chain = tls::Chain::self_signed;
  return finding;
}

AddressFinding silent() {
  AddressFinding finding;
  finding.failure = {.code = "connection-timeout",
                     .enhanced = "4.4.1",
                     .text = "No answer.",
                     .host = {},
                     .diagnostic = {}};
  return finding;
}

HostFinding host(std::vector<AddressFinding> addresses, std::string_view name = "mx.example.com") {
  HostFinding finding;
  finding.host = domain(name);
  finding.label = name;
  finding.secure = true;
  for (AddressFinding& address : addresses) {
    std::vector<dns::Domain> names{domain("mx.example.com")};
    conclude(address, names);
    finding.addresses.push_back(std::move(address));
  }
  conclude(finding);
  return finding;
}

DomainFinding concluded(std::vector<HostFinding> hosts) {
  DomainFinding finding;
  finding.hosts = std::move(hosts);
  route::RoutePlan plan;
  plan.domain = domain("example.com");
  conclude(finding, plan);
  return finding;
}

TEST(Findings, ATrustedCertificateForTheHostIsReadyForStrict) {
  EXPECT_EQ(host({good()}).readiness, Readiness::strict);
}

// --- a session that breaks under TLS
// --------------------------------------------------------------

AddressFinding broken(AddressFinding finding, std::string code, std::string diagnostic = "") {
  finding.failure.code = std::move(code);
  finding.failure.diagnostic = std::move(diagnostic);
  return finding;
}
tls::Requirement strict_by_policy() {
  tls::Authenticate ways;
  ways.names = {domain("mx.example.com")};
  tls::Requirement requirement;
  requirement.add({{tls::SourceKind::policy, 0, ""}, ways});
  return requirement;
}

TEST(Findings, GoodTlsIsNotReadyWhereTheSessionBreaksUnderIt) {
  const HostFinding finding = host({broken(good(), "connection-lost")});
  EXPECT_EQ(finding.readiness, Readiness::not_ready);
  EXPECT_EQ(finding.why->code, "connection-lost");
}

TEST(Findings, ARefusalOfEhloUnderTlsIsNotReady) {
  EXPECT_EQ(host({broken(good(), "ehlo-rejected", "550 5.7.1 no")}).readiness,
            Readiness::not_ready);
}

TEST(Findings, AServerThatPutsItOffUnderTlsMayBeReadyAtAnotherTime) {
  EXPECT_EQ(host({broken(good(), "session-ended", "421 4.3.2 later")}).readiness,
            Readiness::unknown);
  EXPECT_EQ(host({broken(good(), "reply-timeout")}).readiness, Readiness::unknown);
}

TEST(Findings, OnlyWhatMayGoInClearGetsThroughWhereTheConnectionEndsUnderTls) {
  const AddressFinding finding = broken(good(), "connection-lost");
  EXPECT_FALSE(what_stops(finding, {}));
  EXPECT_EQ(what_stops(finding, strict_by_policy())->code, "connection-lost");
  EXPECT_FALSE(what_stops(good(), strict_by_policy()));
  AddressFinding implicit = broken(good(), "connection-lost");
  implicit.observation.offer = tls::Offer::implicit;
  EXPECT_EQ(what_stops(implicit, {})->code, "connection-lost");
}

TEST(Findings, AnEndBetweenTheOfferAndTheHandshakeIsWhatEveryDeliveryMeets) {
  AddressFinding finding = broken(good(), "connection-lost");
  finding.observation = {};
  finding.observation.offer = tls::Offer::offered;
  EXPECT_EQ(what_stops(finding, strict_by_policy())->code, "connection-lost");
  EXPECT_EQ(what_stops(finding, {})->code, "connection-lost");
}

TEST(Findings, NoDeliveryGetsThroughWhereTheServerAnswersWhatNoServerMay) {
  const AddressFinding finding = broken(good(), "reply-malformed");
  EXPECT_EQ(what_stops(finding, {})->code, "reply-malformed");
  EXPECT_EQ(what_stops(finding, strict_by_policy())->code, "reply-malformed");
}

TEST(Findings, TlsThatAnEnforcedModeDoesNotTakeIsWhatItMeetsBeforeTheSessionBreaks) {
  AddressFinding old = broken(good(), "connection-lost");
  old.observation.version = tls::Version::tls1_0;
  tls::Requirement modern;
  modern.add({{tls::SourceKind::floor, 0, ""}, tls::AtLeast{tls::Version::tls1_2}});
  EXPECT_EQ(what_stops(old, modern)->code, "tls-version-too-low");
  EXPECT_FALSE(what_stops(old, {}));
  EXPECT_EQ(host({old}).why->code, "tls-version-too-low");
}

// --- what the partner publishes ------------------------------------------------------------------

Readiness held(AddressFinding finding, tls::Demand demand) {
  const std::vector<dns::Domain> names{domain("mx.example.com")};
  conclude(finding, names);
  tls::Requirement requirement;
  requirement.add(std::move(demand));
  hold_against_published(finding, requirement, domain("mx.example.com"));
  return finding.readiness;
}
tls::Demand by(tls::SourceKind source, tls::Wish wish) {
  return {{source, 0, ""}, std::move(wish)};
}
tls::Wish named_elsewhere() {
  return tls::HostIn{{tls::HostPattern::exact(domain("other.example.com"))}};
}

TEST(Findings, AHostThatMtaStsDoesNotListIsNotReadyHoweverGood) {
  EXPECT_EQ(held(good(), by(tls::SourceKind::mta_sts, named_elsewhere())), Readiness::not_ready);
}

TEST(Findings, AHostThatTlsaRecordsDoNotMatchIsNotReady) {
  AddressFinding finding = good();
  finding.observation.dane = tls::Dane::mismatched;
  tls::Authenticate ways;
  ways.pkix = false;
  EXPECT_EQ(held(finding, by(tls::SourceKind::dane, ways)), Readiness::not_ready);
  finding.observation.dane = tls::Dane::matched_ee;
  EXPECT_EQ(held(finding, by(tls::SourceKind::dane, ways)), Readiness::strict);
}

TEST(Findings, AHostOfWhichNobodyKnowsWhatItPublishesIsUnknown) {
  const tls::Unresolved unknown{"dns-servfail", "The lookup failed."};
  EXPECT_EQ(held(good(), by(tls::SourceKind::dane, unknown)), Readiness::unknown);
}

TEST(Findings, WhatTheAccountAsksItselfDoesNotMakeAPartnerUnready) {
  EXPECT_EQ(held(good(), by(tls::SourceKind::policy, named_elsewhere())), Readiness::strict);
}

TEST(Findings, WhatIsOnlyWatchedDoesNotMakeAPartnerUnready) {
  tls::Demand testing = by(tls::SourceKind::mta_sts, named_elsewhere());
  testing.standing = tls::Standing::monitored;
  EXPECT_EQ(held(good(), testing), Readiness::strict);
}

TEST(Findings, ASelfSignedCertificateIsReadyForRelaxedAndSaysWhyNotStrict) {
  HostFinding finding = host({self_signed()});
  EXPECT_EQ(finding.readiness, Readiness::relaxed);
  ASSERT_TRUE(finding.why);
  EXPECT_EQ(finding.why->code, "certificate-self-signed");
}

TEST(Findings, NoStarttlsIsNotReady) {
  HostFinding finding = host({without_starttls()});
  EXPECT_EQ(finding.readiness, Readiness::not_ready);
  EXPECT_EQ(finding.why->code, "starttls-not-supported");
}

TEST(Findings, NobodyAnsweringIsUnknownNotNotReady) {
  HostFinding finding = host({silent()});
  EXPECT_EQ(finding.readiness, Readiness::unknown);
  EXPECT_EQ(finding.why->code, "connection-timeout");
}

TEST(Findings, OneBrokenMxNeverBlocksADomainButIsWarnedOf) {
  DomainFinding finding =
      concluded({host({without_starttls()}, "mx1.example.com"), host({good()})});
  EXPECT_EQ(finding.readiness, Readiness::strict);
  ASSERT_EQ(finding.warnings.size(), 1u);
  EXPECT_TRUE(finding.warnings[0].starts_with("mx1.example.com: Not ready"));
}

TEST(Findings, AnUnreachableMxBesideABadOneLeavesTheDomainUnknown) {
  EXPECT_EQ(concluded({host({without_starttls()}), host({silent()})}).readiness,
            Readiness::unknown);
}

HostFinding unusable(std::string code) {
  HostFinding finding;
  finding.unusable = base::Failure{std::move(code), "The host cannot be used.", ""};
  conclude(finding);
  return finding;
}

TEST(Findings, AHostThatIsNotEvenConnectedToIsNotReadyUnlessOnlyItsLookupFailed) {
  EXPECT_EQ(unusable("no-address").readiness, Readiness::not_ready);
  EXPECT_EQ(unusable("no-address").why->code, "no-address");
  EXPECT_EQ(unusable("dns-servfail").readiness, Readiness::unknown);
  HostFinding bare;
  conclude(bare);
  EXPECT_EQ(bare.readiness, Readiness::unknown);
  EXPECT_FALSE(bare.why);
}

TEST(Findings, ImplicitTlsThatBreaksIsNotReadyAndOneThatNobodyAnswersIsUnknown) {
  AddressFinding implicit = silent();
  implicit.observation.offer = tls::Offer::implicit;
  EXPECT_EQ(host({implicit}).readiness, Readiness::unknown);
  implicit.observation.handshake = tls::Handshake::failed;
  EXPECT_EQ(host({implicit}).readiness, Readiness::not_ready);
}

TEST(Findings, GoodTlsToAPartnerOfUnknownNameIsNotCalledMatched) {
  AddressFinding finding = good();
  finding.observation.certificate->dns_names = {"other.example.net"};
  const std::vector<dns::Domain> names{domain("mx.example.com")};
  conclude(finding, names);
  EXPECT_EQ(finding.readiness, Readiness::relaxed);
  EXPECT_EQ(finding.matched_name, "");
}

TEST(Findings, StrictWithoutDnssecAsksForPins) {
  HostFinding insecure = host({good()});
  insecure.secure = false;
  const DomainFinding finding = concluded({insecure});
  ASSERT_EQ(finding.warnings.size(), 1u);
  EXPECT_TRUE(finding.warnings[0].contains("should pin them"));
  EXPECT_TRUE(concluded({host({good()})}).warnings.empty());
}

TEST(Findings, ADomainWithoutHostsAndWithoutAFailureIsUnknownAndSaysNothing) {
  const DomainFinding finding = concluded({});
  EXPECT_EQ(finding.readiness, Readiness::unknown);
  EXPECT_FALSE(finding.why);
  EXPECT_EQ(finding.remedy, "");
}

TEST(Findings, ADomainThatIsNotThereHasItsRemark) {
  DomainFinding finding;
  route::RoutePlan plan;
  plan.domain = domain("example.com");
  plan.permanent = true;
  plan.failure = base::Failure{"no-such-domain", "There is no such domain.", ""};
  conclude(finding, plan);
  EXPECT_EQ(finding.remark, "Domain Not Found");
}

TEST(Findings, EveryReadinessHasItsWordsAndItsValue) {
  EXPECT_EQ(readiness_text(Readiness::unknown), "Unknown");
  EXPECT_EQ(readiness_text(Readiness::not_ready), "Not ready");
  EXPECT_EQ(readiness_text(Readiness::relaxed), "Ready: relaxed");
  EXPECT_EQ(readiness_text(Readiness::strict), "Ready: strict");
  EXPECT_EQ(readiness_value(Readiness::unknown), "unknown");
  EXPECT_EQ(readiness_value(Readiness::not_ready), "not-ready");
  EXPECT_EQ(readiness_value(Readiness::relaxed), "ready-relaxed");
  EXPECT_EQ(readiness_value(Readiness::strict), "ready-strict");
}

TEST(Findings, NullMxIsNotReadyWithItsRemark) {
  DomainFinding finding;
  route::RoutePlan plan;
  plan.domain = domain("example.com");
  plan.permanent = true;
  plan.failure = base::Failure{"null-mx", "The domain takes no mail.", ""};
  conclude(finding, plan);
  EXPECT_EQ(finding.readiness, Readiness::not_ready);
  EXPECT_EQ(finding.remark, "No Mail (null MX)");
}

TEST(Findings, AFailedLookupIsUnknown) {
  DomainFinding finding;
  route::RoutePlan plan;
  plan.domain = domain("example.com");
  plan.failure = base::Failure{"dns-timeout", "No answer from DNS.", ""};
  conclude(finding, plan);
  EXPECT_EQ(finding.readiness, Readiness::unknown);
}

TEST(Findings, PinsAreMxNamesOrTheProvidersWildcardWhereTheFirstLabelIsThePartner) {
  std::vector<HostFinding> hosts;
  hosts.push_back(host({good()}));
  hosts.push_back(host({good()}, "example-com.mail.protection.outlook.com"));
  auto pins = pins_for(domain("example.com"), hosts);
  ASSERT_EQ(pins.size(), 2u);
  EXPECT_EQ(pins[0].text(), "mx.example.com");
  EXPECT_EQ(pins[1].text(), "*.mail.protection.outlook.com");
}

TEST(Findings, APinIsNamedOnceAndNeverForAHostWithoutAName) {
  std::vector<HostFinding> hosts{host({good()}), host({good()})};
  hosts.emplace_back().label = "192.0.2.1";
  const auto pins = pins_for(domain("example.com"), hosts);
  ASSERT_EQ(pins.size(), 1u);
  EXPECT_EQ(pins[0].text(), "mx.example.com");
}

TEST(Findings, AHostBesideThePartnersOwnIsNotWidenedToAWholeRegistrysNames) {
  std::vector<HostFinding> hosts{host({good()}, "example-com.example.net")};
  EXPECT_EQ(pins_for(domain("example.com"), hosts)[0].text(), "example-com.example.net");
}

TEST(Findings, ARouteThatFailsOutrightIsShownBeforeOneThatIsMerelyRelaxed) {
  AddressFinding refused = good();
  refused.failure = {"recipient-refused", "5.1.1", "No such user.", {}, {}};
  for (auto addresses :
       {std::vector{refused, self_signed()}, std::vector{self_signed(), refused}}) {
    EXPECT_EQ(route_verdict(host(addresses)).shown_as, "No such user.");
  }
}

TEST(Findings, OfTwoRedAddressesTheLessReadyIsShown) {
  EXPECT_EQ(route_verdict(host({without_starttls(), silent()})).shown_as, "No answer.");
  EXPECT_EQ(route_verdict(host({silent(), without_starttls()})).shown_as, "No answer.");
}

TEST(Findings, ARouteWithoutAnAddressSaysWhy) {
  EXPECT_EQ(route_verdict(unusable("no-address")).shown_as, "The host cannot be used.");
  EXPECT_FALSE(route_verdict(unusable("no-address")).passes);
  EXPECT_EQ(route_verdict(HostFinding{}).shown_as, "The route has no address.");
}

TEST(Findings, ARefusedStarttlsIsShownAsTlsNotSupported) {
  AddressFinding refused = without_starttls();
  refused.observation.offer = tls::Offer::refused;
  EXPECT_EQ(route_verdict(host({refused})).shown_as, "TLS Not Supported");
}

TEST(Findings, ARouteOfWhichNothingIsKnownCouldNotBeTested) {
  HostFinding finding;
  finding.addresses.emplace_back();
  EXPECT_EQ(route_verdict(finding).shown_as, "The route could not be tested.");
}

TEST(Findings, ARoutesVerdictIsItsWorstAddress) {
  RouteVerdict verdict = route_verdict(host({good(), self_signed()}));
  EXPECT_TRUE(verdict.passes);
  EXPECT_EQ(verdict.shown_as, "Relaxed Encryption Mode");
  verdict = route_verdict(host({good(), without_starttls()}));
  EXPECT_FALSE(verdict.passes);
  EXPECT_EQ(verdict.shown_as, "TLS Not Supported");
}

TEST(Findings, ARefusedRecipientMakesARouteRedWithTheTrueReason) {
  AddressFinding refused = good();
  refused.failure = {.code = "recipient-refused",
                     .enhanced = "5.1.1",
                     .text = "No such user.",
                     .host = {},
                     .diagnostic = {}};
  RouteVerdict verdict = route_verdict(host({refused}));
  EXPECT_FALSE(verdict.passes);
  EXPECT_EQ(verdict.shown_as, "No such user.");
}

}  // namespace
}  // namespace postern::probe
