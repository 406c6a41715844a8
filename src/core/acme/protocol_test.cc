#include "core/acme/protocol.h"

#include <gtest/gtest.h>

#include "core/base/base64url.h"

namespace postern::acme {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  EXPECT_TRUE(base::base64url_decode(text, out)) << text;
  return out;
}

TEST(AcmeProtocolTest, TheKeyHasItsMembersInTheOrderOfItsThumbprint) {
  EXPECT_EQ(jwk(std::string(32, '\x01'), std::string(32, '\xff')),
            R"({"crv":"P-256","kty":"EC","x":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",)"
            R"("y":"__________________________________________8"})");
}

TEST(AcmeProtocolTest, ANewAccountShowsItsKeyAndLaterRequestsNameTheAccount) {
  const std::string first = signing_input(
      {.jwk = R"({"kty":"EC"})", .nonce = "n1", .url = "https://ca.example/new"}, "{}");
  EXPECT_EQ(decoded(first.substr(0, first.find('.'))),
            R"({"alg":"ES256","jwk":{"kty":"EC"},"nonce":"n1","url":"https://ca.example/new"})");
  const std::string later =
      signing_input({.key_id = "https://ca.example/a/1", .nonce = "n2", .url = "u"}, "{}");
  EXPECT_EQ(decoded(later.substr(0, later.find('.'))),
            R"({"alg":"ES256","kid":"https://ca.example/a/1","nonce":"n2","url":"u"})");
}

TEST(AcmeProtocolTest, APostAsGetHasAnEmptyPayload) {
  const std::string input = signing_input({.key_id = "k", .nonce = "n", .url = "u"}, "");
  EXPECT_TRUE(input.ends_with('.'));
  const std::string text = jws(input, "sig");
  EXPECT_NE(text.find(R"("payload":"","signature":"c2ln")"), std::string::npos) << text;
}

TEST(AcmeProtocolTest, AnOrderNamesEachNameInAsciiForm) {
  const auto name = dns::Domain::parse("bücher.example");
  ASSERT_TRUE(name);
  EXPECT_EQ(order_payload({*name}),
            R"({"identifiers":[{"type":"dns","value":"xn--bcher-kva.example"}]})");
}

TEST(AcmeProtocolTest, AnAccountAgreesAndNamesContactsAndABindingWhereThereAreSome) {
  EXPECT_EQ(account_payload({}), R"({"termsOfServiceAgreed":true})");
  EXPECT_EQ(account_payload({.contacts = {"mailto:root@corp.example"},
                             .external_account_binding = R"({"payload":""})"}),
            R"({"termsOfServiceAgreed":true,"contact":["mailto:root@corp.example"],)"
            R"("externalAccountBinding":{"payload":""}})");
}

TEST(AcmeProtocolTest, AKeyAuthorizationJoinsTokenAndThumbprint) {
  EXPECT_EQ(key_authorization("token", std::string("\xff\xfe", 2)), "token.__4");
}

TEST(AcmeProtocolTest, ChallengesHaveTheirRegisteredNames) {
  for (const ChallengeType type : {ChallengeType::http_01, ChallengeType::tls_alpn_01}) {
    ChallengeType read{};
    ASSERT_TRUE(parse_challenge(challenge_text(type), read));
    EXPECT_EQ(read, type);
  }
  ChallengeType read{};
  EXPECT_FALSE(parse_challenge("dns-01", read));
}

}  // namespace
}  // namespace postern::acme
