#include "service/book/evidence_owner.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::service {
namespace {

using namespace policy::testing;

base::AccountId owner_of(queue::Hop hop, std::string domain) {
  policy::Configuration configuration = policy::testing::configuration();
  configuration.domains = {internal("corp.example", kOther)};
  number(configuration);
  const policy::PolicyBook book(std::move(configuration));
  queue::Attempt attempt;
  attempt.account = kMain;
  attempt.hop = hop;
  attempt.domain = std::move(domain);
  return evidence_owner(book, attempt);
}

TEST(EvidenceOwner, IsTheAccountThatTheInternalServersBelongTo) {
  EXPECT_EQ(owner_of(queue::Hop::gateway_to_internal, "corp.example"), kOther);
  EXPECT_EQ(owner_of(queue::Hop::gateway_to_internal, "sub.corp.example"), kOther);
}

TEST(EvidenceOwner, IsTheSenderOnEveryOtherWay) {
  EXPECT_EQ(owner_of(queue::Hop::internal_to_gateway, "corp.example"), kMain);
  EXPECT_EQ(owner_of(queue::Hop::partner_to_gateway, "corp.example"), kMain);
  EXPECT_EQ(owner_of(queue::Hop::gateway_to_partner, "corp.example"), kMain);
  // The domain was removed after the attempt: nobody else can be named.
  EXPECT_EQ(owner_of(queue::Hop::gateway_to_internal, "gone.example"), kMain);
}

}  // namespace
}  // namespace postern::service
