#include "core/onboarding/domain_proof.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::onboarding {
namespace {

using policy::testing::domain;
using policy::testing::internal;
using policy::testing::kMain;
using policy::testing::kOther;

policy::InternalDomain waiting(std::string_view name, base::AccountId account = kMain) {
  policy::InternalDomain made = internal(name, account);
  made.validated = false;
  made.validation_token = "abc123";
  return made;
}

dns::TxtAnswer txt(std::initializer_list<const char*> texts) {
  dns::TxtAnswer answer;
  answer.outcome = texts.size() == 0 ? dns::Outcome::nxdomain : dns::Outcome::ok;
  for (const char* text : texts) answer.records.push_back({text});
  return answer;
}

dns::NameAnswer cname(std::string_view target) {
  dns::NameAnswer answer;
  answer.outcome = target.empty() ? dns::Outcome::nxdomain : dns::Outcome::ok;
  if (!target.empty()) answer.records.push_back(domain(target));
  return answer;
}

ProofVerdict judge(const dns::TxtAnswer& texts, const dns::NameAnswer& alias) {
  return judge_proof(waiting("corp.example"), domain("gw.example"), texts, alias);
}

TEST(DomainProof, IsATextOrAnAliasThatNamesTheToken) {
  const std::vector<Record> records = proof_records(waiting("corp.example"), domain("gw.example"));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0], (Record{"_postern.corp.example", "TXT", "postern-verification=abc123"}));
  EXPECT_EQ(records[1], (Record{"_postern.corp.example", "CNAME", "abc123.verify.gw.example"}));
}

TEST(DomainProof, IsFoundAmongOtherTexts) {
  EXPECT_TRUE(judge(txt({"v=spf1 -all", "postern-verification=abc123"}), cname("")).proved);
}

TEST(DomainProof, IsFoundAsAnAliasWhoseTargetNeedNotExist) {
  EXPECT_TRUE(judge(txt({}), cname("abc123.verify.gw.example")).proved);
}

TEST(DomainProof, IsNotATextForAnotherToken) {
  const ProofVerdict verdict = judge(txt({"postern-verification=abc124"}), cname(""));
  EXPECT_FALSE(verdict.proved);
  EXPECT_EQ(verdict.found, std::vector<std::string>{"TXT \"postern-verification=abc124\""});
  EXPECT_EQ(verdict.why,
            "_postern.corp.example holds something else. Put one of the records there, exactly as "
            "it is shown.");
}

TEST(DomainProof, IsNotAnAliasToAnotherGateway) {
  EXPECT_FALSE(judge(txt({}), cname("abc123.verify.other.example")).proved);
}

TEST(DomainProof, SaysThatNothingIsThereYet) {
  const ProofVerdict verdict = judge(txt({}), cname(""));
  EXPECT_FALSE(verdict.proved);
  EXPECT_TRUE(verdict.found.empty());
  EXPECT_TRUE(verdict.why.starts_with("Nothing is published at _postern.corp.example yet."));
}

TEST(DomainProof, SaysThatTheLookupFailed) {
  dns::TxtAnswer failed;
  failed.code = "dns-timeout";
  failed.why = "No name server answered.";
  EXPECT_EQ(judge(failed, cname("")).why,
            "_postern.corp.example could not be looked up: No name server answered. Check again "
            "later.");
}

TEST(DomainProof, NeverComesFromAnEmptyToken) {
  policy::InternalDomain bare = waiting("corp.example");
  bare.validation_token.clear();
  EXPECT_TRUE(proof_records(bare, domain("gw.example")).empty());
  EXPECT_FALSE(judge_proof(bare, domain("gw.example"), txt({"postern-verification="}),
                           cname("verify.gw.example"))
                   .proved);
}

TEST(DomainProof, IsEscapedWhereOthersWroteIt) {
  EXPECT_EQ(judge(txt({"\x1b[2J"}), cname("")).found.front(), "TXT \"\\x1b[2J\"");
}

TEST(DomainProof, ServesWhatIsBelowInTheSameAccountAlone) {
  const std::vector<policy::InternalDomain> domains{
      internal("corp.example"), waiting("a.corp.example"), waiting("b.corp.example", kOther),
      waiting("other.example")};
  EXPECT_EQ(proved_above(domains, kMain, domain("x.y.corp.example")), &domains[0]);
  EXPECT_EQ(proved_above(domains, kMain, domain("corp.example")), nullptr);
  EXPECT_EQ(proved_above(domains, kOther, domain("x.corp.example")), nullptr);
  EXPECT_EQ(proved_above(domains, kMain, domain("x.other.example")), nullptr);
  const auto below = waiting_below(domains, kMain, domain("corp.example"));
  ASSERT_EQ(below.size(), 1U);
  EXPECT_EQ(below[0].domain.text(), "a.corp.example");
}

}  // namespace
}  // namespace postern::onboarding
