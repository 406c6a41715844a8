#include "core/policy/receipt.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::policy {
namespace {

using namespace testing;
using tls::Mode;

// corp.example is ours (account main), ally.example the other account's; 10.0.0.0/8 sends for main.
Configuration happy() {
  Configuration all = configuration();
  all.domains = {internal("corp.example"), internal("ally.example", kOther)};
  all.senders = {by_range("10.0.0.0/8")};
  InternalSender user;
  user.account = kMain;
  user.kind = InternalSender::Kind::credentials;
  user.user = "scanner";
  all.senders.push_back(user);
  InternalSender certificate;
  certificate.account = kOther;
  certificate.kind = InternalSender::Kind::client_certificate;
  certificate.certificate_spki = key(2);
  all.senders.push_back(certificate);
  number(all);
  return all;
}

Configuration with(std::vector<Policy> policies) {
  Configuration all = happy();
  all.policies = std::move(policies);
  number(all);
  return all;
}

ClientFacts world_client() {
  ClientFacts client;
  client.address = *base::IpAddress::parse("192.0.2.9");
  return client;
}

ClientFacts inside_client() {
  ClientFacts client;
  client.role = ListenerRole::internal;
  client.address = *base::IpAddress::parse("10.1.2.3");
  return client;
}

ClientFacts under_tls(ClientFacts client, tls::Version version = tls::Version::tls1_3) {
  client.tls.offer = tls::Offer::offered;
  client.tls.handshake = tls::Handshake::done;
  client.tls.version = version;
  client.tls.cipher = "TLS_AES_256_GCM_SHA384";
  return client;
}

Party at(std::string_view name) { return Party{.null = false, .domain = domain(name)}; }
const Party kNull{.null = true, .domain = {}};
const Party kLiteral{};

std::string send(const PolicyBook& book, const ClientFacts& client, const Party& from) {
  auto decision = may_send(book, client, from, noon());
  return decision.denial ? decision.denial->reason : "ok";
}

std::string receive(const PolicyBook& book, const ClientFacts& client, const Party& from,
                    const Party& to) {
  const auto* who = who_is(book, client);
  auto decision = may_receive(book, client, who, from, to, domain("gw.corp.example"), noon());
  if (decision.denial) return decision.denial->reason;
  return (decision.toward == Toward::inside ? "in " : "out ") +
         std::to_string(decision.account.value) + " " + decision.domain.text();
}

TEST(Receipt, TheWorldReachesInternalDomainsAndNothingElse) {
  const PolicyBook book(happy());
  const ClientFacts client = world_client();
  EXPECT_EQ(send(book, client, at("world.example")), "ok");
  EXPECT_EQ(receive(book, client, at("world.example"), at("corp.example")), "in 1 corp.example");
  EXPECT_EQ(receive(book, client, at("world.example"), at("ally.example")), "in 2 ally.example");
  EXPECT_EQ(receive(book, client, at("world.example"), at("other.example")), "relaying-denied");
  EXPECT_EQ(receive(book, client, kNull, at("other.example")), "relaying-denied");
  EXPECT_EQ(receive(book, client, at("world.example"), kLiteral), "relaying-denied");
  EXPECT_EQ(receive(book, client, at("world.example"), kNull), "in 1 corp.example") << "postmaster";
}

TEST(Receipt, ASenderOfOursFromTheWorldOpensNothing) {
  const PolicyBook book(happy());
  EXPECT_EQ(receive(book, world_client(), at("corp.example"), at("other.example")),
            "relaying-denied");
}

TEST(Receipt, AnUnvalidatedDomainIsNotOurs) {
  Configuration all = happy();
  all.domains[0].validated = false;
  const PolicyBook book(all);
  EXPECT_EQ(receive(book, world_client(), at("w.example"), at("corp.example")), "relaying-denied");
  EXPECT_EQ(send(book, inside_client(), at("corp.example")), "sender-domain-not-allowed");
}

TEST(Receipt, AnAddressRangeIsKnownOnInternalListenersAlone) {
  const PolicyBook book(happy());
  ClientFacts client = inside_client();
  EXPECT_EQ(receive(book, client, at("corp.example"), at("other.example")), "out 1 other.example");
  EXPECT_EQ(receive(book, client, at("corp.example"), at("corp.example")), "in 1 corp.example");
  EXPECT_EQ(receive(book, client, at("corp.example"), at("ally.example")), "in 2 ally.example");
  EXPECT_EQ(receive(book, client, at("corp.example"), kLiteral), "address-literal");
  client.role = ListenerRole::world;
  EXPECT_EQ(receive(book, client, at("corp.example"), at("other.example")), "relaying-denied");
}

TEST(Receipt, CredentialsAndCertificatesProveThemselvesOnAnyListener) {
  const PolicyBook book(happy());
  ClientFacts client = under_tls(world_client());
  client.login = "scanner";
  EXPECT_EQ(receive(book, client, at("corp.example"), at("other.example")), "out 1 other.example");
  EXPECT_EQ(send(book, client, at("world.example")), "sender-domain-not-allowed");
  client.login = "nobody";
  EXPECT_EQ(receive(book, client, at("corp.example"), at("other.example")), "relaying-denied");
  client.login.clear();
  client.tls.certificate = tls::testing::good().certificate;
  EXPECT_EQ(receive(book, client, at("ally.example"), at("other.example")), "out 2 other.example");
  client.tls.certificate->spki = key(9);
  EXPECT_EQ(receive(book, client, at("ally.example"), at("other.example")), "relaying-denied");
}

TEST(Receipt, AnInternalSenderSendsForItsOwnAccountOnly) {
  const PolicyBook book(happy());
  EXPECT_EQ(send(book, inside_client(), at("corp.example")), "ok");
  EXPECT_EQ(send(book, inside_client(), at("sub.corp.example")), "ok");
  EXPECT_EQ(send(book, inside_client(), kNull), "ok");
  EXPECT_EQ(send(book, inside_client(), at("ally.example")), "sender-domain-not-allowed");
  EXPECT_EQ(send(book, inside_client(), at("world.example")), "sender-domain-not-allowed");
  EXPECT_EQ(send(book, inside_client(), kLiteral), "sender-domain-not-allowed");
}

TEST(Receipt, AStrangerOnAnInternalListenerMustLogIn) {
  const PolicyBook book(happy());
  ClientFacts client = inside_client();
  client.address = *base::IpAddress::parse("192.0.2.9");
  EXPECT_EQ(send(book, client, at("corp.example")), "client-not-internal");
  client.login = "scanner";
  EXPECT_EQ(send(book, client, at("corp.example")), "ok");
  client.login = "nobody";
  EXPECT_EQ(send(book, client, at("corp.example")), "client-not-internal");
}

TEST(Receipt, AClientCertificateIsKnownByItsKeyUnderTls) {
  const PolicyBook book(happy());
  ClientFacts client = under_tls(inside_client());
  client.address = *base::IpAddress::parse("192.0.2.9");
  client.tls.certificate = tls::testing::good().certificate;
  EXPECT_EQ(send(book, client, at("ally.example")), "ok");
  EXPECT_EQ(send(book, client, at("corp.example")), "sender-domain-not-allowed");
  client.tls.handshake = tls::Handshake::not_tried;
  EXPECT_EQ(send(book, client, at("ally.example")), "client-not-internal");
}

TEST(Receipt, AnEnforcedInternalSenderNeedsTls) {
  Configuration all = happy();
  all.senders[0].require_tls = true;
  const PolicyBook by_sender(all);
  EXPECT_EQ(send(by_sender, inside_client(), at("corp.example")), "tls-required");
  EXPECT_EQ(send(by_sender, under_tls(inside_client()), at("corp.example")), "ok");
  all = happy();
  all.domains[0].enforce_receipt = true;
  const PolicyBook by_domain(all);
  EXPECT_EQ(send(by_domain, inside_client(), at("corp.example")), "tls-required");
  EXPECT_EQ(send(by_domain, inside_client(), kNull), "tls-required");
  EXPECT_EQ(send(by_domain, under_tls(inside_client()), kNull), "ok");
}

TEST(Receipt, ThePartnersMailIsRefusedInPlaintextWithWordsThatNameThePolicy) {
  Configuration all = with({policy_for("*.gov.uk", Mode::relaxed)});
  all.domains.pop_back();  // one account alone takes mail
  const PolicyBook book(all);
  auto decision = may_send(book, world_client(), at("hmrc.gov.uk"), noon());
  ASSERT_TRUE(decision.denial);
  EXPECT_EQ(decision.denial->reply, 530);
  EXPECT_EQ(decision.denial->enhanced, "5.7.0");
  EXPECT_EQ(decision.denial->text,
            "Must issue a STARTTLS command first; policy *.gov.uk requires TLS.");
  EXPECT_TRUE(decision.denial->for_tls);
  EXPECT_EQ(send(book, under_tls(world_client()), at("hmrc.gov.uk")), "ok");
  EXPECT_EQ(send(book, world_client(), at("gov.uk")), "ok");
}

TEST(Receipt, OneAccountsPolicyDoesNotRefuseAnothersMail) {
  const PolicyBook book(with({policy_for("partner.example")}));
  const ClientFacts client = world_client();
  EXPECT_EQ(send(book, client, at("partner.example")), "ok");
  EXPECT_EQ(receive(book, client, at("partner.example"), at("corp.example")), "tls-required");
  EXPECT_EQ(receive(book, client, at("partner.example"), at("ally.example")), "in 2 ally.example");
  EXPECT_EQ(receive(book, under_tls(client), at("partner.example"), at("corp.example")),
            "in 1 corp.example");
}

TEST(Receipt, EnforcedModesKeepTheirFloor) {
  Configuration all = with({policy_for("partner.example", Mode::relaxed)});
  const PolicyBook book(all);
  const Party from = at("partner.example"), to = at("corp.example");
  EXPECT_EQ(receive(book, under_tls(world_client(), tls::Version::tls1_1), from, to),
            "tls-version-too-low");
  ClientFacts anonymous = under_tls(world_client(), tls::Version::tls1_2);
  anonymous.tls.anonymous = true;
  EXPECT_EQ(receive(book, anonymous, from, to), "anonymous-or-weak-suite");
  all.policies[0].floor = Floor::legacy;
  EXPECT_EQ(receive(PolicyBook(all), under_tls(world_client(), tls::Version::tls1_0), from, to),
            "in 1 corp.example");
}

TEST(Receipt, StrictAsksForAClientIdentityOnlyWhereItNamesOne) {
  Policy strict = policy_for("partner.example");
  const Party from = at("partner.example"), to = at("corp.example");
  EXPECT_EQ(receive(PolicyBook(with({strict})), under_tls(world_client()), from, to),
            "in 1 corp.example");
  strict.client_names = domains({"mx1.example.com"});
  const PolicyBook named(with({strict}));
  EXPECT_EQ(receive(named, under_tls(world_client()), from, to), "client-certificate-missing");
  ClientFacts client = under_tls(world_client());
  client.tls.certificate = tls::testing::good().certificate;
  client.tls.chain = tls::Chain::self_signed;
  EXPECT_EQ(receive(named, client, from, to), "certificate-self-signed");
  client.tls.chain = tls::Chain::trusted;
  EXPECT_EQ(receive(named, client, from, to), "in 1 corp.example");
  client.tls.certificate->dns_names = {"evil.example"};
  EXPECT_EQ(receive(named, client, from, to), "certificate-host-mismatch");
}

TEST(Receipt, AMonitoredPolicyNeverRefusesAndIsSeen) {
  const PolicyBook book(with({monitored(policy_for("partner.example"))}));
  const auto verdict =
      judge_receipt(book, kMain, world_client(), nullptr, at("partner.example"), noon());
  EXPECT_FALSE(verdict.denial);
  EXPECT_TRUE(verdict.verdict.would_fail);
}

TEST(Receipt, AnExceptionLetsThePartnerInMeanwhile) {
  Configuration all = with({policy_for("partner.example")});
  all.exceptions = {exception("partner.example", Mode::opportunistic)};
  number(all);
  const auto verdict =
      judge_receipt(PolicyBook(all), kMain, world_client(), nullptr, at("partner.example"), noon());
  EXPECT_FALSE(verdict.denial);
  EXPECT_TRUE(verdict.requirement.used_exception());
}

}  // namespace
}  // namespace postern::policy
