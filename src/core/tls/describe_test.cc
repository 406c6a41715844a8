#include "core/tls/describe.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/text.h"
#include "core/tls/testing.h"

namespace postern::tls {
namespace {

using namespace testing;

Observation anonymous() {
  Observation seen = good();
  seen.version = Version::tls1_2;
  seen.cipher = "ADH-AES256-GCM-SHA384";
  seen.anonymous = true;
  seen.certificate.reset();
  seen.chain = Chain::not_checked;
  return seen;
}

// -------------------------------------------------------------------------------

TEST(Reasons, AreUniqueAndComplete) {
  std::set<std::string_view> codes;
  for (const ReasonInfo& info : reasons()) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_EQ(info.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), info.code.npos);
    EXPECT_TRUE(info.meaning.ends_with('.')) << info.code;
    EXPECT_FALSE(info.remedy.empty()) << info.code;
    EXPECT_NE(info.enhanced.find('.'), info.enhanced.npos) << info.code;
  }
}

TEST(Reasons, UseOnlyResultTypesOfRfc8460) {
  const std::set<std::string_view> known = {
      "",
      "starttls-not-supported",
      "certificate-host-mismatch",
      "certificate-expired",
      "certificate-not-trusted",
      "validation-failure",
      "tlsa-invalid",
      "dnssec-invalid",
      "dane-required",
      "sts-policy-fetch-error",
      "sts-policy-invalid",
      "sts-webpki-invalid",
  };
  for (const ReasonInfo& info : reasons()) EXPECT_TRUE(known.contains(info.result_type));
}

TEST(Reasons, AnswerForAnUnknownCode) {
  EXPECT_EQ(reason_info("made-up").code, "unknown");
  EXPECT_EQ(reason_info("requiretls-not-announced").enhanced, "7.30");
  EXPECT_EQ(reason_info("null-mx").enhanced, "1.10");
}

TEST(Describe, TellsAConnectionInOneLine) {
  EXPECT_EQ(
      describe(good(), noon()),
      "TLS 1.3, TLS_AES_256_GCM_SHA384, certificate for mx1.example.com issued by Practice CA, "
      "expires in 12 days");
  EXPECT_EQ(describe(plaintext(), noon()), "no TLS: STARTTLS is not offered");
  EXPECT_EQ(describe(anonymous(), noon()),
            "TLS 1.2, ADH-AES256-GCM-SHA384, no certificate (anonymous)");
  Observation failed = plaintext();
  failed.handshake = Handshake::failed;
  failed.detail = "no shared cipher";
  EXPECT_EQ(describe(failed, noon()), "no TLS: the handshake failed: no shared cipher");
}

TEST(Describe, TellsTheDatesOfACertificate) {
  CertificateFacts certificate = *good().certificate;
  certificate.not_after = noon() - std::chrono::hours(30);
  EXPECT_EQ(describe(certificate, noon()),
            "certificate for mx1.example.com issued by Practice CA, expired 1 day ago");
  certificate.not_before = noon() + std::chrono::hours(2);
  certificate.self_signed = true;
  certificate.dns_names = {"a.example", "b.example", "c.example", "d.example"};
  EXPECT_EQ(describe(certificate, noon()),
            "self-signed certificate for a.example, b.example, c.example and 1 more, valid only in "
            "less than a day");
}

TEST(Describe, TellsADemandInOneSentence) {
  Authenticate ways = by_name({"mx1.example.com", "example.com"});
  ways.pins = {key(2)};
  EXPECT_EQ(describe(Wish(ways)),
            "The server must be authenticated by a trusted certificate for mx1.example.com or "
            "example.com, or by DANE, or by the pinned key sha256:" +
                base::hex(key(2)) + ".");
  ;
  EXPECT_EQ(describe(Wish(AtLeast{Version::tls1_2})), "The connection must use TLS 1.2 or later.");
  EXPECT_EQ(describe(Wish(HostIn{{pattern("a.example"), pattern("*.b.example")}})),
            "The host must be a.example or *.b.example.");
  EXPECT_EQ(describe(Demand{kPolicy, Announce{"REQUIRETLS"}, Standing::monitored}),
            "policy example.com: The server must announce REQUIRETLS under TLS. (Monitored: "
            "recorded, never blocks.)");
  EXPECT_EQ(describe(Wish(Unresolved{"dns-timeout", "the DNS did not answer."})),
            "What it asks for could not be read, so mail waits: the DNS did not answer.");
}

TEST(Describe, TellsHowThePeerWasAuthenticated) {
  EXPECT_EQ(describe_authentication(judge(strict(), good())),
            "authenticated as mx1.example.com by pkix");
  EXPECT_EQ(describe_authentication(judge(relaxed(), good())), "not authenticated");
}

TEST(Describe, TellsWhyThereIsNoTls) {
  Observation seen = plaintext();
  seen.offer = Offer::refused;
  EXPECT_EQ(describe(seen, noon()), "no TLS: STARTTLS is offered and then refused");
  seen.detail = "454 not now";
  EXPECT_EQ(describe(seen, noon()), "no TLS: STARTTLS is offered and then refused: 454 not now");
  for (const Offer offer : {Offer::unknown, Offer::offered, Offer::implicit}) {
    seen.offer = offer;
    EXPECT_EQ(describe(seen, noon()), "no TLS: the connection did not get that far");
  }
  seen.handshake = Handshake::failed;
  seen.detail.clear();
  EXPECT_EQ(describe(seen, noon()), "no TLS: the handshake failed");
}

TEST(Describe, TellsTheGroupAndWhatTheTlsaRecordsSaid) {
  Observation seen = good();
  seen.group = "X25519";
  EXPECT_EQ(describe(seen, noon()).find("TLS 1.3, TLS_AES_256_GCM_SHA384, X25519, certificate"),
            0U);
  for (const Dane matched : {Dane::matched_ee, Dane::matched_ta}) {
    seen.dane = matched;
    EXPECT_TRUE(describe(seen, noon()).ends_with(", TLSA matched"));
  }
  seen.dane = Dane::mismatched;
  EXPECT_TRUE(describe(seen, noon()).ends_with(", TLSA not matched"));
}

TEST(Describe, NamesACertificateByItsAddressesToo) {
  CertificateFacts certificate = *good().certificate;
  certificate.ip_addresses = {*base::IpAddress::parse("192.0.2.1")};
  EXPECT_EQ(describe(certificate, noon()).find("certificate for mx1.example.com, 192.0.2.1 issued"),
            0U);
  certificate.dns_names.clear();
  certificate.ip_addresses.clear();
  EXPECT_EQ(describe(certificate, noon()).find("certificate for no name issued"), 0U);
}

TEST(Describe, TellsAllWaysToAuthenticateAndThatThereMayBeNone) {
  Authenticate ways;
  ways.dane = false;
  EXPECT_EQ(describe(Wish(ways)),
            "The server must be authenticated, and no way to do so is allowed.");
  ways.addresses = {*base::IpAddress::parse("192.0.2.1")};
  EXPECT_EQ(describe(Wish(ways)),
            "The server must be authenticated by a trusted certificate for the address 192.0.2.1.");
  ways.names = domains({"mx1.example.com"});
  ways.pkix = false;
  ways.dane = true;
  EXPECT_EQ(describe(Wish(ways)), "The server must be authenticated by DANE.")
      << "names mean nothing where no authority is asked";
}

TEST(Describe, TellsThatNoHostWillDo) {
  EXPECT_EQ(describe(Wish(HostIn{})), "No host may be used.");
}

TEST(Describe, TellsTheStandingOfADemand) {
  EXPECT_TRUE(describe(Demand{kPolicy, Encrypt{}, Standing::set_aside})
                  .ends_with("(Set aside by the sender.)"));
  EXPECT_TRUE(describe(Demand{kPolicy, Encrypt{}, Standing::waived})
                  .ends_with("(Waived by an exception.)"));
  EXPECT_TRUE(describe(Demand{kPolicy, Encrypt{}, Standing::in_force}).ends_with("nor broken."));
}

}  // namespace
}  // namespace postern::tls
