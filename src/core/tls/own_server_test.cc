#include "core/tls/own_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/tls/judge.h"

namespace postern::tls {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(OwnServer, IsNobodyElsesToMend) {
  EXPECT_THAT(own_server_remedy("starttls-not-supported"), HasSubstr("at this server"));
  for (const ReasonInfo& reason : reasons()) {
    const std::string_view remedy = own_server_remedy(reason.code);
    EXPECT_THAT(remedy, Not(HasSubstr("postmaster"))) << reason.code;
    EXPECT_THAT(remedy, Not(HasSubstr("stage monitor"))) << reason.code;
  }
}

TEST(OwnServer, IsLikeAnyOtherWhereTheSameIsToBeDone) {
  EXPECT_EQ(own_server_remedy("connection-refused"), reason_info("connection-refused").remedy);
}

}  // namespace
}  // namespace postern::tls
