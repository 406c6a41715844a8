#include "io/crypto/one_time_code.h"

#include <gtest/gtest.h>

namespace postern::crypto {
namespace {

using namespace std::chrono_literals;

const std::string rfc_secret = "12345678901234567890";

base::Instant at(std::int64_t seconds) { return base::Instant{std::chrono::seconds(seconds)}; }

// RFC 6238 appendix B has eight digits; ours are the last six of them.
TEST(OneTimeCode, IsThatOfTheRfc) {
  EXPECT_EQ(one_time_code(rfc_secret, time_step(at(59))), "287082");
  EXPECT_EQ(one_time_code(rfc_secret, time_step(at(1111111109))), "081804");
  EXPECT_EQ(one_time_code(rfc_secret, time_step(at(1234567890))), "005924");
  EXPECT_EQ(one_time_code(rfc_secret, time_step(at(20000000000))), "353130");
}

TEST(OneTimeCode, IsTakenOneStepEarlyOrLateAndNoMore) {
  const std::string code = one_time_code(rfc_secret, time_step(at(1234567890)));
  const std::int64_t step = time_step(at(1234567890));
  for (auto away : {-30s, 0s, 30s}) {
    EXPECT_EQ(step_of_code(rfc_secret, code, at(1234567890) + away), step);
  }
  for (auto away : {-60s, 60s}) {
    EXPECT_FALSE(step_of_code(rfc_secret, code, at(1234567890) + away));
  }
}

TEST(OneTimeCode, IsNotTakenWithDigitsMissingOrAdded) {
  for (const char* wrong : {"", "05924", "0059240", "005924 "}) {
    EXPECT_FALSE(step_of_code(rfc_secret, wrong, at(1234567890))) << wrong;
  }
}

// RFC 4648 10
TEST(Base32, IsThatOfTheRfcWithoutPadding) {
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(base32("fo"), "MZXQ");
  EXPECT_EQ(base32("foo"), "MZXW6");
  EXPECT_EQ(base32("foob"), "MZXW6YQ");
  EXPECT_EQ(base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

TEST(EqualInConstantTime, ComparesAllOfBothTexts) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace postern::crypto
