#include "core/message/bounce.h"

#include <gtest/gtest.h>

#include "core/message/encoding.h"

namespace postern::message {
namespace {

constexpr std::string_view original =
    "Received: from a\r\nSubject: hello\r\nFrom: anna@corp.example\r\n\r\nSecret body.\r\n";

NoticeInput happy() {
  NoticeInput input;
  input.reporting_mta = "gw.corp.example";
  input.now = base::instant(1'795'435'200'000'000);
  input.boundary = "b0undary0123456789";
  input.original_id = {123456789};
  input.original.account = {1};
  input.original.sender = "anna@corp.example";
  input.original.accepted = input.now - std::chrono::hours(24);
  input.original_start = original;
  input.original_complete = true;
  NoticeRecipient one;
  one.recipient.address = "bob@stripped.example";
  one.status = {.code = "starttls-not-supported",
                .enhanced = "4.7.4",
                .text = "The mail server mx.stripped.example does not offer encryption (STARTTLS).",
                .host = "mx.stripped.example",
                .diagnostic = ""};
  one.remedy = "Ask the postmaster of stripped.example to switch on TLS.";
  input.recipients.push_back(one);
  return input;
}

bool holds(const std::string& text, std::string_view wanted) { return text.contains(wanted); }

TEST(Bounce, SaysWhatHappenedWhyAndWhatToDoBeforeTheMachinePart) {
  Notice notice = compose_notice(happy());
  EXPECT_TRUE(notice.envelope.sender.empty());
  EXPECT_TRUE(
      holds(notice.body, "Subject: Not delivered: your message to bob@stripped.example\r\n"));
  EXPECT_LT(notice.body.find("could not be delivered"), notice.body.find("Reporting-MTA:"));
  EXPECT_TRUE(holds(notice.body, "What can be done: Ask the postmaster"));
  EXPECT_TRUE(holds(notice.body, "To: <anna@corp.example>\r\n"));
  EXPECT_TRUE(holds(notice.body, "Auto-Submitted: auto-replied\r\n"));
}

TEST(Bounce, GivesMachinesAFinalStatusOfTheRightClass) {
  std::string body = compose_notice(happy()).body;
  EXPECT_TRUE(holds(body,
                    "\r\nFinal-Recipient: rfc822; bob@stripped.example\r\nAction: failed\r\n"
                    "Status: 5.7.4\r\nRemote-MTA: dns; mx.stripped.example\r\n"));
}

TEST(Bounce, EnclosesOnlyHeadersUnlessTheSenderAskedForAll) {
  NoticeInput input = happy();
  std::string body = compose_notice(input).body;
  EXPECT_TRUE(holds(body, "text/rfc822-headers"));
  EXPECT_FALSE(holds(body, "Secret body."));
  input.original.dsn_return = "FULL";
  EXPECT_TRUE(holds(compose_notice(input).body, "Secret body."));
  EXPECT_TRUE(holds(compose_notice(input).body, "message/rfc822"));
}

TEST(Bounce, NeverEnclosesTheBodyOfARequiretlsMessage) {
  NoticeInput input = happy();
  input.original.dsn_return = "FULL";
  input.original.require_tls = true;
  Notice notice = compose_notice(input);
  EXPECT_FALSE(holds(notice.body, "Secret body."));
  EXPECT_TRUE(notice.envelope.require_tls);
}

TEST(Bounce, ADelayNoticeSaysHowLongWeTry) {
  NoticeInput input = happy();
  input.kind = NoticeKind::delayed;
  input.retry_until = input.now + std::chrono::hours(24);
  std::string body = compose_notice(input).body;
  EXPECT_TRUE(holds(body, "Action: delayed\r\nStatus: 4.7.4\r\n"));
  EXPECT_TRUE(holds(body, "Will-Retry-Until: " + base::rfc5322_date(*input.retry_until)));
  EXPECT_TRUE(holds(body, "need not send it"));
}

TEST(Bounce, APeersReplyCannotAddHeadersOrParts) {
  NoticeInput input = happy();
  input.recipients[0].status.diagnostic = "550 no\r\n--b0undary0123456789\r\nX-Evil: 1\x1b[31m";
  std::string body = compose_notice(input).body;
  EXPECT_FALSE(holds(body, "\r\nX-Evil"));
  EXPECT_FALSE(holds(body, "\x1b"));
}

TEST(Bounce, ANonAsciiRecipientIsWrittenAsRfc6533Says) {
  NoticeInput input = happy();
  input.recipients[0].recipient.address = "j\xC3\xBCrgen@example.com";
  std::string body = compose_notice(input).body;
  EXPECT_TRUE(holds(body, "Final-Recipient: utf-8; j\\x{FC}rgen@example.com\r\n"));
  EXPECT_TRUE(holds(body, "Subject: =?utf-8?B?"));
}

TEST(Bounce, KeepsTheSendersEnvelopeIdAndOriginalRecipient) {
  NoticeInput input = happy();
  input.original.dsn_envelope_id = "QQ+2B314";
  input.recipients[0].recipient.original = "rfc822;bob+2Bx@stripped.example";
  std::string body = compose_notice(input).body;
  EXPECT_TRUE(holds(body, "Original-Envelope-Id: QQ+314\r\n"));
  EXPECT_TRUE(holds(body, "Original-Recipient: rfc822; bob+x@stripped.example\r\n"));
}

TEST(Bounce, NotifyDecidesWhoGetsWhat) {
  NoticeInput input = happy();
  queue::Recipient plain = input.recipients[0].recipient;
  EXPECT_TRUE(wants_notice(input.original, plain, NoticeKind::failed));
  EXPECT_TRUE(wants_notice(input.original, plain, NoticeKind::delayed));
  EXPECT_FALSE(wants_notice(input.original, plain, NoticeKind::relayed));
  plain.notify = queue::notify_never;
  EXPECT_FALSE(wants_notice(input.original, plain, NoticeKind::failed));
  plain.notify = queue::notify_success;
  EXPECT_TRUE(wants_notice(input.original, plain, NoticeKind::relayed));
  EXPECT_FALSE(wants_notice(input.original, plain, NoticeKind::failed));
}

TEST(Bounce, ABounceIsNeverBounced) {
  NoticeInput input = happy();
  input.original.sender.clear();
  EXPECT_FALSE(wants_notice(input.original, input.recipients[0].recipient, NoticeKind::failed));
}

TEST(Bounce, ARelayedNoticeSaysThatTheNextServerReportsNothing) {
  NoticeInput input = happy();
  input.kind = NoticeKind::relayed;
  input.original.dsn_return = "FULL";
  const std::string body = compose_notice(input).body;
  EXPECT_TRUE(holds(body, "Subject: Passed on: your message to bob@stripped.example\r\n"));
  EXPECT_TRUE(holds(body, "Action: relayed\r\nStatus: 2.7.4\r\n"));
  EXPECT_TRUE(holds(body, "What happened: The mail server"));
  EXPECT_FALSE(holds(body, "Secret body.")) << "it arrived: RFC 3461 4.3 returns headers only";
}

TEST(Bounce, CountsRecipientsInTheSubjectWhenThereAreSeveral) {
  NoticeInput input = happy();
  input.recipients.push_back(input.recipients[0]);
  input.recipients[1].recipient.address = "eve@stripped.example";
  const std::string body = compose_notice(input).body;
  EXPECT_TRUE(holds(body, "Subject: Not delivered: your message to 2 recipients\r\n"));
  EXPECT_TRUE(holds(body, "Final-Recipient: rfc822; bob@stripped.example\r\n"));
  EXPECT_TRUE(holds(body, "Final-Recipient: rfc822; eve@stripped.example\r\n"));
}

TEST(Bounce, SaysNothingOfWhatIsNotKnown) {
  NoticeInput input = happy();
  input.recipients[0].status = {};
  input.recipients[0].remedy.clear();
  const std::string body = compose_notice(input).body;
  for (const char* label :
       {"Why:", "Mail server:", "It answered:", "What can be done:", "Reason code:", "Remote-MTA:",
        "Diagnostic-Code:", "X-Postern-Reason:", "Original-Envelope-Id:", "Original-Recipient:"}) {
    EXPECT_FALSE(holds(body, label)) << label;
  }
  EXPECT_TRUE(holds(body, "Action: failed\r\nStatus: 5.0.0\r\n")) << "RFC 3464 2.3.4: must be";
}

TEST(Bounce, ADelayWithoutAnEndNamesNone) {
  NoticeInput input = happy();
  input.kind = NoticeKind::delayed;
  const std::string body = compose_notice(input).body;
  EXPECT_FALSE(holds(body, "We try until"));
  EXPECT_FALSE(holds(body, "Will-Retry-Until"));
}

TEST(Bounce, AFailureNamesNoFurtherTry) {
  NoticeInput input = happy();
  input.retry_until = input.now + std::chrono::hours(24);
  EXPECT_FALSE(holds(compose_notice(input).body, "Will-Retry-Until"));
}

TEST(Bounce, EnclosesOnlyHeadersOfAnOriginalThatIsNotAllThere) {
  NoticeInput input = happy();
  input.original.dsn_return = "FULL";
  input.original_complete = false;
  EXPECT_FALSE(holds(compose_notice(input).body, "Secret body."));
  EXPECT_TRUE(holds(compose_notice(input).body, "text/rfc822-headers"));
}

TEST(Bounce, EnclosesAHeaderThatDoesNotEnd) {
  NoticeInput input = happy();
  input.original_start = "Subject: hello\r\nX-Long: no end";
  EXPECT_TRUE(holds(compose_notice(input).body, "X-Long: no end\r\n\r\n--b0undary0123456789--"))
      << "the closing boundary begins a line of its own";
}

TEST(Bounce, AnInternationalOriginalIsEnclosedAsRfc6533Says) {
  NoticeInput input = happy();
  input.original.smtputf8 = true;
  input.original_start = "Subject: gr\xC3\xBC\xC3\x9F\r\n\r\nSecret body.\r\n";
  const Notice headers = compose_notice(input);
  EXPECT_TRUE(holds(headers.body, "Content-Type: message/global-headers\r\n"));
  EXPECT_TRUE(holds(headers.body, "Content-Transfer-Encoding: 8bit\r\n"));
  EXPECT_TRUE(headers.envelope.smtputf8);
  EXPECT_EQ(headers.envelope.body, queue::BodyType::eight_bit);
  input.original.dsn_return = "FULL";
  EXPECT_TRUE(holds(compose_notice(input).body, "Content-Type: message/global\r\n"));
}

TEST(Bounce, ANoticeToAnInternationalAddressNeedsSmtputf8) {
  NoticeInput input = happy();
  EXPECT_FALSE(compose_notice(input).envelope.smtputf8);
  input.original.sender = "j\xC3\xBCrgen@corp.example";
  EXPECT_TRUE(compose_notice(input).envelope.smtputf8);
}

TEST(Bounce, APeersTextStaysOnItsLine) {
  NoticeInput input = happy();
  input.recipients[0].status.text = "no\n\nYour account is closed\x7F!";
  EXPECT_TRUE(holds(compose_notice(input).body, "Why: no  Your account is closed !"));
}

TEST(Bounce, LeavesOutAnOriginalRecipientWithoutAType) {
  NoticeInput input = happy();
  input.recipients[0].recipient.original = "bob@stripped.example";
  EXPECT_FALSE(holds(compose_notice(input).body, "Original-Recipient"));
}

TEST(Bounce, NotifyTellsDelaysFromFailures) {
  const NoticeInput input = happy();
  queue::Recipient one = input.recipients[0].recipient;
  one.notify = queue::notify_delay;
  EXPECT_TRUE(wants_notice(input.original, one, NoticeKind::delayed));
  EXPECT_FALSE(wants_notice(input.original, one, NoticeKind::failed));
  one.notify = queue::notify_failure;
  EXPECT_FALSE(wants_notice(input.original, one, NoticeKind::delayed));
  EXPECT_TRUE(wants_notice(input.original, one, NoticeKind::failed));
}

TEST(Encoding, QuotedPrintableKeepsLinesShortAndBlanksAtLineEndsVisible) {
  std::string text = quoted_printable(std::string(200, 'x') + "\ntail \n\xC3\xBC=\n");
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = text.find("\r\n", start);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - start, 76u);
    start = end + 2;
  }
  EXPECT_TRUE(holds(text, "tail=20\r\n=C3=BC=3D\r\n"));
}

TEST(Encoding, LongFieldsAreFolded) {
  std::string field = fold_field("Diagnostic-Code: smtp; " + std::string(40, 'a') + " " +
                                 std::string(40, 'b') + " c");
  EXPECT_TRUE(holds(field, "\r\n " + std::string(40, 'b')));
}

TEST(Encoding, XtextGoesBothWays) {
  EXPECT_EQ(xtext_decode(xtext_encode("a+b=c d")), "a+b=c d");
  EXPECT_EQ(xtext_encode("a+b"), "a+2Bb");
}

}  // namespace
}  // namespace postern::message
