#include "io/acme/read.h"

#include <gmock/gmock.h>

namespace postern::acme {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kDirectory =
    R"({"newNonce":"https://ca.example/n","newAccount":"https://ca.example/a",)"
    R"("newOrder":"https://ca.example/o","revokeCert":"https://ca.example/r",)"
    R"("meta":{"termsOfService":"https://ca.example/terms","externalAccountRequired":true}})";
constexpr std::string_view kOrder =
    R"({"status":"pending","expires":"2026-12-01T00:00:00Z",)"
    R"("identifiers":[{"type":"dns","value":"gateway.example"}],)"
    R"("authorizations":["https://ca.example/z/1"],"finalize":"https://ca.example/f/1"})";
constexpr std::string_view kAuthorization =
    R"({"status":"pending","identifier":{"type":"dns","value":"gateway.example"},"challenges":[)"
    R"({"type":"http-01","url":"https://ca.example/c/1","token":"DGyRejmCefe7v4N","status":"pending"},)"
    R"({"type":"tls-alpn-01","url":"https://ca.example/c/2","token":"x","status":"invalid",)"
    R"("error":{"type":"urn:ietf:params:acme:error:connection","detail":"no \u001b[31manswer"}}]})";

std::string with(std::string_view text, std::string_view what, std::string_view instead) {
  std::string out(text);
  out.replace(out.find(what), what.size(), instead);
  return out;
}

TEST(AcmeReadTest, ADirectorySaysWhereEverythingIs) {
  const auto directory = read_directory(kDirectory);
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->new_account, "https://ca.example/a");
  EXPECT_EQ(directory->terms, "https://ca.example/terms");
  EXPECT_TRUE(directory->external_account_required);
}

TEST(AcmeReadTest, AnOrderNamesAuthorizationsAndWhereItIsFinalized) {
  const auto order = read_order(kOrder);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->status, Status::pending);
  EXPECT_THAT(order->authorizations, ElementsAre("https://ca.example/z/1"));
  EXPECT_EQ(order->finalize, "https://ca.example/f/1");
}

TEST(AcmeReadTest, AnAuthorizationOffersChallengesAndSaysWhyOneFailedWithoutEscapes) {
  const auto read = read_authorization(kAuthorization);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->challenges.size(), 2U);
  EXPECT_EQ(read->challenges[0].token, "DGyRejmCefe7v4N");
  EXPECT_EQ(read->challenges[1].status, Status::invalid);
  EXPECT_EQ(read->challenges[1].error, "no \\x1b[31manswer");
}

TEST(AcmeReadTest, ATokenThatWouldLeadElsewhereIsNoChallenge) {
  const auto read = read_authorization(with(kAuthorization, "DGyRejmCefe7v4N", "../../etc/passwd"));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->challenges.size(), 1U);
  EXPECT_EQ(read->challenges[0].type, "tls-alpn-01");
}

TEST(AcmeReadTest, UrlsMustBeHttps) {
  EXPECT_FALSE(read_directory(with(kDirectory, "https://ca.example/o", "http://ca.example/o")));
  EXPECT_FALSE(read_order(with(kOrder, "https://ca.example/f/1", "/f/1")));
  EXPECT_FALSE(read_order(with(kOrder, R"("https://ca.example/z/1")", "7")));
  EXPECT_FALSE(read_authorization(with(kAuthorization, "https://ca.example/c/1", "file:///x")));
}

TEST(AcmeReadTest, WhatIsNoJsonOrToDeepIsRefusedInWords) {
  for (const std::string& text :
       {std::string(), std::string("<html>"), std::string("[]"), std::string(1000, '[')}) {
    const auto order = read_order(text);
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, "acme-malformed");
  }
}

TEST(AcmeReadTest, AProblemIsTheWordAfterItsPrefix) {
  const Problem problem = read_problem(
      R"({"type":"urn:ietf:params:acme:error:badNonce","detail":"JWS has an invalid nonce"})");
  EXPECT_EQ(problem.type, "badNonce");
  EXPECT_EQ(problem.detail, "JWS has an invalid nonce");
  EXPECT_THAT(read_problem("<html>\x01").detail, HasSubstr("<html>\\x01"));
}

TEST(AcmeReadTest, APlaceHasHostPortAndTarget) {
  const auto place = place_of("https://ca.example:14000/dir?x=1");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->host.text(), "ca.example");
  EXPECT_EQ(place->port, 14000);
  EXPECT_EQ(place->target, "/dir?x=1");
  EXPECT_EQ(place_of("https://ca.example")->target, "/");
  EXPECT_EQ(place_of("https://ca.example")->port, 443);
  for (const std::string_view url :
       {"http://ca.example/", "https://", "ca.example", "https://u:p@ca.example/",
        "https://ca.example:0/", "https://ca.example:99999/"}) {
    EXPECT_FALSE(place_of(url)) << url;
  }
}

}  // namespace
}  // namespace postern::acme
