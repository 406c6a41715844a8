#include "io/crypto/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/crypto/testing/rig.h"

namespace postern::crypto {
namespace {

using testing::accepting;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using testing::Peer;
using testing::read_once;
using testing::RigSocket;
using testing::run;
using testing::server_peer;

// A finished handshake in each version; the peer is a server.
class SecuredStream : public ::testing::TestWithParam<int> {
 protected:
  SecuredStream() {
    SSL_CTX_set_max_proto_version(server_.get(), GetParam());
    peer_ = std::make_unique<Peer>(accepting(server_.get()));
    ClientHello hello;
    hello.profile = {tls::Version::tls1_2, false};
    auto secured =
        run(context_->connect_tls(std::make_unique<RigSocket>(*peer_), std::move(hello), {}));
    stream_ = std::move(secured.value().stream);
    peer_->pump();
  }

  Issued leaf_ = issue({});
  SslContextPtr server_ = server_peer(&leaf_);
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<ClientContext> context_ = ClientContext::make({}).value();
  std::unique_ptr<net::Stream> stream_;
};

INSTANTIATE_TEST_SUITE_P(Versions, SecuredStream,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(SecuredStream, CarriesBytesBothWays) {
  ASSERT_TRUE(run(stream_->write("EHLO gateway\r\n", {})));
  peer_->pump();
  EXPECT_EQ(peer_->received, "EHLO gateway\r\n");
  peer_->to_send = "250 ok\r\n";
  EXPECT_EQ(read_once(*stream_), "250 ok\r\n");
}

TEST_P(SecuredStream, LastWordsArriveTogetherWithTheEnd) {
  stream_->more_follows();
  ASSERT_TRUE(run(stream_->write("221 bye\r\n", {})));
  stream_->finish();
  peer_->pump();
  EXPECT_EQ(peer_->received, "221 bye\r\n");
  EXPECT_TRUE(peer_->ended);
}

TEST_P(SecuredStream, Carries16MebibytesBothWays) {
  std::string body(16U << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761U >> 24);
  ASSERT_TRUE(run(stream_->write(body, {})));
  peer_->pump();
  EXPECT_TRUE(peer_->received == body);

  peer_->to_send = body;
  std::string received;
  while (received.size() < body.size()) {
    const std::string part = read_once(*stream_);
    ASSERT_FALSE(part.empty());
    received += part;
  }
  EXPECT_TRUE(received == body);
}

TEST_P(SecuredStream, GivesOutARecordInSmallPieces) {
  peer_->to_send = "abcdef";
  std::string received;
  char two[2];
  while (received.size() < 6) {
    const auto got = run(stream_->read_some(two, {}));
    ASSERT_TRUE(got);
    received.append(two, *got);
  }
  EXPECT_EQ(received, "abcdef");
}

TEST_P(SecuredStream, EndsOnCloseNotifyOnly) {
  peer_->to_send = "bye";
  EXPECT_EQ(read_once(*stream_), "bye");
  peer_->end_in_order();
  EXPECT_EQ(read_once(*stream_), "");
  EXPECT_EQ(read_once(*stream_), "") << "and stays ended";
}

TEST_P(SecuredStream, TellsATruncatedStreamFromAnEndedOne) {
  peer_->hang_up();
  char buffer[16];
  const auto got = run(stream_->read_some(buffer, {}));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, "connection-lost");
  EXPECT_THAT(got.error().text, HasSubstr("without ending TLS"));
  EXPECT_THAT(got.error().text, HasSubstr("192.0.2.1:25"));
  EXPECT_FALSE(run(stream_->read_some(buffer, {}))) << "and stays lost";
}

TEST_P(SecuredStream, FailsToWriteToAPeerThatHasGoneWithoutASignal) {
  peer_->hang_up();
  const auto written = run(stream_->write(std::string(1U << 20, 'x'), {}));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "connection-lost");
}

TEST_P(SecuredStream, SaysCloseNotifyWhenItFinishes) {
  ASSERT_TRUE(run(stream_->write("QUIT\r\n", {})));
  stream_->finish();
  peer_->pump();
  EXPECT_EQ(peer_->received, "QUIT\r\n");
  EXPECT_TRUE(peer_->ended);
  EXPECT_EQ(peer_->failure, "");
}

TEST_P(SecuredStream, StillReadsAfterItFinished) {
  stream_->finish();
  peer_->to_send = "221 bye\r\n";
  EXPECT_EQ(read_once(*stream_), "221 bye\r\n");
}

TEST_P(SecuredStream, TimesOutWhenThePeerStalls) {
  peer_->stalls = true;
  EXPECT_EQ(read_once(*stream_), "failed: timeout");
  const auto written = run(stream_->write(std::string(4U << 20, 'x'), {}));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "timeout");
}

TEST_P(SecuredStream, GivesUpAWriteThatNeverBlocksWhenItsDeadlinePasses) {
  const base::Deadline soon{std::chrono::steady_clock::now() + std::chrono::milliseconds(1),
                            nullptr};
  const auto written = run(stream_->write(std::string(64U << 20, 'x'), soon));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "timeout");
}

TEST_P(SecuredStream, DoesNotBeginAReadThatIsTooLateEvenIfBytesAreThere) {
  peer_->to_send = "there";
  peer_->pump();
  char buffer[16];
  const auto late = run(stream_->read_some(buffer, {base::Steady::min(), nullptr}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "timeout");
  EXPECT_EQ(read_once(*stream_), "there") << "nothing was lost";
}

TEST_P(SecuredStream, IsCancelledByItsOwner) {
  base::Cancellation cancellation;
  cancellation.request();
  char buffer[16];
  const auto got = run(stream_->read_some(buffer, {base::Steady::max(), &cancellation}));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, "cancelled");
}

TEST_P(SecuredStream, IsCancelledOnceClosed) {
  stream_->close();
  EXPECT_EQ(read_once(*stream_), "failed: cancelled");
  EXPECT_EQ(run(stream_->write("x", {})).error().code, "cancelled");
  stream_->finish();
}

class SecuredStream13 : public SecuredStream {};  // key updates are new in TLS 1.3
INSTANTIATE_TEST_SUITE_P(KeyUpdates, SecuredStream13, ::testing::Values(TLS1_3_VERSION));

TEST_P(SecuredStream13, EndsAPeerThatOnlyTalksTls) {
  const auto update_keys = [](Peer& peer) {
    SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
    ASSERT_EQ(SSL_do_handshake(peer.ssl()), 1);
  };
  for (int i = 0; i < 5; ++i) update_keys(*peer_);
  peer_->to_send = "hello";
  EXPECT_EQ(read_once(*stream_), "hello");
  peer_->when_pumped = update_keys;  // one whenever we wait for data
  char buffer[16];
  const auto got = run(stream_->read_some(buffer, {}));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, "connection-lost");
  EXPECT_THAT(got.error().text, HasSubstr("messages of TLS itself"));
}

TEST_P(SecuredStream, NoticesARecordThatWasTamperedWith) {
  peer_->send_raw(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  EXPECT_EQ(read_once(*stream_), "failed: connection-lost");
}

TEST_P(SecuredStream, LeavesOtherConnectionsAloneWhenOneBreaks) {
  peer_->send_raw("garbage in the middle of a session");
  EXPECT_EQ(read_once(*stream_), "failed: connection-lost");
  Peer other(accepting(server_.get()));
  auto secured = run(context_->connect_tls(std::make_unique<RigSocket>(other), {}, {}));
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.handshake, tls::Handshake::done);
}

}  // namespace
}  // namespace postern::crypto
