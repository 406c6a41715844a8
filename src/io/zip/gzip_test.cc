#include "io/zip/gzip.h"

#include <gtest/gtest.h>

namespace postern::zip {
namespace {

constexpr Bounds kBounds{.compressed = 1 << 20, .inflated = 16 << 20};

std::string code(std::string_view bytes, Bounds bounds = kBounds) {
  const auto out = gunzip(bytes, bounds);
  return out ? "ok" : out.error().code;
}

TEST(Gzip, GivesBackWhatItTook) {
  std::string varied;
  for (unsigned i = 0; i < 200'000; ++i) varied += static_cast<char>(i * 2654435761U >> 24);
  for (const std::string& text :
       {std::string(), std::string("x"), std::string(1000, 'a'), varied}) {
    const std::string packed = gzip(text);
    EXPECT_TRUE(is_gzip(packed));
    EXPECT_EQ(gunzip(packed, kBounds), text);
  }
}

TEST(Gzip, ReadsWhatTheProgramOfThatNameMakes) {
  // printf hello | gzip -n
  const std::string_view made(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
      "\x00\x00",
      25);
  EXPECT_EQ(gunzip(made, kBounds), "hello");
}

TEST(Gzip, IsStoppedByABombAtItsBound) {
  const std::string bomb = gzip(std::string(64 << 20, 'a'));
  EXPECT_LT(bomb.size(), 100'000U);
  EXPECT_EQ(code(bomb), "gzip-too-large");
  EXPECT_EQ(code(gzip(std::string(1001, 'a')), {.compressed = 1 << 20, .inflated = 1000}),
            "gzip-too-large");
  EXPECT_EQ(code(gzip(std::string(1000, 'a')), {.compressed = 1 << 20, .inflated = 1000}), "ok");
}

TEST(Gzip, ReadsNothingOfWhatIsTooLarge) {
  EXPECT_EQ(code(std::string(1001, 'x'), {.compressed = 1000, .inflated = 1000}), "gzip-too-large");
}

TEST(Gzip, IsNotUnpackedTwice) {
  const std::string once = gzip("a report");
  EXPECT_EQ(gunzip(gzip(once), kBounds), once);
}

TEST(Gzip, RefusesWhatIsCutAtEveryByte) {
  const std::string whole = gzip("a report, not very long");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(code(whole.substr(0, size)), "gzip-broken") << size;
  }
}

TEST(Gzip, RefusesWhatIsDamagedAndWhatFollows) {
  const std::string whole = gzip("a report, not very long");
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{2}, whole.size() - 1, whole.size() - 6}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    EXPECT_EQ(code(damaged), "gzip-broken") << at;
  }
  EXPECT_EQ(code(whole + "x"), "gzip-broken");
  EXPECT_EQ(code(whole + whole), "gzip-broken");
  EXPECT_EQ(code("plain text"), "gzip-broken");
}

}  // namespace
}  // namespace postern::zip
