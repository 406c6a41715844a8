#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::policy {
namespace {

using namespace testing;

TEST(Scope, ExactCoversItselfAlone) {
  const Scope scope = Scope::parse("Example.COM.").value();
  EXPECT_TRUE(scope.covers(domain("example.com")));
  EXPECT_FALSE(scope.covers(domain("www.example.com")));
  EXPECT_FALSE(scope.covers(domain("example.org")));
  EXPECT_EQ(scope.text(), "example.com");
}

TEST(Scope, WildcardCoversAnyDepthBelowAndNotItsBase) {
  const Scope scope = Scope::parse("*.gov.uk").value();
  EXPECT_TRUE(scope.covers(domain("hmrc.gov.uk")));
  EXPECT_TRUE(scope.covers(domain("mail.dept.hmrc.gov.uk")));
  EXPECT_FALSE(scope.covers(domain("gov.uk")));
  EXPECT_FALSE(scope.covers(domain("notgov.uk")));
  EXPECT_FALSE(scope.covers(domain("gov.uk.example.com")));
  EXPECT_EQ(scope.text(), "*.gov.uk");
}

TEST(Scope, ExclusionsTakeADomainOutWithAllBelowIt) {
  Scope scope = Scope::parse("*.gov.uk").value();
  scope.exclusions = domains({"parks.gov.uk"});
  EXPECT_FALSE(scope.covers(domain("parks.gov.uk")));
  EXPECT_FALSE(scope.covers(domain("mail.parks.gov.uk")));
  EXPECT_TRUE(scope.covers(domain("sparks.gov.uk")));
}

TEST(Scope, RefusesWhatIsNoScope) {
  for (const char* text : {"", "*", "*.", "a.*.uk", "**.uk", "user@example.com", "192.0.2.1"}) {
    const auto parsed = Scope::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, "invalid-scope");
  }
}

}  // namespace
}  // namespace postern::policy
