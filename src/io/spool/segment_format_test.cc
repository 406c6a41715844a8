#include "io/spool/segment_format.h"

#include <gtest/gtest.h>

namespace postern::spool {
namespace {

constexpr ExtentHeader kHeader{
    .message = {0x1122334455667788}, .length = 262144, .position = 3, .checksum = 0xCAFEBABE};

TEST(SegmentFormat, ReadsBackTheExtentHeaderThatItWrote) {
  EXPECT_EQ(decode_extent_header(encode(kHeader)), kHeader);
}

TEST(SegmentFormat, StoresIntegersWithTheLowByteFirst) {
  const HeaderBytes bytes = encode(kHeader);
  EXPECT_EQ(std::string_view(bytes.data(), 4), "PxT1");
  EXPECT_EQ(static_cast<unsigned char>(bytes[4]), 0xBE);
  EXPECT_EQ(static_cast<unsigned char>(bytes[8]), 0x88);
  EXPECT_EQ(static_cast<unsigned char>(bytes[15]), 0x11);
}

TEST(SegmentFormat, NoticesEveryFlippedBitInAHeader) {
  for (std::size_t bit = 0; bit < 256; ++bit) {
    HeaderBytes extent = encode(kHeader);
    HeaderBytes file = encode_file_header(42);
    extent[bit / 8] = static_cast<char>(extent[bit / 8] ^ (1 << (bit % 8)));
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(decode_extent_header(extent)) << bit;
    ASSERT_FALSE(decode_file_header(file)) << bit;
  }
}

TEST(SegmentFormat, TakesZeroesForNoHeader) {
  EXPECT_FALSE(decode_extent_header(HeaderBytes{}));
  EXPECT_FALSE(decode_file_header(HeaderBytes{}));
}

TEST(SegmentFormat, NamesFilesSoThatTheySortByAge) {
  EXPECT_EQ(segment_name(42), "0000000000000042.segment");
  EXPECT_EQ(parse_segment_name(segment_name(42)), 42);
  EXPECT_LT(segment_name(9), segment_name(10));
  EXPECT_EQ(decode_file_header(encode_file_header(42)), 42);
}

TEST(SegmentFormat, LeavesForeignFilesAlone) {
  for (const std::string_view name :
       {"", "lost+found", "42.segment", "000000000000004x.segment", "0000000000000042.segment~",
        "0000000000000000.segment", "-000000000000042.segment", "0000000000000042.SEGMENT"}) {
    EXPECT_FALSE(parse_segment_name(name)) << name;
  }
}

TEST(SegmentFormat, StartsEveryExtentAtAMultipleOfEight) {
  EXPECT_EQ(end_of_extent(32, 0), 64);
  EXPECT_EQ(end_of_extent(32, 1), 72);
  EXPECT_EQ(end_of_extent(32, 8), 72);
  EXPECT_EQ(end_of_extent(32, 9), 80);
}

}  // namespace
}  // namespace postern::spool
