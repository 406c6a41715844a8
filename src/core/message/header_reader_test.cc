#include "core/message/header_reader.h"

#include <gtest/gtest.h>

namespace postern::message {
namespace {

struct Read {
  std::string header;
  std::string rest;
  HeaderFacts facts;
};

Read read_in_pieces(std::string_view text, std::size_t piece) {
  HeaderReader reader;
  Read result;
  std::string remaining;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    std::string_view bytes = text.substr(at, piece);
    if (!reader.ended()) (void)reader.feed(bytes, result.header);
    remaining += bytes;
  }
  reader.finish(result.header);
  result.rest = reader.rest() + remaining;
  result.facts = reader.facts();
  return result;
}

Read read(std::string_view text) {
  const Read whole = read_in_pieces(text, text.size() + 1);
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Read part = read_in_pieces(text, piece);
    EXPECT_EQ(part.header, whole.header) << piece;
    EXPECT_EQ(part.rest, whole.rest) << piece;
    EXPECT_EQ(part.facts.received, whole.facts.received) << piece;
    EXPECT_EQ(part.facts.tls_required_no, whole.facts.tls_required_no) << piece;
    EXPECT_EQ(part.facts.malformed, whole.facts.malformed) << piece;
    EXPECT_EQ(part.facts.bytes, whole.facts.bytes) << piece;
  }
  EXPECT_EQ(whole.header + whole.rest, text) << "nothing is lost or changed";
  EXPECT_EQ(whole.facts.bytes, whole.header.size());
  return whole;
}

TEST(HeaderReader, EndsAtTheEmptyLine) {
  const Read got = read("From: a\r\nDate: b\r\n\r\nSubject: in the body\r\n");
  EXPECT_EQ(got.header, "From: a\r\nDate: b\r\n");
  EXPECT_EQ(got.rest, "\r\nSubject: in the body\r\n");
  EXPECT_TRUE(got.facts.from);
  EXPECT_TRUE(got.facts.date);
  EXPECT_FALSE(got.facts.message_id);
  EXPECT_FALSE(got.facts.malformed);
}

TEST(HeaderReader, CountsReceivedFieldsOnlyInTheHeader) {
  EXPECT_EQ(read("received: a\r\n by b\r\nRECEIVED : c\r\nX-Received: d\r\n\r\nReceived: e\r\n")
                .facts.received,
            2);
}

TEST(HeaderReader, SeesTlsRequiredNo) {
  EXPECT_TRUE(read("TLS-Required: No\r\n\r\n").facts.tls_required_no);
  EXPECT_TRUE(read("tls-required:\r\n no \r\n\r\n").facts.tls_required_no);
  EXPECT_TRUE(read("TLS-Required: No\r\n").facts.tls_required_no) << "no body at all";
  EXPECT_FALSE(read("TLS-Required: Yes\r\n\r\n").facts.tls_required_no);
  EXPECT_FALSE(read("TLS-Required: No\r\nTLS-Required: No\r\n\r\n").facts.tls_required_no);
  EXPECT_FALSE(read("Subject: x\r\n\r\nTLS-Required: No\r\n").facts.tls_required_no);
}

TEST(HeaderReader, SeesWhatMustNotBeChanged) {
  EXPECT_TRUE(read("DKIM-Signature: v=1\r\n\r\n").facts.dkim_signed);
  EXPECT_TRUE(read("Content-Type: Multipart/Signed;\r\n boundary=x\r\n\r\n").facts.signed_mime);
  EXPECT_TRUE(read("Content-Type:\r\n application/pkcs7-mime\r\n\r\n").facts.signed_mime);
  EXPECT_FALSE(read("Content-Type: multipart/mixed; a=multipart/signed\r\n\r\n").facts.signed_mime);
  EXPECT_TRUE(read("Subject: gr\xC3\xBC\xC3\x9F\r\n\r\n").facts.non_ascii);
  EXPECT_FALSE(read("Subject: x\r\n\r\ngr\xC3\xBC\xC3\x9F\r\n").facts.non_ascii);
}

TEST(HeaderReader, ALineThatIsNoFieldEndsTheBlock) {
  for (std::string_view text :
       {"hello world\r\n", "From: a\r\nno field here\r\nDate: b\r\n", " continuation\r\n\r\n",
        ": x\r\n", "From: a\r\nfr\xC3\xBC: b\r\n\r\n", "From joe Mon\r\nFrom: a\r\n", "abc\r\n"}) {
    EXPECT_TRUE(read(text).facts.malformed) << text;
  }
  EXPECT_EQ(read("From: a\r\nno field here\r\n").header, "From: a\r\n");
}

TEST(HeaderReader, TakesMessagesWithoutHeaderOrBody) {
  EXPECT_FALSE(read("\r\nbody\r\n").facts.malformed);
  EXPECT_FALSE(read("").facts.malformed);
  EXPECT_FALSE(read("From: a\r\n").facts.malformed);
}

TEST(HeaderReader, HoldsBoundedMemoryForAnEndlessName) {
  EXPECT_TRUE(read(std::string(1100, 'x') + ": y\r\n\r\n").facts.malformed);
}

TEST(HeaderReader, SeesAMessageIdAndForgivesBlanksBeforeAColon) {
  EXPECT_TRUE(read("Message-ID: <1@a.example>\r\n\r\n").facts.message_id);
  EXPECT_EQ(read("Received\t : a\r\n\r\n").facts.received, 1);
}

TEST(HeaderReader, TakesNoControlByteInAName) {
  EXPECT_TRUE(read("Fr\x7Fom: a\r\n\r\n").facts.malformed);
}

TEST(HeaderReader, TakesACrWithoutItsLfForTheEnd) {
  EXPECT_TRUE(read("From: a\r\n\rDate: b\r\n\r\n").facts.malformed);
}

TEST(HeaderReader, TakesNoBlankBehindANameOfFullLength) {
  EXPECT_TRUE(read(std::string(998, 'x') + " : y\r\n\r\n").facts.malformed);
  EXPECT_FALSE(read(std::string(998, 'x') + ": y\r\n\r\n").facts.malformed);
}

TEST(HeaderReader, KeepsOnlyTheBeginningOfAValue) {
  const std::string folds(2000, ' ');
  const Read got = read("TLS-Required: No\r\n" + folds + "\r\n" + folds + "\r\n\r\n");
  EXPECT_TRUE(got.facts.tls_required_no) << "the word that counts is within it";
  EXPECT_FALSE(read("TLS-Required:" + folds + "No\r\n\r\n").facts.tls_required_no);
}

}  // namespace
}  // namespace postern::message
