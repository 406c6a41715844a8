#include "core/smtp/data_reader.h"

#include <gtest/gtest.h>

#include <random>

namespace postern::smtp {
namespace {

using namespace std::string_literals;
using Source = DataReader::Source;
using LineEnds = DataReader::LineEnds;

struct Read {
  std::string text;
  std::string left;  // what followed the end
  bool ended = false;
  Unfit unfit = Unfit::none;
  bool eight_bit = false;
  bool operator==(const Read&) const = default;
};
void PrintTo(const Read& read, std::ostream* out) {
  *out << testing::PrintToString(read.text) << " then " << testing::PrintToString(read.left)
       << " ended " << read.ended << " unfit " << static_cast<int>(read.unfit);
}

Read read(std::string_view wire, LineEnds line_ends, std::size_t piece, std::size_t limit = 1000) {
  DataReader reader(Source::dotted, line_ends, limit);
  Read result;
  for (std::size_t at = 0; at < wire.size(); at += piece) {
    std::string_view bytes = wire.substr(at, piece);
    if (!result.ended) result.ended = reader.feed(bytes, result.text) == DataReader::Status::end;
    result.left += bytes;
  }
  result.unfit = reader.unfit();
  result.eight_bit = reader.eight_bit();
  // How much came out before the fault depends on the pieces; nothing of it is used.
  if (result.unfit != Unfit::none) result.text.clear();
  return result;
}

// Reads at once, in two pieces split everywhere, and byte by byte: the result must be one.
Read read_every_way(std::string_view wire, LineEnds line_ends = LineEnds::strict,
                    std::size_t limit = 1000) {
  const Read whole = read(wire, line_ends, wire.size() + 1, limit);
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    EXPECT_EQ(read(wire, line_ends, piece, limit), whole) << "in pieces of " << piece;
  }
  return whole;
}

TEST(DataReader, EndsAtCrlfDotCrlfAndLeavesTheRest) {
  const Read got = read_every_way("Subject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n");
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.text, "Subject: x\r\n\r\nbody\r\n");
  EXPECT_EQ(got.left, "QUIT\r\n");
  EXPECT_EQ(got.unfit, Unfit::none);
}

TEST(DataReader, TakesAnEmptyMessage) {
  const Read got = read_every_way(".\r\nQUIT\r\n");
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.text, "");
  EXPECT_EQ(got.left, "QUIT\r\n");
}

TEST(DataReader, UndoesDotStuffing) {
  EXPECT_EQ(read_every_way("..\r\n...x\r\n.y\r\na..\r\n.\r\n").text, ".\r\n..x\r\ny\r\na..\r\n");
}

TEST(DataReader, SeesEightBitText) {
  EXPECT_TRUE(read_every_way("gr\xC3\xBC\xC3\x9F\r\n.\r\n").eight_bit);
  EXPECT_FALSE(read_every_way("plain\r\n.\r\n").eight_bit);
}

struct Smuggling {
  std::string wire;
  Unfit unfit;
};

// Every spelling of an end of data that some server took for one.
TEST(DataReader, NoOtherEndOfDataEndsAMessage) {
  const Smuggling variants[] = {
      {"\n.\n"s, Unfit::bare_lf},       {"\n.\r\n"s, Unfit::bare_lf},
      {"\r\n.\n"s, Unfit::bare_lf},     {"\r.\r"s, Unfit::bare_cr},
      {"\r\n.\r"s, Unfit::bare_cr},     {"\r.\r\n"s, Unfit::bare_cr},
      {"\r.\n"s, Unfit::bare_cr},       {"\n.\r"s, Unfit::bare_cr},
      {"\r\n\0.\r\n"s, Unfit::nul},     {"\r\n.\0\r\n"s, Unfit::nul},
      {"\r\r\n.\r\n"s, Unfit::bare_cr}, {"\r\n.\r\r\n"s, Unfit::bare_cr},
      {"\n\n.\r\n"s, Unfit::bare_lf},   {"\r\n\0"s, Unfit::nul},
      {"\r\n.\r\0\n"s, Unfit::nul},     {"\0\r\n.\n"s, Unfit::nul},
  };
  for (const Smuggling& variant : variants) {
    const std::string hidden = "MAIL FROM:<evil@example.com>\r\n";
    const std::string wire = "text" + variant.wire + hidden + "\r\n.\r\nQUIT\r\n";
    const Read got = read_every_way(wire);
    EXPECT_TRUE(got.ended) << testing::PrintToString(variant.wire);
    if (variant.wire == "\r\r\n.\r\n") {
      EXPECT_EQ(got.left, hidden + "\r\n.\r\nQUIT\r\n") << "this one has the true end inside";
    } else {
      EXPECT_EQ(got.left, "QUIT\r\n") << testing::PrintToString(variant.wire);
    }
    EXPECT_EQ(got.unfit, variant.unfit) << testing::PrintToString(variant.wire);
  }
}

TEST(DataReader, NormalisingTurnsLoneLfIntoCrlf) {
  const Read got = read_every_way("a: b\n\nbody\n..dot\r\n.\r\n", LineEnds::normalise);
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.unfit, Unfit::none);
  EXPECT_EQ(got.text, "a: b\r\n\r\nbody\r\n.dot\r\n");
}

TEST(DataReader, NormalisingRefusesALoneDotWithALoneLfBesideIt) {
  for (const std::string& end : {"\n.\n"s, "\r\n.\n"s, "\n.\r\n"s}) {
    const Read got =
        read_every_way("text" + end + "MAIL FROM:<x@y.example>\r\n.\r\n", LineEnds::normalise);
    EXPECT_TRUE(got.ended);
    EXPECT_EQ(got.left, "");
    EXPECT_EQ(got.unfit, Unfit::ambiguous_dot) << testing::PrintToString(end);
  }
}

TEST(DataReader, NormalisingStillRefusesLoneCrAndNul) {
  EXPECT_EQ(read_every_way("a\rb\r\n.\r\n", LineEnds::normalise).unfit, Unfit::bare_cr);
  EXPECT_EQ(read_every_way("a\r\r\n.\r\n", LineEnds::normalise).unfit, Unfit::bare_cr);
  EXPECT_EQ(read_every_way("a\0b\r\n.\r\n"s, LineEnds::normalise).unfit, Unfit::nul);
}

TEST(DataReader, NothingOfAnUnfitMessageIsPassedOnAfterTheFault) {
  DataReader reader(Source::dotted, LineEnds::strict, 1000);
  std::string out;
  std::string_view bytes = "ok\r\nb\nad\r\nmore\r\n";
  EXPECT_EQ(reader.feed(bytes, out), DataReader::Status::more);
  EXPECT_EQ(out, "ok\r\nb");
}

TEST(DataReader, RefusesALineBeyondTheLimit) {
  const std::string line(10, 'x');
  EXPECT_EQ(read_every_way(line + "\r\n" + line + "\r\n.\r\n", LineEnds::strict, 10).unfit,
            Unfit::none);
  EXPECT_EQ(read_every_way(line + "x\r\n.\r\n", LineEnds::strict, 10).unfit, Unfit::line_too_long);
}

// Mail that is ordinary but for an odd byte or line here and there, so that a block of it is, too.
std::string nearly_ordinary(std::uint32_t seed) {
  std::mt19937 random(seed);
  const std::string odd[] = {"\n"s, "\r"s, "\0"s, "."s, ".."s, "\r\n."s, "\r\n.."s, "\xC3\xBC"s};
  std::string wire;
  while (wire.size() < 4000) {
    wire += std::string(random() % 120, static_cast<char>('a' + random() % 26));
    if (random() % 40 == 0) wire += odd[random() % std::size(odd)];
    if (random() % 60 == 0) wire += std::string(random() % 400, 'x');
    wire += "\r\n";
  }
  return wire + ".\r\nQUIT\r\n";
}

TEST(DataReader, ReadsInBlocksAsItReadsByteByByte) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    const std::string wire = nearly_ordinary(seed);
    for (const LineEnds line_ends : {LineEnds::strict, LineEnds::normalise}) {
      const Read slowly = read(wire, line_ends, 1, 300);
      EXPECT_TRUE(slowly.ended);
      EXPECT_EQ(read(wire, line_ends, wire.size(), 300), slowly) << "seed " << seed;
      EXPECT_EQ(read(wire, line_ends, 1500, 300), slowly) << "seed " << seed;
    }
  }
}

struct Chunked {
  std::string text;
  Unfit unfit;
};

Chunked read_chunks(const std::vector<std::string>& chunks, LineEnds line_ends = LineEnds::strict) {
  DataReader reader(Source::chunks, line_ends, 1000);
  Chunked result;
  for (const std::string& chunk : chunks) {
    std::string_view bytes = chunk;
    EXPECT_EQ(reader.feed(bytes, result.text), DataReader::Status::more);
    EXPECT_TRUE(bytes.empty());
  }
  reader.finish_chunks(result.text);
  result.unfit = reader.unfit();
  return result;
}

TEST(DataReader, ChunksKeepTheirDots) {
  EXPECT_EQ(read_chunks({"a\r\n.\r", "\n..b\r\n"}).text, "a\r\n.\r\n..b\r\n");
}

TEST(DataReader, ChunksThatEndInsideALineAreCompleted) {
  EXPECT_EQ(read_chunks({"a\r\nb"}).text, "a\r\nb\r\n");
  EXPECT_EQ(read_chunks({}).text, "");
}

TEST(DataReader, ChunksAreCheckedForTheSameBytes) {
  EXPECT_EQ(read_chunks({"a\r", "b\r\n"}).unfit, Unfit::bare_cr);
  EXPECT_EQ(read_chunks({"a\r"}).unfit, Unfit::bare_cr);
  EXPECT_EQ(read_chunks({"a\n.\r\n"}).unfit, Unfit::bare_lf);
  EXPECT_EQ(read_chunks({"a\0"s}).unfit, Unfit::nul);
  EXPECT_EQ(read_chunks({"a\r", "\nb\r\n"}).unfit, Unfit::none);
  EXPECT_EQ(read_chunks({"a\nb\n"}, LineEnds::normalise).text, "a\r\nb\r\n");
}

}  // namespace
}  // namespace postern::smtp
