#include "io/crypto/client_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/crypto/testing/rig.h"

namespace postern::crypto {
namespace {

using testing::accepting;
using testing::authority;
using testing::Directory;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using testing::Peer;
using testing::read_once;
using testing::RigSocket;
using testing::run;
using testing::server_peer;
using testing::trust_in;
using tls::Chain;
using tls::Handshake;
using tls::Version;

constexpr tls::HandshakeProfile opportunistic{Version::tls1_0, true};
constexpr tls::HandshakeProfile enforced{Version::tls1_2, false};

// A server's answer to ALPN: whatever stands in the string, offered or not.
int choose(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char*, unsigned,
           void* answer) {
  const auto& text = *static_cast<const std::string*>(answer);
  *chosen = reinterpret_cast<const unsigned char*>(text.data());
  *size = static_cast<unsigned char>(text.size());
  return SSL_TLSEXT_ERR_OK;
}

class ClientHandshake : public ::testing::Test {
 protected:
  base::Result<SecuredClient> connect(Peer& peer, const tls::HandshakeProfile& profile = enforced) {
    ClientHello hello;
    hello.server_name = dns::Domain::from_ascii("mx.example.com").value();
    hello.profile = profile;
    hello.trust = trust_;
    return connect(peer, hello);
  }
  base::Result<SecuredClient> connect(Peer& peer, const ClientHello& hello) {
    return run(context_->connect_tls(std::make_unique<RigSocket>(peer), hello, {}));
  }

  Issued root_ = authority("Root");
  Issued leaf_ = issue({}, &root_);
  std::shared_ptr<const TrustStore> trust_ = trust_in(root_);
  std::unique_ptr<ClientContext> context_ = ClientContext::make({}).value();
};

TEST_F(ClientHandshake, ReportsWhatATrustedServerShowed) {
  const auto server = server_peer(&leaf_);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer);
  ASSERT_TRUE(secured);
  const tls::Observation& seen = secured->observation;
  EXPECT_EQ(seen.handshake, Handshake::done);
  EXPECT_EQ(seen.version, Version::tls1_3);
  EXPECT_EQ(seen.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(seen.group, "X25519");
  EXPECT_FALSE(seen.anonymous);
  EXPECT_FALSE(seen.weak_suite);
  EXPECT_FALSE(seen.resumed);
  EXPECT_EQ(seen.chain, Chain::trusted);
  EXPECT_EQ(seen.dane, tls::Dane::not_checked);
  ASSERT_TRUE(seen.certificate);
  EXPECT_EQ(*seen.certificate, certificate_facts(leaf_.get()));
  EXPECT_STREQ(SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name), "mx.example.com");
}

TEST_F(ClientHandshake, SendsNoServerNameToAnAddressLiteral) {
  const auto server = server_peer(&leaf_);
  Peer peer(accepting(server.get()));
  ClientHello hello;
  hello.profile = enforced;
  ASSERT_TRUE(connect(peer, hello));
  EXPECT_EQ(SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name), nullptr);
}

TEST_F(ClientHandshake, TakesTheProtocolItOfferedOrSilenceButNoOther) {
  for (const auto& [answer, expected] : std::initializer_list<std::pair<std::string, Handshake>>{
           {"", Handshake::done}, {"http/1.1", Handshake::done}, {"h2", Handshake::failed}}) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      SCOPED_TRACE(answer);
      const auto server = server_peer(&leaf_);
      SSL_CTX_set_max_proto_version(server.get(), version);
      std::string chosen = answer;
      if (!answer.empty()) SSL_CTX_set_alpn_select_cb(server.get(), choose, &chosen);
      Peer peer(accepting(server.get()));
      ClientHello hello;
      hello.profile = enforced;
      hello.protocol = "http/1.1";
      auto secured = connect(peer, hello);
      ASSERT_TRUE(secured);
      EXPECT_EQ(secured->observation.handshake, expected) << secured->observation.detail;
      EXPECT_EQ(secured->stream != nullptr, expected == Handshake::done);
    }
  }
}

TEST_F(ClientHandshake, FinishesWithAnyCertificateAndSaysWhatIsWrong) {
  struct Case {
    Issued leaf;
    Chain expected;
  };
  const std::vector<Case> cases{
      {issue({}), Chain::self_signed},
      {issue({.from = std::chrono::hours(-48), .until = std::chrono::hours(-24)}, &root_),
       Chain::expired},
      {issue({.usage = "clientAuth"}, &root_), Chain::wrong_purpose},
      {issue({.key = "1024"}, &root_), Chain::weak},
      {issue({.key = "1024", .digest = EVP_md5()}), Chain::self_signed},
      {issue({.digest = EVP_sha1()}, &root_), Chain::weak},
  };
  for (const Case& one : cases) {
    const auto server = server_peer(&one.leaf);
    Peer peer(accepting(server.get()));
    auto secured = connect(peer, enforced);
    ASSERT_TRUE(secured);
    EXPECT_EQ(secured->observation.handshake, Handshake::done) << secured->observation.detail;
    EXPECT_EQ(secured->observation.chain, one.expected);
  }
}

TEST_F(ClientHandshake, ReportsPkixAndDaneSideBySide) {
  const Issued stranger = issue({});
  const auto server = server_peer(&stranger);
  const auto facts = certificate_facts(stranger.get());
  ClientHello hello{.profile = enforced, .trust = trust_};
  hello.tlsa = {{3, 1, 1, {facts.spki.begin(), facts.spki.end()}}};
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, hello);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.chain, Chain::self_signed);
  EXPECT_EQ(secured->observation.dane, tls::Dane::matched_ee);
}

TEST_F(ClientHandshake, FinishesAndReportsWhenDaneDoesNotMatch) {
  const auto server = server_peer(&leaf_);
  ClientHello hello{.profile = enforced, .trust = trust_};
  hello.tlsa = {{3, 1, 1, std::vector<std::uint8_t>(32, 7)}};
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, hello);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.chain, Chain::trusted);
  EXPECT_EQ(secured->observation.dane, tls::Dane::mismatched);
  EXPECT_THAT(secured->observation.chain_detail, HasSubstr("TLSA"));
}

// --- floors
// ---------------------------------------------------------------------------------------

TEST_F(ClientHandshake, TakesAServerThatOnlySpeaksTls10WhenOpportunistic) {
  const Issued rsa = issue({.key = "2048"}, &root_);
  const auto server = server_peer(&rsa);
  SSL_CTX_set_max_proto_version(server.get(), TLS1_VERSION);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, opportunistic);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.version, Version::tls1_0) << secured->observation.detail;
}

TEST_F(ClientHandshake, RefusesAServerThatOnlySpeaksTls10WhenEnforced) {
  const Issued rsa = issue({.key = "2048"}, &root_);
  const auto server = server_peer(&rsa);
  SSL_CTX_set_max_proto_version(server.get(), TLS1_VERSION);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, enforced);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.handshake, Handshake::failed);
  EXPECT_EQ(secured->stream, nullptr);
  EXPECT_THAT(secured->observation.detail, HasSubstr("protocol version"));
  EXPECT_TRUE(secured->observation.too_old);
}

TEST_F(ClientHandshake, KnowsAServerThatIsTooOldByItsAnswerToo) {
  // It has 1.2, and answers with it although only 1.3 was offered, as servers before RFC 8446 do.
  const auto server = server_peer(&leaf_);
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, {Version::tls1_3, false});
  ASSERT_TRUE(secured);
  EXPECT_TRUE(secured->observation.too_old) << secured->observation.detail;
}

TEST_F(ClientHandshake, CallsNoServerTooOldWhoseSuitesDoNotFit) {
  const auto server = server_peer(nullptr, "aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, enforced);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.handshake, Handshake::failed);
  EXPECT_FALSE(secured->observation.too_old) << secured->observation.detail;
}

TEST_F(ClientHandshake, TakesTls10UnderALegacyFloorButNoAnonymousSuite) {
  const tls::HandshakeProfile legacy{Version::tls1_0, false};
  const Issued rsa = issue({.key = "2048"}, &root_);
  const auto old = server_peer(&rsa);
  SSL_CTX_set_max_proto_version(old.get(), TLS1_VERSION);
  Peer old_peer(accepting(old.get()));
  EXPECT_EQ(connect(old_peer, legacy)->observation.version, Version::tls1_0);
  const auto nobody = server_peer(nullptr, "aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(nobody.get(), TLS1_2_VERSION);
  Peer anonymous(accepting(nobody.get()));
  EXPECT_EQ(connect(anonymous, legacy)->observation.handshake, Handshake::failed);
}

TEST_F(ClientHandshake, TakesAnAnonymousSuiteOnlyWhenOpportunistic) {
  const auto server = server_peer(nullptr, "aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, opportunistic);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.handshake, Handshake::done) << secured->observation.detail;
  EXPECT_TRUE(secured->observation.anonymous);
  EXPECT_FALSE(secured->observation.certificate);
  EXPECT_EQ(secured->observation.chain, Chain::not_checked);
  Peer again(accepting(server.get()));
  EXPECT_EQ(connect(again, enforced)->observation.handshake, Handshake::failed);
}

TEST_F(ClientHandshake, PrefersACertificateToAnAnonymousSuite) {
  const auto server = server_peer(&leaf_, "ALL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  Peer peer(accepting(server.get()));
  EXPECT_FALSE(connect(peer, opportunistic)->observation.anonymous);
}

TEST_F(ClientHandshake, HoldsATls13FloorAgainstATls12Server) {
  const auto server = server_peer(&leaf_);
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  Peer peer(accepting(server.get()));
  EXPECT_EQ(connect(peer, {Version::tls1_3, false})->observation.handshake, Handshake::failed);
}

TEST_F(ClientHandshake, TakesTls12WithADhGroupAndNamesIt) {
  const Issued rsa = issue({.key = "2048"}, &root_);
  const auto server = server_peer(&rsa, "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
  Peer peer(accepting(server.get()));
  auto secured = connect(peer, enforced);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.cipher, "DHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(secured->observation.group, "DH 2048");
  EXPECT_EQ(secured->observation.exchange_bits, 112);
}

TEST_F(ClientHandshake, SaysHowStrongTheKeyExchangeIs) {
  struct Case {
    const char* key;
    const char* suites;
    int bits;
  };
  // OpenSSL's servers choose a DH group as strong as their certificate.
  for (const Case& one :
       {Case{"2048", "ECDHE:@SECLEVEL=0", 128}, Case{"1024", "DHE:@SECLEVEL=0", 80},
        Case{"2048", "kRSA:@SECLEVEL=0", 112}}) {
    const Issued leaf = issue({.key = one.key}, &root_);
    const auto server = server_peer(&leaf, one.suites);
    SSL_CTX_set_max_proto_version(server.get(), TLS1_2_VERSION);
    Peer peer(accepting(server.get()));
    EXPECT_EQ(connect(peer, enforced)->observation.exchange_bits, one.bits) << one.suites;
  }
}

// --- what goes wrong
// ------------------------------------------------------------------------------

TEST_F(ClientHandshake, IsAFailureWhenThePeerHangsUpBeforeAWord) {
  const auto server = server_peer(&leaf_);
  auto peer = std::make_unique<Peer>(accepting(server.get()));
  auto socket = std::make_unique<RigSocket>(*peer);
  peer->hang_up();
  const auto secured = run(context_->connect_tls(std::move(socket), {.profile = enforced}, {}));
  ASSERT_FALSE(secured);
  EXPECT_EQ(secured.error().code, "connection-lost");
}

TEST_F(ClientHandshake, IsAnObservationWhenThePeerAnswersWithSomethingElse) {
  Peer peer(nullptr);
  peer.send_raw("454 TLS not available\r\n");
  auto secured = connect(peer);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->observation.handshake, Handshake::failed);
  EXPECT_THAT(secured->observation.detail, HasSubstr("not TLS"));
}

// A ServerHello of TLS 1.2, good but for what is said here.
std::string false_hello(const std::string& end_of_random, char compression,
                        const std::string& extensions = "") {
  const std::string body = "\x03\x03" + std::string(24, 'r') + end_of_random +
                           std::string("\0\xC0\x2B", 3) + compression + '\0' +
                           static_cast<char>(extensions.size()) + extensions;
  const char size = static_cast<char>(body.size());
  return std::string("\x16\x03\x03\0", 4) + static_cast<char>(size + 4) +
         std::string("\x02\0\0", 3) + size + body;
}

TEST_F(ClientHandshake, SaysWhatTheServerChoseThatWasNotOffered) {
  const std::string any(8, 'r');
  const std::string secure("\xFF\x01\0\x01\0", 5);
  const std::string web("\0\x10\0\x05\0\x03\x02h2", 9);
  const std::vector<std::pair<std::string, std::string>> cases{
      {false_hello("DOWNGRD\x01", 0, secure), "somebody between it and us"},
      {false_hello(any, 1, secure), "compression, which was not offered"},
      {false_hello(any, 0, secure + web), "extension that was not asked for"}};
  for (const auto& [hello, words] : cases) {
    Peer peer(nullptr);
    peer.send_raw(hello);
    auto secured = connect(peer);
    ASSERT_TRUE(secured) << words;
    EXPECT_EQ(secured->observation.handshake, Handshake::failed);
    EXPECT_THAT(secured->observation.detail, HasSubstr(words));
    EXPECT_FALSE(secured->observation.too_old);
  }
}

TEST_F(ClientHandshake, TimesOutOnAPeerThatStalls) {
  const auto server = server_peer(&leaf_);
  Peer peer(accepting(server.get()));
  peer.stalls = true;
  const auto secured = connect(peer);
  ASSERT_FALSE(secured);
  EXPECT_EQ(secured.error().code, "timeout");
}

TEST_F(ClientHandshake, EndsWhenItsOwnerCancels) {
  const auto server = server_peer(&leaf_);
  Peer peer(accepting(server.get()));
  base::Cancellation cancellation;
  cancellation.request();
  const base::Deadline deadline{base::Steady::max(), &cancellation};
  const auto secured = run(
      context_->connect_tls(std::make_unique<RigSocket>(peer), {.profile = enforced}, deadline));
  ASSERT_FALSE(secured);
  EXPECT_EQ(secured.error().code, "cancelled");
}

TEST_F(ClientHandshake, ShowsItsOwnCertificateToAServerThatAsks) {
  const Directory directory;
  const Issued own = issue({.common_name = "gateway"}, &root_);
  const auto files = directory.identity("own", own);
  context_ =
      ClientContext::make({.certificate_file = files.certificate_file, .key_file = files.key_file})
          .value();
  const auto server = server_peer(&leaf_);
  SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(server.get(), [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  Peer peer(accepting(server.get()));
  peer.to_send = "hello";
  auto secured = connect(peer);
  ASSERT_TRUE(secured);
  EXPECT_EQ(read_once(*secured->stream), "hello");
  ASSERT_NE(SSL_get0_peer_certificate(peer.ssl()), nullptr);
  EXPECT_EQ(subject_of(SSL_get0_peer_certificate(peer.ssl())), "CN=gateway");
}

TEST_F(ClientHandshake, SaysWhyItsOwnCertificateCannotBeUsed) {
  const auto made =
      ClientContext::make({.certificate_file = "/nowhere/a.crt", .key_file = "/nowhere/a.key"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().text, HasSubstr("/nowhere/a.crt"));
}

}  // namespace
}  // namespace postern::crypto
