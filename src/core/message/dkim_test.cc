// The canonical forms of RFC 6376 3.4.4 and 3.4.5. Whole signatures are checked by a verifier that
// is not ours in tests/scenarios/test_tls_reports.py.
#include "core/message/dkim.h"

#include <gtest/gtest.h>

namespace postern::message {
namespace {

DkimSigner signer() {
  return {dns::Domain::parse("mail.example.com").value(), "postern",
          *base::parse_rfc3339("2026-11-26T12:00:00Z")};
}

TEST(Dkim, HashesABodyWithoutTrailingSpaceAndEmptyLines) {
  EXPECT_EQ(body_to_hash("A: X\r\n\r\n C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
}

TEST(Dkim, HashesAnEmptyBodyAsNothing) {
  EXPECT_EQ(body_to_hash("A: X\r\n\r\n"), "");
  EXPECT_EQ(body_to_hash("A: X\r\n\r\n\r\n\r\n"), "");
  EXPECT_EQ(body_to_hash("A: X\r\n"), "");
}

TEST(Dkim, EndsTheLastLineOfABody) { EXPECT_EQ(body_to_hash("A: X\r\n\r\nend"), "end\r\n"); }

TEST(Dkim, SignsUnfoldedFieldsInLowerCaseNames) {
  const auto parts =
      prepare(signer(), "From: a@b.example\r\nSubject:  one\r\n\t two  \r\n\r\nbody\r\n", "hash");
  EXPECT_TRUE(parts.input.starts_with("from:a@b.example\r\nsubject:one two\r\ndkim-signature:v=1;"))
      << parts.input;
  EXPECT_TRUE(parts.input.ends_with("; b=")) << parts.input;
}

TEST(Dkim, NamesFromOnceMoreThanItStandsThere) {
  const auto parts = prepare(signer(), "From: a@b.example\r\nX-Other: y\r\n\r\n", "hash");
  EXPECT_NE(parts.field.find(" h=from:from;"), std::string::npos) << parts.field;
}

TEST(Dkim, PutsTheSignatureBeforeTheMessageInShortLines) {
  const std::string message = "From: a@b.example\r\n\r\nbody\r\n";
  const std::string out = signed_message(prepare(signer(), message, std::string(32, 'h')),
                                         std::string(256, 's'), message);
  ASSERT_TRUE(out.ends_with(message));
  const std::string field = out.substr(0, out.size() - message.size());
  for (std::size_t at = 0; at < field.size();) {
    const auto end = field.find("\r\n", at);
    EXPECT_LE(end - at, 78U);
    EXPECT_TRUE(at == 0 || field[at] == ' ');
    at = end + 2;
  }
}

TEST(Dkim, NamesItsRecord) {
  EXPECT_EQ(dkim_record_name(signer().domain, "postern").text(),
            "postern._domainkey.mail.example.com");
  EXPECT_EQ(dkim_record("abc"), "v=DKIM1; k=rsa; s=email:tlsrpt; p=YWJj");
}

TEST(Dkim, SignsAMessageThatIsAllHeader) {
  EXPECT_TRUE(prepare(signer(), "From: a@b.example\r\nSubject: x", "hash")
                  .input.starts_with("from:a@b.example\r\nsubject:x\r\n"));
}

}  // namespace
}  // namespace postern::message
