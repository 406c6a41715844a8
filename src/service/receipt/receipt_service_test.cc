#include "service/receipt/receipt_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>

#include "core/base/text.h"
#include "core/policy/testing.h"
#include "io/spool/testing/spool_world.h"
#include "io/spool/testing/watched_spool.h"

namespace postern::receipt {
namespace {

using policy::testing::kMain;
using policy::testing::kOther;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A handshake that needs no bytes: what the session does with its facts is what is tested here.
class EasyContext final : public crypto::ServerContext {
 public:
  crypto::ServerFacts facts;
  bool fails = false;
  mutable std::optional<crypto::Fallback> asked;

  [[nodiscard]] std::vector<tls::CertificateFacts> identities() const override { return {}; }
  [[nodiscard]] bool proved_by(const dns::Domain&, std::span<const dns::Tlsa>,
                               base::Instant) const override {
    return false;
  }
  [[nodiscard]] net::Task<base::Result<crypto::SecuredServer>> accept_tls(
      std::unique_ptr<net::Socket> socket, crypto::Fallback fallback,
      base::Deadline) const override {
    asked = fallback;
    if (fails) co_return base::fail("handshake-failed", "no shared suite");
    crypto::SecuredServer secured;
    secured.stream = std::move(socket);
    secured.facts = facts;
    co_return secured;
  }
};

class Contexts final : public ContextSource {
 public:
  std::shared_ptr<EasyContext> context = std::make_shared<EasyContext>();
  [[nodiscard]] std::shared_ptr<const crypto::ServerContext> current() const override {
    return context;
  }
};

class Events final : public observe::EventSink {
 public:
  void emit(observe::Event event, std::initializer_list<observe::Field>) override {
    seen.emplace_back(observe::event_info(event).name);
  }
  std::vector<std::string> seen;
};

class Sink final : public AcceptedSink {
 public:
  void accepted(AcceptedMessage message) override { messages.push_back(std::move(message)); }
  std::vector<AcceptedMessage> messages;
};

policy::Configuration organisation() {
  policy::Configuration all = policy::testing::configuration();
  all.domains = {policy::testing::internal("corp.example"),
                 policy::testing::internal("ally.example", kOther)};
  policy::InternalSender scanner;
  scanner.account = kMain;
  scanner.kind = policy::InternalSender::Kind::credentials;
  scanner.user = "scanner";
  scanner.password_hash = crypto::hash_password("secret");
  all.senders = {scanner};
  policy::Policy relaxed = policy::testing::policy_for("partner.example", tls::Mode::relaxed);
  all.policies = {relaxed};
  relaxed.account = kOther;
  all.policies.push_back(relaxed);
  policy::testing::number(all);
  return all;
}

class ReceiptWorld : public ::testing::Test {
 protected:
  ReceiptWorld() {
    contexts_.context->facts.version = tls::Version::tls1_3;
    contexts_.context->facts.cipher = "TLS_AES_256_GCM_SHA384";
    contexts_.context->facts.cipher_iana = "TLS_AES_256_GCM_SHA384";
    contexts_.context->facts.group = "X25519";
    settings_.host = "gw.corp.example";
    settings_.node = "node1";
  }

  void open(ListenerSettings listener = {}, std::int64_t reserve = 0) {
    spool::SpoolSettings spool;
    spool.directory = folder_.path();
    spool.reserve_bytes = reserve;
    auto watched = std::make_unique<spool::testing::WatchedSpool>(
        std::move(spool::Spool::open(spool, 1).value()));
    watched->sync = sync_;
    spool_ = std::move(watched);
    book_ =
        std::make_unique<service::FixedBook>(std::make_shared<policy::PolicyBook>(organisation()));
    service_ = std::make_unique<ReceiptService>(ReceiptService::Needs{
        .shard = shard_,
        .settings = settings_,
        .spool = *spool_,
        .books = *book_,
        .contexts = contexts_,
        .passwords = passwords_,
        .ledger = ledger_,
        .sink = sink_,
        .events = events_,
        .metrics = metrics_,
    });
    auto bound =
        net::listen(shard_, *base::Endpoint::parse("127.0.0.1:0"), net::Sharing::exclusive);
    at_ = (*bound)->local();
    listener.name = "test";
    service_->add(std::move(listener), std::move(*bound));
    service_->start();
  }

  void TearDown() override {
    if (service_) shard_.run_until_done(service_->stop(std::chrono::seconds(5)));
  }

  base::Deadline soon() { return {shard_.now() + std::chrono::seconds(20), nullptr}; }

  net::Task<void> connect_client(std::unique_ptr<net::Socket>& client) {
    base::Deadline deadline = soon();
    auto socket = co_await net::connect(shard_, at_, base::IpAddress(), deadline);
    client = std::move(*socket);
  }

  // Says `bytes`, then reads until the last line of `replies` replies, or the end.
  net::Task<void> exchange(net::Stream& client, std::string bytes, int replies, std::string& said) {
    base::Deadline deadline = soon();
    auto written = co_await client.write(bytes, deadline);
    std::array<char, 4096> buffer;  // NOLINT: filled by the read
    std::span<char> into(buffer);
    while (written && count(said) < replies) {
      auto got = co_await client.read_some(into, deadline);
      if (!got || *got == 0) break;
      said.append(buffer.data(), *got);
    }
  }

  static int count(std::string_view said) {
    int complete = 0;
    for (std::string_view line : base::split(said, '\n')) {
      if (line.size() > 4 && line.ends_with('\r') && line[3] == ' ') ++complete;
    }
    return complete;
  }

  std::unique_ptr<net::Socket> client() {
    std::unique_ptr<net::Socket> socket;
    shard_.run_until_done(connect_client(socket));
    return socket;
  }
  std::string say(net::Stream& stream, std::string bytes, int replies) {
    std::string said;
    shard_.run_until_done(exchange(stream, std::move(bytes), replies, said));
    return said;
  }
  // A session of its own: greeting, then all of `bytes`.
  std::string session(std::string bytes, int replies) {
    auto stream = client();
    (void)say(*stream, "", 1);
    return say(*stream, std::move(bytes), replies);
  }

  // Evidence is written beside the session: ask until it is there.
  std::vector<spool::Spool::OutboxEntry> evidence() {
    for (;;) {
      auto entries = spool_->outbox(10);
      if (!entries->empty()) return *entries;
      auto stream = client();
      (void)say(*stream, "NOOP\r\n", 2);
    }
  }

  static std::string message_from(std::string_view sender, std::string_view to) {
    return "EHLO mx.client.example\r\nMAIL FROM:<" + std::string(sender) + ">\r\nRCPT TO:<" +
           std::string(to) + ">\r\nDATA\r\n";
  }

  net::Shard shard_;
  spool::testing::TemporaryFolder folder_;
  ReceiptSettings settings_;
  Contexts contexts_;
  Events events_;
  Sink sink_;
  observe::Metrics metrics_;
  PasswordChecker passwords_{4};
  ConnectionLedger ledger_{{.total = 10, .per_address = 3}};
  std::optional<std::chrono::nanoseconds> sync_;  // what the disk takes, if not the real one's
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<service::FixedBook> book_;
  std::unique_ptr<ReceiptService> service_;
  base::Endpoint at_;
};

static_assert(net::RepliesTogether<smtp::BeginMessage>);  // those to MAIL, RCPT and DATA

TEST_F(ReceiptWorld, AMessageThatGetsNoTurnIsTakenInAllTheSameAfterAWait) {
  settings_.messages_at_a_time = 0;
  open();
  const std::string said =
      session(message_from("a@world.example", "u@corp.example") + "hi\r\n.\r\n", 5);
  EXPECT_THAT(said, HasSubstr("\r\n250 2.0.0 Queued as "));
  const std::string metrics = metrics_.prometheus();
  EXPECT_THAT(metrics, HasSubstr("postern_content_wait_seconds_count 1\n"));
  EXPECT_THAT(metrics, HasSubstr("postern_content_wait_seconds_bucket{le=\"0.25\"} 0\n"));
}

TEST_F(ReceiptWorld, OnASlowDiskTheNextMessageNeedNotWaitForTheFirst) {
  settings_.messages_at_a_time = 1;
  sync_ = std::chrono::milliseconds(10);
  open();
  const std::string envelope = message_from("a@world.example", "u@corp.example");
  auto first = client();
  EXPECT_THAT(say(*first, envelope, 4), HasSubstr("\r\n354 "));
  auto second = client();
  EXPECT_THAT(say(*second, envelope, 4), HasSubstr("\r\n354 "));
  EXPECT_THAT(metrics_.prometheus(),
              HasSubstr("postern_content_wait_seconds_bucket{le=\"0.005\"} 2\n"));
}

TEST_F(ReceiptWorld, TakesAMessageAndHandsItOn) {
  open();
  const std::string said = session(
      message_from("a@world.example", "u@corp.example") + "Subject: x\r\n\r\nhi\r\n.\r\n", 5);
  EXPECT_THAT(said, HasSubstr("\r\n250 2.0.0 Queued as "));
  ASSERT_THAT(sink_.messages, SizeIs(1));
  const AcceptedMessage& message = sink_.messages[0];
  EXPECT_EQ(message.envelope->sender, "a@world.example");
  EXPECT_THAT(*message.body, EndsWith("Subject: x\r\n\r\nhi\r\n"));
  EXPECT_THAT(*message.body, HasSubstr(" id " + base::queue_id(message.id)));
  EXPECT_EQ(message.envelope->size, static_cast<std::int64_t>(message.body->size()));
  ASSERT_THAT(message.deliveries, SizeIs(1));
  EXPECT_EQ(message.deliveries[0].destination.domain.text(), "corp.example");
  const auto entries = evidence();
  EXPECT_EQ(entries[0].attempt.hop, queue::Hop::partner_to_gateway);
  EXPECT_EQ(entries[0].attempt.outcome, queue::AttemptOutcome::accepted);
  EXPECT_EQ(entries[0].attempt.domain, "world.example");
  EXPECT_EQ(entries[0].attempt.peer_address, "127.0.0.1");
  EXPECT_EQ(metrics_.value(observe::Metric::messages_accepted_total, "external"), 1);
}

TEST_F(ReceiptWorld, EachOrganisationGetsItsOwnMessage) {
  open();
  const std::string said = session(
      "EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<u@corp.example>\r\nRCPT TO:<v@ally.example>\r\n"
      "DATA\r\n\r\nhi\r\n.\r\n",
      6);
  EXPECT_THAT(said, HasSubstr("250 2.0.0 Queued as "));
  ASSERT_THAT(sink_.messages, SizeIs(2));
  EXPECT_EQ(sink_.messages[0].envelope->account, kMain);
  EXPECT_EQ(sink_.messages[1].envelope->account, kOther);
  EXPECT_NE(sink_.messages[0].id, sink_.messages[1].id);
}

TEST_F(ReceiptWorld, APartnerWithoutTlsIsRefusedAndTheRefusalIsEvidence) {
  open();
  const std::string said =
      session("EHLO mx.partner.example\r\nMAIL FROM:<a@partner.example>\r\nQUIT\r\n", 3);
  EXPECT_THAT(said, HasSubstr("530 5.7.0 Must issue a STARTTLS command first; policy "
                              "partner.example requires TLS."));
  const auto entries = evidence();
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].attempt.outcome, queue::AttemptOutcome::refused);
  EXPECT_EQ(entries[0].attempt.reason, "tls-required");
  EXPECT_EQ(entries[0].attempt.domain, "partner.example");
  EXPECT_FALSE(entries[0].attempt.met);
  EXPECT_EQ(entries[0].attempt.required, tls::Mode::relaxed);
}

TEST_F(ReceiptWorld, APartnerUnderTlsIsTakenAndProved) {
  open();
  auto stream = client();
  (void)say(*stream, "", 1);
  EXPECT_THAT(say(*stream, "EHLO c.example\r\nSTARTTLS\r\n", 2), EndsWith("TLS\r\n"));
  const std::string said =
      say(*stream, message_from("a@partner.example", "u@corp.example") + "\r\nhi\r\n.\r\n", 5);
  EXPECT_THAT(said, HasSubstr("250 2.0.0 Queued as "));
  EXPECT_THAT(*sink_.messages.at(0).body, HasSubstr("with ESMTPS id"));
  EXPECT_THAT(*sink_.messages.at(0).body, HasSubstr("tls TLS_AES_256_GCM_SHA384 group X25519;"));
  const auto entries = evidence();
  EXPECT_EQ(entries[0].attempt.version, tls::Version::tls1_3);
  EXPECT_TRUE(entries[0].attempt.met);
  EXPECT_THAT(entries[0].attempt.sources, Not(IsEmpty()));
}

TEST_F(ReceiptWorld, CommandsInjectedBeforeTlsAreNeverRead) {
  open();
  auto stream = client();
  (void)say(*stream, "", 1);
  (void)say(*stream, "EHLO c.example\r\nSTARTTLS\r\nMAIL FROM:<evil@world.example>\r\n", 2);
  const std::string said = say(*stream, "RCPT TO:<u@corp.example>\r\n", 1);
  EXPECT_THAT(said, StartsWith("503 "));
}

TEST_F(ReceiptWorld, AFailedHandshakeEndsTheSession) {
  open();
  contexts_.context->fails = true;
  const std::string said = session("EHLO c.example\r\nSTARTTLS\r\nNOOP\r\n", 4);
  EXPECT_THAT(said, EndsWith("220 2.0.0 Ready to start TLS\r\n"));
  EXPECT_EQ(metrics_.value(observe::Metric::receipt_tls_failures_total), 1);
}

TEST_F(ReceiptWorld, WhoMayComeInPlaintextToMayComeInOldTls) {
  open();
  (void)session("EHLO c.example\r\nSTARTTLS\r\nQUIT\r\n", 4);
  EXPECT_EQ(contexts_.context->asked, crypto::Fallback::plaintext);
}

TEST_F(ReceiptWorld, WhoMustComeInTlsMustComeInNewTls) {
  open({.tls = TlsStart::implicit});
  (void)session("QUIT\r\n", 2);
  EXPECT_EQ(contexts_.context->asked, crypto::Fallback::none);
}

TEST_F(ReceiptWorld, AStrangerOnAnInternalListenerLogsInUnderImplicitTls) {
  open({.role = policy::ListenerRole::internal, .tls = TlsStart::implicit});
  const std::string wrong = "AUTH PLAIN " + base::base64(std::string("\0scanner\0no", 11));
  const std::string unknown = "AUTH PLAIN " + base::base64(std::string("\0nobody\0no", 10));
  const std::string right = "AUTH PLAIN " + base::base64(std::string("\0scanner\0secret", 15));
  const std::string said = session("EHLO c.example\r\nMAIL FROM:<x@corp.example>\r\n" + wrong +
                                       "\r\n" + unknown + "\r\n" + right +
                                       "\r\nMAIL FROM:<x@corp.example>\r\n"
                                       "RCPT TO:<u@world.example>\r\nDATA\r\n\r\nhi\r\n.\r\n",
                                   9);
  EXPECT_THAT(said, HasSubstr("\r\n530 5.7.0 Authentication required"));
  EXPECT_THAT(said, HasSubstr("535 5.7.8 The user name or the password is wrong.\r\n535 5.7.8 The "
                              "user name or the password is wrong.\r\n235 2.7.0"));
  ASSERT_THAT(sink_.messages, SizeIs(1));
  EXPECT_THAT(*sink_.messages[0].body, HasSubstr("with ESMTPSA id"));
  EXPECT_THAT(*sink_.messages[0].body, HasSubstr("\r\nMessage-ID: <"));
  EXPECT_EQ(sink_.messages[0].deliveries[0].destination.leg, queue::Leg::external);
  EXPECT_EQ(evidence()[0].attempt.hop, queue::Hop::internal_to_gateway);
}

TEST_F(ReceiptWorld, ALoginOnAWorldListenerMakesAnInternalSender) {
  open({.tls = TlsStart::implicit});
  const std::string right = "AUTH PLAIN " + base::base64(std::string("\0scanner\0secret", 15));
  const std::string said = session(
      "EHLO c.example\r\nMAIL FROM:<x@corp.example>\r\n"
      "RCPT TO:<u@world.example>\r\nRSET\r\n" +
          right +
          "\r\nMAIL FROM:<x@corp.example>\r\n"
          "RCPT TO:<u@world.example>\r\nQUIT\r\n",
      8);
  EXPECT_THAT(said, HasSubstr("550 5.7.1 Relaying denied\r\n"));
  EXPECT_THAT(said, HasSubstr("235 2.7.0 Authentication succeeded\r\n250 2.1.0 Sender OK\r\n"
                              "250 2.1.5 Recipient OK\r\n"));
}

TEST_F(ReceiptWorld, ABalancersHeaderTellsTheClientsAddress) {
  open({.proxies = {*base::IpRange::parse("127.0.0.0/8")}});
  // PROXY v2, TCP over IPv4, 198.51.100.7:1000 to 127.0.0.1:25.
  const std::string header = std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C", 16) +
                             std::string("\xC6\x33\x64\x07\x7F\0\0\x01\x03\xE8\0\x19", 12);
  auto stream = client();
  const std::string said = say(
      *stream, header + message_from("a@world.example", "u@corp.example") + "\r\nhi\r\n.\r\n", 6);
  EXPECT_THAT(said, StartsWith("220 gw.corp.example ESMTP\r\n"));
  ASSERT_THAT(sink_.messages, SizeIs(1));
  EXPECT_THAT(*sink_.messages[0].body, HasSubstr("([198.51.100.7])"));
  auto liar = client();
  EXPECT_EQ(say(*liar, "EHLO c.example\r\n                  ", 1), "");
  EXPECT_EQ(metrics_.value(observe::Metric::sessions_refused_total, "bad-proxy-header"), 1);
}

TEST_F(ReceiptWorld, OneAddressGetsOnlySoManyConnections) {
  open();
  std::vector<std::unique_ptr<net::Socket>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(client());
    EXPECT_THAT(say(*clients.back(), "", 1), StartsWith("220 "));
  }
  clients.push_back(client());
  EXPECT_THAT(say(*clients.back(), "", 1), StartsWith("421 4.7.0 "));
  (void)say(*clients[0], "QUIT\r\n", 2);
  clients[0].reset();
  std::string said;
  while (!said.starts_with("220 ")) {  // the place is free as soon as the session has ended
    clients[3] = client();
    said = say(*clients[3], "", 1);
  }
}

TEST_F(ReceiptWorld, AFullDiskIsAnswered452AtOnceAfterwards) {
  open({}, std::int64_t{1} << 60);
  const std::string first = session(
      message_from("a@world.example", "u@corp.example") + "\r\nhi\r\n.\r\nMAIL FROM:<>\r\n", 6);
  EXPECT_THAT(first, HasSubstr("452 4.3.1 There is no space for the message now"));
  EXPECT_THAT(first, EndsWith("452 4.3.1 There is no space for mail now; try again later.\r\n"));
  EXPECT_THAT(sink_.messages, IsEmpty());
  EXPECT_THAT(events_.seen, ::testing::Contains("queue-disk-full"));
}

TEST_F(ReceiptWorld, AStoppingServiceEndsIdleSessionsPolitely) {
  open();
  auto idle = client();
  (void)say(*idle, "", 1);
  auto busy = client();
  (void)say(*busy, "", 1);
  (void)say(*busy, message_from("a@world.example", "u@corp.example"), 4);

  net::TaskGroup stopping(shard_);
  stopping.start(service_->stop(std::chrono::seconds(20)));
  EXPECT_THAT(say(*idle, "", 1), StartsWith("421 4.3.2 gw.corp.example"));
  const std::string said = say(*busy, "\r\nhi\r\n.\r\n", 2);
  EXPECT_THAT(said, StartsWith("250 2.0.0 Queued as "));
  EXPECT_THAT(said, HasSubstr("\r\n421 4.3.2"));
  idle.reset();
  busy.reset();
  shard_.run_until_done(stopping.join());
  service_.reset();
  EXPECT_THAT(sink_.messages, SizeIs(1));
}

TEST_F(ReceiptWorld, AMessageLargerThanMemoryKeepsIsHandedOnWithoutItsBody) {
  open();
  const std::string text(200'000, 'x');
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += 70) lines += text.substr(at, 70) + "\r\n";
  const std::string said =
      session(message_from("a@world.example", "u@corp.example") + "\r\n" + lines + ".\r\n", 5);
  EXPECT_THAT(said, HasSubstr("250 2.0.0 Queued as "));
  ASSERT_THAT(sink_.messages, SizeIs(1));
  EXPECT_EQ(sink_.messages[0].body, nullptr);
}

}  // namespace
}  // namespace postern::receipt
