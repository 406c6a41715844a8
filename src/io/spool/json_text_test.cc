#include "io/spool/json_text.h"

#include <gtest/gtest.h>

namespace postern::spool {
namespace {

queue::Recipient recipient(std::string address, std::string original = {},
                           std::uint8_t notify = 0) {
  return {std::move(address), std::move(original), notify};
}

queue::Attempt full_attempt() {
  queue::Attempt a;
  a.time = *base::parse_rfc3339("2026-11-23T15:46:16.000123Z");
  a.took = std::chrono::milliseconds(250);
  a.node = "gw1";
  a.account = {3};
  a.message = {0x7000000000000001};
  a.delivery = {0x7000000000000401};
  a.hop = queue::Hop::internal_to_gateway;
  a.domain = "example.com";
  a.peer_host = "mx.example.com";
  a.peer_address = "[2001:db8::1]:25";
  a.required = tls::Mode::strict;
  a.sources = {{.source = {tls::SourceKind::policy, 42, "policy \"*.example.com\""},
                .mode = tls::Mode::strict,
                .fate = tls::Considered::Fate::waived,
                .rule = "An exception allows less until 2026-12-01."},
               {.source = {tls::SourceKind::floor, 0, "floor"},
                .mode = tls::Mode::relaxed,
                .fate = tls::Considered::Fate::lost,
                .rule = ""}};
  a.met = false;
  a.would_fail = "certificate-expired";
  a.used_exception = true;
  a.version = tls::Version::tls1_3;
  a.cipher = "TLS_AES_256_GCM_SHA384";
  a.group = "X25519";
  a.certificate_sha256 = std::string(64, 'a');
  a.issuer = "CN=Prüf-CA\\, O=\"Example\"";
  a.expiry = "2027-01-01T00:00:00Z";
  a.matched_name = "*.example.com";
  a.method = tls::AuthMethod::pin;
  a.outcome = queue::AttemptOutcome::deferred;
  a.reason = "certificate-host-mismatch";
  a.detail = "line\nbreak\tand\x01 control";
  return a;
}

void expect_equal(const queue::Attempt& a, const queue::Attempt& b) {
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.took, b.took);
  EXPECT_EQ(a.node, b.node);
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.delivery, b.delivery);
  EXPECT_EQ(a.hop, b.hop);
  EXPECT_EQ(a.domain, b.domain);
  EXPECT_EQ(a.peer_host, b.peer_host);
  EXPECT_EQ(a.peer_address, b.peer_address);
  EXPECT_EQ(a.required, b.required);
  EXPECT_EQ(a.sources, b.sources);
  EXPECT_EQ(a.met, b.met);
  EXPECT_EQ(a.would_fail, b.would_fail);
  EXPECT_EQ(a.used_exception, b.used_exception);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.cipher, b.cipher);
  EXPECT_EQ(a.group, b.group);
  EXPECT_EQ(a.certificate_sha256, b.certificate_sha256);
  EXPECT_EQ(a.issuer, b.issuer);
  EXPECT_EQ(a.expiry, b.expiry);
  EXPECT_EQ(a.matched_name, b.matched_name);
  EXPECT_EQ(a.method, b.method);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.detail, b.detail);
}

TEST(AttemptJson, LeadsBackToTheSameAttempt) {
  const auto read = parse_attempt(attempt_json(full_attempt()));
  ASSERT_TRUE(read);
  expect_equal(*read, full_attempt());
}

TEST(AttemptJson, LeavesDefaultsOutAndPutsThemBack) {
  queue::Attempt plain;
  plain.time = full_attempt().time;
  const std::string text = attempt_json(plain);
  EXPECT_EQ(text.find("cipher"), std::string::npos);
  const auto read = parse_attempt(text);
  ASSERT_TRUE(read);
  expect_equal(*read, plain);
}

TEST(AttemptJson, ThatIsDamagedIsAFailure) {
  for (const char* text : {"", "{", "[]", "{}", R"({"time":"yesterday"})"}) {
    const auto read = parse_attempt(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "queue-row-unreadable");
  }
}

TEST(RecipientsJson, IsShortForPlainRecipients) {
  EXPECT_EQ(recipients_json({recipient("a@example.com"), recipient("b@example.com")}),
            R"(["a@example.com","b@example.com"])");
}

TEST(RecipientsJson, LeadsBackToTheSameRecipients) {
  const std::vector<queue::Recipient> recipients = {
      recipient("\"odd \\\"local\\\" part\"@example.com"),
      recipient("jörg@example.com", "rfc822;j+2Brg@example.com",
                queue::notify_success | queue::notify_delay),
      recipient("eight-bit-\xE9@example.com", "", queue::notify_never)};
  const auto read = parse_recipients(recipients_json(recipients));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, recipients);
}

TEST(RecipientsJson, ThatIsDamagedIsAFailure) {
  for (const char* text : {"", "[", "{}", "[3]"}) EXPECT_FALSE(parse_recipients(text)) << text;
}

}  // namespace
}  // namespace postern::spool
