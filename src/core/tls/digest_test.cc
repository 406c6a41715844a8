#include "core/tls/digest.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace postern::tls {
namespace {

TEST(Digest, ReadsHexAndBase64) {
  const std::string hex = "00" + std::string(60, 'a') + "FF";
  const auto by_hex = parse_digest(hex);
  ASSERT_TRUE(by_hex);
  EXPECT_EQ((*by_hex)[0], 0);
  EXPECT_EQ((*by_hex)[31], 0xff);
  const std::string raw(by_hex->begin(), by_hex->end());
  EXPECT_EQ(parse_digest(base::base64(raw)), by_hex);
  EXPECT_EQ(parse_digest("sha256/" + base::base64(raw)), by_hex);
  EXPECT_EQ(parse_digest("sha256:" + hex), by_hex);
}

TEST(Digest, RefusesAnythingElse) {
  for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(64, 'g'),
                                  base::base64("too short"), std::string("sha256/")}) {
    const auto read = parse_digest(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "invalid-digest");
  }
}

}  // namespace
}  // namespace postern::tls
