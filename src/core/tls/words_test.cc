// The words for sources and fates: people read them in explanations, the queue keeps them.
#include <gtest/gtest.h>

#include "core/tls/testing.h"

namespace postern::tls {
namespace {

using namespace testing;

TEST(SourceText, IsWhatAPersonCallsIt) {
  EXPECT_EQ(source_text(SourceKind::policy), "policy");
  EXPECT_EQ(source_text(SourceKind::internal_route), "internal route");
  EXPECT_EQ(source_text(SourceKind::external_route), "external route");
  EXPECT_EQ(source_text(SourceKind::dane), "DANE");
  EXPECT_EQ(source_text(SourceKind::mta_sts), "MTA-STS");
  EXPECT_EQ(source_text(SourceKind::requiretls), "REQUIRETLS");
  EXPECT_EQ(source_text(SourceKind::floor), "configured floor");
}

TEST(HostPattern, DoesNotTakeAHostOfOneLabelForOneBelowADomain) {
  EXPECT_FALSE(pattern("*.example").matches(domain("localhost")));
}

// An account's policy and an exception may be looked at for each of many hosts.
TEST(Requirement, ExplainsEachSourceOnce) {
  Requirement one;
  one.consider({kPolicy, Mode::strict, Considered::Fate::joined, "It asks for the most."});
  Requirement other = one;
  other.consider({kSts, Mode::strict, Considered::Fate::absent, "It has none."});
  EXPECT_EQ(join(one, other).considered().size(), 2U);
  EXPECT_EQ(join(one, other).considered()[1].source, kSts);
}

// A connection that was proved with DANE must not serve where DANE does not count.
TEST(Digest, TellsTheWaysOfAuthenticationApart) {
  Authenticate pkix_only = by_name({"mx1.example.com"});
  pkix_only.dane = false;
  Authenticate dane_only = by_name({"mx1.example.com"});
  dane_only.pkix = false;
  const auto digest = [](const Authenticate& ways) {
    Requirement requirement;
    requirement.add({kPolicy, ways});
    return requirement.digest();
  };
  EXPECT_NE(digest(pkix_only), digest(dane_only));
  EXPECT_NE(digest(pkix_only), digest(by_name({"mx1.example.com"})));
}

}  // namespace
}  // namespace postern::tls
