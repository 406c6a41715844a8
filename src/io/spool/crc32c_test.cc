#include "io/spool/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace postern::spool {
namespace {

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 12345;
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

TEST(Crc32c, AnswersTheVectorsOfRfc3720) {
  std::string rising(32, '\0');
  for (std::size_t i = 0; i < 32; ++i) rising[i] = static_cast<char>(i);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(rising), 0x46DD794Eu);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Crc32c, IsTheSameWithAndWithoutTheInstructionAtEveryLength) {
  const std::string bytes = noise(5000);
  for (std::size_t length = 0; length < bytes.size(); length += length < 1700 ? 1 : 97) {
    const std::string_view part(bytes.data(), length);
    ASSERT_EQ(crc32c(part), crc32c_portable(part)) << length;
  }
}

TEST(Crc32c, GoesOnWhereItStopped) {
  const std::string bytes = noise(4000);
  const std::string_view all(bytes);
  for (const std::size_t cut : {0u, 1u, 7u, 768u, 1000u, 3999u, 4000u}) {
    EXPECT_EQ(crc32c(all.substr(cut), crc32c(all.substr(0, cut))), crc32c(all)) << cut;
  }
}

}  // namespace
}  // namespace postern::spool
