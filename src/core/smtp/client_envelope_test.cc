// What a peer hears of an envelope: only what it announced, and nothing that could break a line.
#include "core/smtp/client_envelope.h"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

// All that a peer can announce.
Capabilities able() {
  Capabilities peer;
  peer.size = peer.eight_bit_mime = peer.smtputf8 = peer.dsn = peer.require_tls = true;
  return peer;
}

// An envelope that wants all of it.
queue::Envelope demanding() {
  queue::Envelope envelope;
  envelope.body = queue::BodyType::eight_bit;
  envelope.smtputf8 = true;
  envelope.require_tls = true;
  envelope.dsn_return = "FULL";
  envelope.dsn_envelope_id = "QQ314159";
  return envelope;
}

std::string mail(const queue::Envelope& envelope, const Capabilities& peer, bool encrypted = true) {
  MailParameters parameters;
  parameters.encrypted = encrypted;
  parameters.size = 7;
  return mail_command("me@a.example", envelope, peer, parameters);
}

std::string rcpt(const queue::Recipient& recipient, const Capabilities& peer = able()) {
  return recipient_command("ann@b.example", recipient, peer);
}

TEST(MailCommand, CarriesEverythingThatThePeerTakes) {
  EXPECT_EQ(mail(demanding(), able()),
            "MAIL FROM:<me@a.example> SIZE=7 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=QQ314159 "
            "REQUIRETLS");
}

TEST(MailCommand, IsBareForAPeerThatAnnouncesNothing) {
  EXPECT_EQ(mail(demanding(), {}), "MAIL FROM:<me@a.example>");
}

TEST(MailCommand, AsksForNothingThatTheMessageDoesNotNeed) {
  EXPECT_EQ(mail({}, able()), "MAIL FROM:<me@a.example> SIZE=7");
}

// RFC 8689 4.2.1: whoever strips TLS must not be told that it matters, nor be believed.
TEST(MailCommand, AsksForRequireTlsOnlyUnderTls) {
  EXPECT_EQ(mail(demanding(), able(), false).find("REQUIRETLS"), std::string::npos);
  Capabilities unable = able();
  unable.require_tls = false;
  EXPECT_EQ(mail(demanding(), unable).find("REQUIRETLS"), std::string::npos);
}

TEST(MailCommand, LeavesOutAnEnvelopeIdThatWouldBreakTheLine) {
  for (const char* id : {"a b", "a\r\nRSET", "\x7F", "\xC3\xBC"}) {
    queue::Envelope envelope = demanding();
    envelope.dsn_envelope_id = id;
    EXPECT_EQ(mail(envelope, able()).find("ENVID"), std::string::npos) << id;
  }
}

TEST(RecipientCommand, CarriesTheWordsOfNotify) {
  EXPECT_EQ(rcpt({"", "", 0}), "RCPT TO:<ann@b.example>");
  EXPECT_EQ(rcpt({"", "", queue::notify_never}), "RCPT TO:<ann@b.example> NOTIFY=NEVER");
  EXPECT_EQ(rcpt({"", "", queue::notify_success | queue::notify_failure | queue::notify_delay}),
            "RCPT TO:<ann@b.example> NOTIFY=SUCCESS,FAILURE,DELAY");
}

TEST(RecipientCommand, SaysNothingOfDsnToAPeerWithoutIt) {
  EXPECT_EQ(rcpt({"", "rfc822;x@c.example", queue::notify_never}, {}), "RCPT TO:<ann@b.example>");
}

TEST(RecipientCommand, LeavesOutAnOriginalRecipientThatWouldBreakTheLine) {
  EXPECT_EQ(rcpt({"", "rfc822;x@c.example", 0}),
            "RCPT TO:<ann@b.example> ORCPT=rfc822;x@c.example");
  EXPECT_EQ(rcpt({"", "rfc822;x y", 0}), "RCPT TO:<ann@b.example>");
  EXPECT_EQ(rcpt({"", "rfc822;x\r\nDATA", 0}), "RCPT TO:<ann@b.example>");
}

TEST(AddressForPeer, GoesAsItIsWhereInternationalAddressesAreTaken) {
  EXPECT_EQ(address_for_peer("j\xC3\xBC@b\xC3\xBC.example", true), "j\xC3\xBC@b\xC3\xBC.example");
}

TEST(AddressForPeer, IsNoneWhereItCannotBeWrittenInAscii) {
  EXPECT_EQ(address_for_peer("u@b\xC3\xBC.example", false), "u@xn--b-eha.example");
  EXPECT_FALSE(address_for_peer("j\xC3\xBC@b.example", false));
  EXPECT_FALSE(address_for_peer("j\xC3\xBC", false)) << "no domain at all";
  EXPECT_FALSE(address_for_peer("u@\xC3\xBC..example", false)) << "a domain that is none";
}

TEST(AddressForPeer, NeverHoldsControlBytes) {
  EXPECT_EQ(address_for_peer("", true), "") << "the null sender";
  for (const char* address : {"a\r\nDATA@b.example", "a\x7F@b.example", "a\x01@b.example"}) {
    EXPECT_FALSE(address_for_peer(address, true)) << address;
  }
}

}  // namespace
}  // namespace postern::smtp
