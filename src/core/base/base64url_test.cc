#include "core/base/base64url.h"

#include <gtest/gtest.h>

namespace postern::base {
namespace {

TEST(Base64UrlTest, HasTheAlphabetForUrlsAndNoPadding) {
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(base64url("a"), "YQ");
  EXPECT_EQ(base64url(""), "");
}

TEST(Base64UrlTest, ReadsWhatItWrote) {
  for (const std::string_view text : {"a", "ab", "abc", "\xfb\xff\xfe"}) {
    std::string out;
    ASSERT_TRUE(base64url_decode(base64url(text), out));
    EXPECT_EQ(out, text);
  }
}

TEST(Base64UrlTest, RefusesEveryOtherCharacter) {
  std::string out;
  for (const std::string_view text : {"", "YQ==", "+//+", "Y Q", "Y", "../x"}) {
    EXPECT_FALSE(base64url_decode(text, out)) << text;
  }
  EXPECT_TRUE(is_base64url("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"));
  EXPECT_FALSE(is_base64url("a/b"));
}

}  // namespace
}  // namespace postern::base
