#include "core/message/quoted_printable.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace postern::message {
namespace {

std::string encoded(std::string_view text) {
  QuotedPrintable encoder;
  std::string out;
  encoder.add(text, out);
  encoder.finish(out);
  return out;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

TEST(QuotedPrintable, EscapesWhatIsNotPlainAscii) {
  EXPECT_EQ(encoded("a=b \xC3\xBC\r\n"), "a=3Db =C3=BC\r\n");
}

TEST(QuotedPrintable, KeepsWhiteSpaceBeforeALineEnd) {
  EXPECT_EQ(encoded("a \r\nb\t\r\n c"), "a=20\r\nb=09\r\n c");
  EXPECT_EQ(encoded("end "), "end=20");
}

TEST(QuotedPrintable, StartsNoLineWithADotOrFrom) {
  EXPECT_EQ(encoded(".\r\nFrom x\r\n"), "=2E\r\n=46rom x\r\n");
}

TEST(QuotedPrintable, CanBeReadBackAndKeepsItsLinesShortHoweverItIsCut) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += static_cast<char>((i * 7919) % 256);
  text += "\r\nlast line  \r\n";
  const std::string whole = encoded(text);
  EXPECT_EQ(decoded(whole), text);
  for (const auto line : base::split(whole, '\n')) EXPECT_LE(line.size(), 77u);
  for (const std::size_t step : {1u, 2u, 3u, 7u, 100u}) {
    QuotedPrintable encoder;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += step) {
      encoder.add(std::string_view(text).substr(at, step), out);
    }
    encoder.finish(out);
    EXPECT_EQ(out, whole) << step;
  }
}

}  // namespace
}  // namespace postern::message
