#include "core/message/received.h"

#include <gtest/gtest.h>

namespace postern::message {
namespace {

const base::Instant kTime = base::instant(1795448776000000);

Arrival arrival() {
  Arrival a;
  a.hello = "mx.example.com";
  a.client = *base::IpAddress::parse("192.0.2.1");
  a.by = "gw.example.net";
  a.tls = true;
  a.cipher_iana = "TLS_AES_256_GCM_SHA384";
  a.group = "x25519";
  return a;
}

TEST(Received, SaysWhoHowAndWhen) {
  EXPECT_EQ(received_field(arrival(), "01ABC", "u@example.net", kTime),
            "Received: from mx.example.com ([192.0.2.1])\r\n"
            "\tby gw.example.net with ESMTPS id 01ABC\r\n"
            "\tfor <u@example.net>\r\n"
            "\ttls TLS_AES_256_GCM_SHA384 group x25519;\r\n"
            "\t" +
                base::rfc5322_date(kTime) + "\r\n");
}

TEST(Received, NamesNoRecipientWhenThereAreSeveral) {
  EXPECT_EQ(received_field(arrival(), "1", "", kTime).find("for"), std::string::npos);
}

TEST(Received, SaysNothingOfTlsInPlaintext) {
  Arrival plain = arrival();
  plain.tls = false;
  EXPECT_EQ(received_field(plain, "1", "", kTime).find("tls"), std::string::npos);
}

TEST(Received, ProtocolWordsAreThoseOfTheRegistry) {
  Arrival a = arrival();
  EXPECT_EQ(protocol_word(a), "ESMTPS");
  a.authenticated = true;
  EXPECT_EQ(protocol_word(a), "ESMTPSA");
  a.utf8 = true;
  EXPECT_EQ(protocol_word(a), "UTF8SMTPSA");
  a.authenticated = false;
  EXPECT_EQ(protocol_word(a), "UTF8SMTPS");
  a.tls = false;
  EXPECT_EQ(protocol_word(a), "UTF8SMTP");
  a.utf8 = false;
  EXPECT_EQ(protocol_word(a), "ESMTP");
  a.extended = false;
  EXPECT_EQ(protocol_word(a), "SMTP");
}

TEST(Received, APeersBytesCannotEndTheField) {
  Arrival a = arrival();
  a.hello = "x)\r\nBcc: y";
  a.cipher_iana = "A\r\nB: c";
  const std::string field = received_field(a, "1\r\nC: d", "u\r\nD: e@example.net", kTime);
  for (std::size_t at = field.find('\n'); at + 1 < field.size(); at = field.find('\n', at + 1)) {
    EXPECT_EQ(field[at + 1], '\t') << field;
  }
  EXPECT_TRUE(field.ends_with("\r\n"));
}

TEST(Received, NamesThatAreNoDomainGoIntoAComment) {
  Arrival a = arrival();
  a.hello = "192.0.2.77";
  EXPECT_TRUE(received_field(a, "1", "", kTime)
                  .starts_with("Received: from unknown ([192.0.2.1]) (helo=192.0.2.77)\r\n"));
  a.hello = "[192.0.2.1]";
  EXPECT_TRUE(received_field(a, "1", "", kTime).starts_with("Received: from [192.0.2.1]\r\n"));
  a.client = *base::IpAddress::parse("2001:db8::1");
  a.hello = "host.example";
  EXPECT_TRUE(received_field(a, "1", "", kTime)
                  .starts_with("Received: from host.example ([IPv6:2001:db8::1])\r\n"));
}

TEST(MissingFields, AddsOnlyWhatIsMissing) {
  HeaderFacts facts;
  const std::string date = base::rfc5322_date(kTime);
  EXPECT_EQ(
      missing_fields(facts, "u@example.net", "01ABC", "gw.example.net", kTime),
      "Date: " + date + "\r\nMessage-ID: <01ABC@gw.example.net>\r\nFrom: <u@example.net>\r\n");
  facts.from = facts.message_id = true;
  EXPECT_EQ(missing_fields(facts, "u@example.net", "1", "gw", kTime), "Date: " + date + "\r\n");
  facts.date = true;
  EXPECT_EQ(missing_fields(facts, "u@example.net", "1", "gw", kTime), "");
  EXPECT_EQ(missing_fields(HeaderFacts{.date = true, .message_id = true}, "", "1", "gw", kTime),
            "");
}

TEST(Received, BelievesNoAddressThatTheClientOnlyClaims) {
  Arrival a = arrival();
  a.hello = "[203.0.113.9]";
  EXPECT_TRUE(received_field(a, "1", "", kTime)
                  .starts_with("Received: from unknown ([192.0.2.1]) (helo=[203.0.113.9])\r\n"));
  a.hello = "{host}";
  EXPECT_TRUE(received_field(a, "1", "", kTime)
                  .starts_with("Received: from unknown ([192.0.2.1]) (helo=?host?)\r\n"));
}

TEST(Received, LeavesOutWhatIsNotKnownOfTls) {
  Arrival a = arrival();
  a.group.clear();
  EXPECT_NE(received_field(a, "1", "", kTime).find("tls TLS_AES_256_GCM_SHA384;"),
            std::string::npos);
  a.cipher_iana.clear();
  EXPECT_EQ(received_field(a, "1", "", kTime).find("\ttls"), std::string::npos);
}

TEST(Received, NamesNoRecipientThatHoldsControlBytes) {
  EXPECT_EQ(received_field(arrival(), "1", "u\x7F@example.net", kTime).find("for <"),
            std::string::npos);
}

TEST(Received, SaysThatTlsWasThereThoughHeloCameBehindIt) {
  Arrival a = arrival();
  a.extended = false;
  EXPECT_EQ(protocol_word(a), "ESMTPS") << "RFC 3848 has no word for HELO under TLS";
}

}  // namespace
}  // namespace postern::message
