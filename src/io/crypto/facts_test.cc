#include "io/crypto/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/crypto/testing/forge.h"

namespace postern::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using ::testing::Not;

TEST(CertificateFacts, DescribeALeafAsItsOwnerWould) {
  const Issued root = testing::authority("Example Root");
  const Issued leaf =
      issue({.common_name = "mx1.example.com",
             .alternative_names = "DNS:mx1.example.com,DNS:*.Example.org,"
                                  "IP:192.0.2.7,IP:2001:db8::7,email:a@example.com"},
            &root);
  const auto facts = certificate_facts(leaf.get());
  EXPECT_EQ(facts.subject, "CN=mx1.example.com");
  EXPECT_EQ(facts.issuer, "CN=Example Root");
  EXPECT_EQ(facts.key, "EC P-256");
  EXPECT_THAT(facts.dns_names, ElementsAre("mx1.example.com", "*.Example.org"));
  EXPECT_THAT(facts.ip_addresses, ElementsAre(*base::IpAddress::parse("192.0.2.7"),
                                              *base::IpAddress::parse("2001:db8::7")));
  EXPECT_FALSE(facts.self_signed);
  EXPECT_EQ(facts.not_after - facts.not_before, std::chrono::hours(91 * 24));
}

TEST(CertificateFacts, KnowASelfSignedCertificateAndItsRsaKey) {
  const auto facts = certificate_facts(issue({.key = "2048"}).get());
  EXPECT_TRUE(facts.self_signed);
  EXPECT_EQ(facts.key, "RSA 2048");
}

TEST(CertificateFacts, FingerprintTheCertificateAndItsKey) {
  const Issued leaf = issue({});
  const auto facts = certificate_facts(leaf.get());
  unsigned char* der = nullptr;
  const int size = i2d_X509(leaf.get(), &der);
  const std::string digest =
      sha256(std::string_view(reinterpret_cast<char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  EXPECT_EQ(digest, std::string(facts.fingerprint.begin(), facts.fingerprint.end()));
  EXPECT_NE(facts.spki, facts.fingerprint);
}

TEST(CertificateFacts, EscapeWhatASubjectHides) {
  const auto facts = certificate_facts(issue({.common_name = "a\x1b[31m, O=Bank\n"}).get());
  EXPECT_THAT(facts.subject, Not(HasSubstr("\x1b")));
  EXPECT_THAT(facts.subject, Not(HasSubstr("\n")));
  // A comma inside a value must not look like the start of another one.
  EXPECT_THAT(facts.subject, HasSubstr("\""));
}

// "mx.example.com\0.evil.example" must not read as mx.example.com.
TEST(CertificateFacts, KeepANameWithAnEmbeddedNulFromLookingLikeAnother) {
  Issued leaf = issue({.alternative_names = ""});
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  const std::string_view bytes("mx.example.com\0.evil.example", 28);
  ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
  GENERAL_NAME_set0_value(name, GEN_DNS, text);
  GENERAL_NAMES* names = sk_GENERAL_NAME_new_null();
  sk_GENERAL_NAME_push(names, name);
  X509_add1_ext_i2d(leaf.get(), NID_subject_alt_name, names, 0, 0);
  GENERAL_NAMES_free(names);
  EXPECT_THAT(certificate_facts(leaf.get()).dns_names,
              ElementsAre("mx.example.com\\x00.evil.example"));
}

TEST(ReadCertificates, ReadsEveryCertificateInOrder) {
  const auto all = read_certificates("some words\n" + issue({.common_name = "one"}).pem() +
                                     issue({.common_name = "two"}).pem());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1].subject, "CN=two");
}

TEST(ReadCertificates, SaysWhichCertificateIsBroken) {
  std::string broken = issue({}).pem();
  broken[80] = '!';
  const auto all = read_certificates(issue({}).pem() + broken);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, "bad-certificate");
  EXPECT_THAT(all.error().text, HasSubstr("Certificate 2"));
}

TEST(ReadCertificates, RefusesTextWithoutAny) {
  EXPECT_EQ(read_certificates("").error().code, "no-certificate");
}

}  // namespace
}  // namespace postern::crypto
