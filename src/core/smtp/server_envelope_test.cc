// What of the commands ends up in the stored envelope, and what is refused for its sake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/smtp/testing/server_kit.h"

namespace postern::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Server;

constexpr const char* kHello = "EHLO c.example\r\n";
const TlsWords kTls{"TLS_X", "g"};

TEST(ServerEnvelope, PromisesRequireTlsOnlyUnderTls) {
  Server plain;
  EXPECT_THAT(plain.feed(kHello), Not(HasSubstr("REQUIRETLS")));
  EXPECT_EQ(plain.codes("MAIL FROM:<a@b.example> REQUIRETLS\r\n"), "555") << "RFC 8689 2";
  Server secured(Server::plain_settings(), kTls);
  EXPECT_THAT(secured.feed(kHello), HasSubstr("REQUIRETLS"));
  EXPECT_EQ(secured.codes("MAIL FROM:<a@b.example> REQUIRETLS\r\nRCPT TO:<u@house.example>\r\n"
                          "DATA\r\nTLS-Required: No\r\n\r\nx\r\n.\r\n"),
            "250 250 354 250");
  const queue::Envelope& envelope = secured.messages.at(0).copy.envelope;
  EXPECT_TRUE(envelope.require_tls);
  EXPECT_FALSE(envelope.tls_required_no) << "RFC 8689 4.1: the stronger word counts";
}

TEST(ServerEnvelope, KeepsInternationalDomainsAsEveryServerReadsThem) {
  Server server;
  server.rules.inside = true;
  EXPECT_EQ(server.codes(std::string(kHello) + "MAIL FROM:<a@b\xC3\xBC"
                                               "cher.example>\r\n"),
            "250 553")
      << "RFC 6531 3.4: the domain needs the parameter, too";
  EXPECT_EQ(server.codes("MAIL FROM:<a@b\xC3\xBC"
                         "cher.example> SMTPUTF8\r\n"
                         "RCPT TO:<u@b\xC3\xBC"
                         "cher.example>\r\nRCPT TO:<u@XN--Bcher-KVA.example>\r\n"
                         "DATA\r\n\r\nx\r\n.\r\n"),
            "250 250 250 354 250");
  const MessageCopy& copy = server.messages.at(0).copy;
  EXPECT_EQ(copy.envelope.sender, "a@xn--bcher-kva.example");
  ASSERT_EQ(copy.destinations.size(), 1U) << "both spellings are one domain";
  EXPECT_EQ(copy.destinations[0].recipients[0].address, "u@xn--bcher-kva.example");
}

TEST(ServerEnvelope, SortsRecipientsByTheirDomains) {
  Server server;
  server.rules.inside = true;
  server.open_transaction();
  EXPECT_EQ(server.codes("RCPT TO:<x@world.example>\r\nRCPT TO:<y@world.example>\r\n"
                         "DATA\r\n\r\nx\r\n.\r\n"),
            "250 250 354 250");
  ASSERT_EQ(server.messages.size(), 1U) << "one organisation, one copy";
  const auto& destinations = server.messages[0].copy.destinations;
  ASSERT_EQ(destinations.size(), 2U);
  EXPECT_EQ(destinations[0].recipients.size(), 1U);
  EXPECT_EQ(destinations[0].leg, queue::Leg::internal);
  EXPECT_EQ(destinations[1].recipients.size(), 2U);
  EXPECT_EQ(destinations[1].leg, queue::Leg::external);
  EXPECT_THAT(server.messages[0].body, Not(HasSubstr("for <"))) << "nobody learns of the others";
}

TEST(ServerEnvelope, OffersNoSecondLogin) {
  Server server(Server::plain_settings(), kTls);
  const std::string plain = base::base64(std::string("\0user\0secret", 12));
  EXPECT_EQ(server.codes(kHello + ("AUTH PLAIN " + plain) + "\r\n"), "250 235");
  EXPECT_THAT(server.feed(kHello), Not(HasSubstr("AUTH")));
}

TEST(ServerEnvelope, TakesNoLoginFromAClientThatDoesNotKnowExtensions) {
  Server server(Server::plain_settings(), kTls);
  EXPECT_EQ(server.codes("HELO c.example\r\nAUTH PLAIN\r\n"), "250 503");
}

TEST(ServerEnvelope, SaysWhatIsWrongWithTheBytesOfAMessage) {
  const auto refusal = [](const std::string& content, DataReader::LineEnds ends) {
    auto settings = Server::plain_settings();
    settings.line_ends = ends;
    settings.limits.text_line = 100;
    Server server(settings);
    server.open_transaction();
    (void)server.feed("DATA\r\n");
    const std::string said = server.feed(content + "\r\n.\r\n");
    EXPECT_TRUE(server.messages.empty());
    return said;
  };
  const auto strict = DataReader::LineEnds::strict;
  EXPECT_THAT(refusal(std::string("\r\na\0b", 5), strict),
              HasSubstr("554 5.6.0 The message holds a NUL"));
  EXPECT_THAT(refusal("\r\na\rb", strict), HasSubstr("a CR without LF"));
  EXPECT_THAT(refusal("\r\na\nb", strict), HasSubstr("an LF without CR"));
  EXPECT_THAT(refusal("\r\n" + std::string(200, 'x'), strict),
              HasSubstr("A line of the message is too long"));
  EXPECT_THAT(refusal("\r\na\n.\r\nb", DataReader::LineEnds::normalise),
              HasSubstr("A lone dot stands beside an LF"));
}

}  // namespace
}  // namespace postern::smtp
