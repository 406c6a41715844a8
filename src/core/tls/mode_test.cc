#include "core/tls/mode.h"

#include <gtest/gtest.h>

namespace postern::tls {
namespace {

TEST(Mode, IsOrderedByWhatItDemands) {
  EXPECT_LT(Mode::opportunistic, Mode::relaxed);
  EXPECT_LT(Mode::relaxed, Mode::strict);
}

TEST(Mode, ReadsItsOwnApiValue) {
  for (const Mode mode : {Mode::opportunistic, Mode::relaxed, Mode::strict}) {
    EXPECT_EQ(parse_mode(api_value(mode)), mode);
  }
  EXPECT_EQ(parse_mode("STRICT"), Mode::strict);
  EXPECT_EQ(parse_mode("stricter"), std::nullopt);
  EXPECT_EQ(parse_mode(""), std::nullopt);
}

TEST(Mode, IsShownInTheWordsOfThePolicyPage) {
  EXPECT_EQ(shown_as(Mode::opportunistic), "Opportunistic TLS");
  EXPECT_EQ(shown_as(Mode::relaxed), "Relaxed Encryption Mode");
  EXPECT_EQ(shown_as(Mode::strict), "Strict - Trusted Enforced");
}

TEST(Version, ReadsItsOwnTextAndOpenSsls) {
  for (const Version version :
       {Version::none, Version::tls1_0, Version::tls1_1, Version::tls1_2, Version::tls1_3}) {
    EXPECT_EQ(parse_version(version_text(version)), version);
  }
  EXPECT_EQ(parse_version("TLSv1.3"), Version::tls1_3);
  EXPECT_EQ(parse_version("TLSv1"), Version::tls1_0);
  EXPECT_EQ(parse_version("tls1.2"), Version::tls1_2);
  EXPECT_EQ(parse_version("1.1"), Version::tls1_1);
  EXPECT_EQ(parse_version("SSLv3"), std::nullopt);
  EXPECT_EQ(parse_version("1.4"), std::nullopt);
  EXPECT_EQ(parse_version(""), std::nullopt);
}

TEST(Stage, ReadsItsOwnText) {
  EXPECT_EQ(parse_stage(stage_text(Stage::enforce)), Stage::enforce);
  EXPECT_EQ(parse_stage(stage_text(Stage::monitor)), Stage::monitor);
  EXPECT_EQ(parse_stage("testing"), std::nullopt);
}

TEST(AuthMethod, HasAWordForEach) {
  EXPECT_EQ(method_text(AuthMethod::none), "none");
  EXPECT_EQ(method_text(AuthMethod::pkix), "pkix");
  EXPECT_EQ(method_text(AuthMethod::dane), "dane");
  EXPECT_EQ(method_text(AuthMethod::pin), "pin");
}

TEST(Version, TakesNoWordThatOnlyBeginsLikeOne) {
  EXPECT_EQ(parse_version("tls"), std::nullopt);
  EXPECT_EQ(parse_version("TLS-1.2"), std::nullopt);
}

}  // namespace
}  // namespace postern::tls
