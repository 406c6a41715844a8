#include "core/tls/source_value.h"

#include <gtest/gtest.h>

namespace postern::tls {
namespace {

// They stand in evidence that is kept, and in the API: a changed word is a broken promise.
TEST(SourceValue, IsTheWordThatRecordsAndTheApiKeep) {
  EXPECT_EQ(source_value(SourceKind::policy), "policy");
  EXPECT_EQ(source_value(SourceKind::internal_route), "internal-route");
  EXPECT_EQ(source_value(SourceKind::external_route), "external-route");
  EXPECT_EQ(source_value(SourceKind::dane), "dane");
  EXPECT_EQ(source_value(SourceKind::mta_sts), "mta-sts");
  EXPECT_EQ(source_value(SourceKind::requiretls), "requiretls");
  EXPECT_EQ(source_value(SourceKind::floor), "floor");
}

}  // namespace
}  // namespace postern::tls
