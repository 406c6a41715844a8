#include "core/base/ids.h"

#include <gtest/gtest.h>

#include <limits>

namespace postern::base {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(QueueId, ReadsBackWhatItWrites) {
  for (const std::int64_t value : {std::int64_t{1}, std::int64_t{31}, std::int64_t{32},
                                   std::int64_t{1'763'912'776'000'123}, kMost}) {
    const std::string text = queue_id(MessageId{value});
    EXPECT_EQ(text.size(), 13u);
    ASSERT_TRUE(parse_queue_id(text)) << text;
    EXPECT_EQ(parse_queue_id(text)->value, value);
  }
  EXPECT_EQ(queue_id(MessageId{kMost}), "7ZZZZZZZZZZZZ");
  EXPECT_EQ(queue_id(MessageId{1}), "0000000000001");
}

TEST(QueueId, SortsAsTheNumbersDo) {
  EXPECT_LT(queue_id(MessageId{1'000}), queue_id(MessageId{1'001}));
  EXPECT_LT(queue_id(MessageId{9}), queue_id(MessageId{10}));
  EXPECT_LT(queue_id(MessageId{kMost - 1}), queue_id(MessageId{kMost}));
}

TEST(QueueId, ForgivesWhatPeopleMisread) {
  EXPECT_EQ(parse_queue_id("7zzzzzzzzzzzz")->value, kMost);
  EXPECT_EQ(parse_queue_id("OOOOOOOOOOOOL")->value, 1);
  EXPECT_EQ(parse_queue_id("oooooooooooOi")->value, 1);
}

TEST(QueueId, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "0", "0000000000000", "000000000001", "00000000000001", "000000000000U",
        "00000000 0001", "8000000000000", "ZZZZZZZZZZZZZ", "00000000000-1"}) {
    EXPECT_FALSE(parse_queue_id(text)) << text;
  }
}

}  // namespace
}  // namespace postern::base
