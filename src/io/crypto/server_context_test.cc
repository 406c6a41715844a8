#include "io/crypto/server_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/crypto/testing/rig.h"

namespace postern::crypto {
namespace {

using testing::authority;
using testing::client_peer;
using testing::connecting;
using testing::Directory;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using testing::Peer;
using testing::read_once;
using testing::RigSocket;
using testing::run;
using testing::trust_in;
using tls::Chain;
using tls::Version;

class ServerHandshake : public ::testing::Test {
 protected:
  std::shared_ptr<const ServerContext> make() {
    auto made = ServerContext::make(settings_);
    EXPECT_TRUE(made) << made.error().text;
    return *made;
  }
  base::Result<SecuredServer> accept(Peer& peer) { return accept(peer, *make()); }
  base::Result<SecuredServer> accept(Peer& peer, const ServerContext& context) {
    return run(context.accept_tls(std::make_unique<RigSocket>(peer), fallback_, {}));
  }
  std::string leaf_seen_by(Peer& peer) {
    X509* leaf = SSL_get0_peer_certificate(peer.ssl());
    return leaf == nullptr ? "none" : subject_of(leaf);
  }

  Directory directory_;
  Issued root_ = authority("Root");
  Issued leaf_ = issue({}, &root_);
  ServerContext::Settings settings_{.identities = {directory_.identity("mx", leaf_)},
                                    .client_trust = trust_in(root_)};
  SslContextPtr client_ = client_peer();
  Fallback fallback_ = Fallback::plaintext;
};

TEST_F(ServerHandshake, ReportsWhatWasAgreed) {
  Peer peer(connecting(client_.get()));
  SSL_set_tlsext_host_name(peer.ssl(), "mx.example.com");
  auto secured = accept(peer);
  ASSERT_TRUE(secured) << secured.error().text;
  EXPECT_EQ(secured->facts.version, Version::tls1_3);
  EXPECT_EQ(secured->facts.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(secured->facts.cipher_iana, "TLS_AES_128_GCM_SHA256");
  EXPECT_FALSE(secured->facts.anonymous);
  EXPECT_EQ(secured->facts.group, "X25519");
  EXPECT_EQ(secured->facts.server_name, "mx.example.com");
  EXPECT_FALSE(secured->facts.certificate);
  EXPECT_EQ(secured->facts.chain, Chain::not_checked);
}

TEST_F(ServerHandshake, EscapesTheNameThatAClientAsksFor) {
  Peer peer(connecting(client_.get()));
  SSL_set_tlsext_host_name(peer.ssl(), "a\x1b[31m\nb");
  auto secured = accept(peer);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->facts.server_name, "a\\x1b[31m\\x0ab");
}

// --- identities
// -----------------------------------------------------------------------------------

TEST_F(ServerHandshake, ChoosesTheIdentityThatTheClientAsksFor) {
  const Issued exact = issue({.common_name = "exact", .alternative_names = "DNS:mail.example.org"});
  const Issued wild = issue({.common_name = "wild", .alternative_names = "DNS:*.example.org"});
  settings_.identities.push_back(directory_.identity("wild", wild));
  settings_.identities.push_back(directory_.identity("exact", exact));
  const auto context = make();
  const std::vector<std::pair<const char*, std::string>> cases{
      {"mail.example.org", "CN=exact"},        {"MAIL.Example.ORG.", "CN=exact"},
      {"other.example.org", "CN=wild"},        {"a.b.example.org", "CN=mx.example.com"},
      {"example.org", "CN=mx.example.com"},    {"mx.example.com", "CN=mx.example.com"},
      {"unknown.example", "CN=mx.example.com"}};
  for (const auto& [name, expected] : cases) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      Peer peer(connecting(client_.get()));
      SSL_set_max_proto_version(peer.ssl(), version);
      SSL_set_tlsext_host_name(peer.ssl(), name);
      ASSERT_TRUE(accept(peer, *context));
      peer.pump();
      EXPECT_EQ(leaf_seen_by(peer), expected) << name;
    }
  }
  EXPECT_EQ(context->identities().size(), 3U);
}

TEST_F(ServerHandshake, ServesAnEcdsaAndAnRsaCertificateForOneName) {
  const Issued rsa = issue({.common_name = "rsa", .key = "2048"}, &root_);
  settings_.identities.push_back(directory_.identity("rsa", rsa));
  const auto context = make();
  const auto rsa_only = client_peer("aRSA:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(rsa_only.get(), TLS1_2_VERSION);
  for (const char* name : {"mx.example.com", ""}) {
    Peer peer(connecting(rsa_only.get()));
    if (*name != '\0') SSL_set_tlsext_host_name(peer.ssl(), name);
    ASSERT_TRUE(accept(peer, *context));
    peer.pump();
    EXPECT_EQ(leaf_seen_by(peer), "CN=rsa");
    Peer modern(connecting(client_.get()));
    ASSERT_TRUE(accept(modern, *context));
    EXPECT_EQ(leaf_seen_by(modern), "CN=mx.example.com");
  }
}

TEST_F(ServerHandshake, SendsTheWholeChainOfItsFile) {
  const Issued intermediate = authority("Intermediate", &root_);
  const Issued below = issue({}, &intermediate);
  settings_.identities = {directory_.identity("below", below, intermediate.pem())};
  Peer peer(connecting(client_.get()));
  ASSERT_TRUE(accept(peer));
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(peer.ssl())), 2);
}

TEST_F(ServerHandshake, ServesANewCertificateAfterAReloadWhileOldSessionsGoOn) {
  auto context = make();
  Peer before(connecting(client_.get()));
  auto old_session = accept(before, *context);
  ASSERT_TRUE(old_session);
  (void)directory_.identity("mx", issue({.common_name = "renewed"}, &root_));
  context = make();
  Peer after(connecting(client_.get()));
  ASSERT_TRUE(accept(after, *context));
  EXPECT_EQ(leaf_seen_by(after), "CN=renewed");
  before.to_send = "NOOP\r\n";
  EXPECT_EQ(read_once(*old_session->stream), "NOOP\r\n");
}

// --- floors, suites, protocols
// --------------------------------------------------------------------

TEST_F(ServerHandshake, TakesOldAndAnonymousClientsFromTheWorld) {
  settings_.identities = {directory_.identity("rsa", issue({.key = "2048"}, &root_))};
  const auto context = make();
  Peer old(connecting(client_.get()));
  SSL_set_max_proto_version(old.ssl(), TLS1_VERSION);
  auto old_session = accept(old, *context);
  ASSERT_TRUE(old_session) << old_session.error().text;
  EXPECT_EQ(old_session->facts.version, Version::tls1_0);

  const auto anonymous = client_peer("aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(anonymous.get(), TLS1_2_VERSION);
  Peer nobody(connecting(anonymous.get()));
  EXPECT_TRUE(accept(nobody, *context));
}

TEST_F(ServerHandshake, ShowsItsCertificateToAClientThatAlsoTakesAnonymousSuites) {
  const auto either = client_peer("aNULL:ALL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(either.get(), TLS1_2_VERSION);
  Peer peer(connecting(either.get()));
  ASSERT_TRUE(accept(peer));
  EXPECT_EQ(leaf_seen_by(peer), "CN=mx.example.com");
}

TEST_F(ServerHandshake, HoldsItsFloorAndSaysWhatWasMissing) {
  settings_.floor = Version::tls1_2;
  settings_.anonymous_suites = false;
  const auto context = make();
  Peer old(connecting(client_.get()));
  SSL_set_max_proto_version(old.ssl(), TLS1_1_VERSION);
  const auto refused = accept(old, *context);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "handshake-failed");
  EXPECT_THAT(refused.error().text, HasSubstr("TLS version"));
  EXPECT_THAT(refused.error().text, HasSubstr("192.0.2.1:25"));

  const auto anonymous = client_peer("aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(anonymous.get(), TLS1_2_VERSION);
  Peer nobody(connecting(anonymous.get()));
  EXPECT_FALSE(accept(nobody, *context));
}

TEST_F(ServerHandshake, TakesNeitherOldNorAnonymousClientsThatHaveNoPlaintextToFallBackTo) {
  settings_.identities = {directory_.identity("rsa", issue({.key = "2048"}, &root_))};
  fallback_ = Fallback::none;
  const auto context = make();
  Peer old(connecting(client_.get()));
  SSL_set_max_proto_version(old.ssl(), TLS1_1_VERSION);
  const auto refused = accept(old, *context);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("TLS version"));
  const auto anonymous = client_peer("aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(anonymous.get(), TLS1_2_VERSION);
  Peer nobody(connecting(anonymous.get()));
  EXPECT_FALSE(accept(nobody, *context));
  Peer modern(connecting(client_.get()));
  EXPECT_TRUE(accept(modern, *context));
}

TEST_F(ServerHandshake, SaysThatAClientFellBack) {
  Peer peer(connecting(client_.get()));
  SSL_set_max_proto_version(peer.ssl(), TLS1_2_VERSION);
  SSL_set_mode(peer.ssl(), SSL_MODE_SEND_FALLBACK_SCSV);
  const auto refused = accept(peer);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("repeated the handshake with an older TLS version"));
}

TEST_F(ServerHandshake, RefusesAClientThatMeansAnotherProtocol) {
  const auto context = make();
  const auto offer = [&](std::string_view protocols) {
    Peer peer(connecting(client_.get()));
    SSL_set_alpn_protos(peer.ssl(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    return accept(peer, *context);
  };
  const auto web = offer("\x02h2\x08http/1.1");
  ASSERT_FALSE(web);
  EXPECT_THAT(web.error().text, HasSubstr("ALPN"));
  EXPECT_TRUE(offer("\x02h2\x04smtp"));
}

TEST_F(ServerHandshake, NeverRenegotiates) {
  for (const int version : {TLS1_2_VERSION, TLS1_1_VERSION}) {
    settings_.identities = {directory_.identity("rsa", issue({.key = "2048"}, &root_))};
    Peer peer(connecting(client_.get()));
    SSL_set_max_proto_version(peer.ssl(), version);
    auto secured = accept(peer);
    ASSERT_TRUE(secured);
    peer.pump();
    ASSERT_TRUE(peer.shaken);
    SSL_renegotiate(peer.ssl());
    EXPECT_LE(SSL_do_handshake(peer.ssl()), 0);
    EXPECT_NE(read_once(*secured->stream), "");
    peer.pump();
    EXPECT_THAT(peer.failure, HasSubstr("no renegotiation"));
  }
}

TEST_F(ServerHandshake, AnswersPlaintextWithAFailureThatSaysSo) {
  Peer peer(nullptr);
  peer.send_raw("GET / HTTP/1.1\r\nHost: mx.example.com\r\n\r\n");
  const auto secured = accept(peer);
  ASSERT_FALSE(secured);
  EXPECT_EQ(secured.error().code, "handshake-failed");
  EXPECT_THAT(secured.error().text, HasSubstr("plaintext"));
}

TEST_F(ServerHandshake, TimesOutOnAClientThatStalls) {
  Peer peer(nullptr);
  peer.send_raw("\x16\x03\x01");
  EXPECT_EQ(accept(peer).error().code, "timeout");
}

TEST_F(ServerHandshake, EndsWhenItsOwnerCancels) {
  Peer peer(connecting(client_.get()));
  base::Cancellation cancellation;
  cancellation.request();
  const base::Deadline deadline{base::Steady::max(), &cancellation};
  const auto context = make();
  EXPECT_EQ(
      run(context->accept_tls(std::make_unique<RigSocket>(peer), fallback_, deadline)).error().code,
      "cancelled");
}

// --- client certificates
// --------------------------------------------------------------------------

class ClientCertificates : public ServerHandshake {
 protected:
  base::Result<SecuredServer> accept_from(const Issued& client, int version) {
    const auto context = client_peer();
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_use_cert_and_key(context.get(), client.get(), client.key.get(), nullptr, 1);
    Peer peer(connecting(context.get()));
    return accept(peer);
  }
};

TEST_F(ClientCertificates, AreReportedAndVerifiedAndNeverRequired) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto trusted =
        accept_from(issue({.common_name = "exchange", .usage = "clientAuth"}, &root_), version);
    ASSERT_TRUE(trusted);
    ASSERT_TRUE(trusted->facts.certificate);
    EXPECT_EQ(trusted->facts.certificate->subject, "CN=exchange");
    EXPECT_EQ(trusted->facts.chain, Chain::trusted);

    auto stranger = accept_from(issue({}), version);
    ASSERT_TRUE(stranger) << stranger.error().text;
    EXPECT_EQ(stranger->facts.chain, Chain::self_signed);
    EXPECT_NE(stranger->facts.chain_detail, "");
  }
}

TEST_F(ClientCertificates, NeedNoUsageForClients) {
  auto secured = accept_from(issue({.usage = "serverAuth"}, &root_), TLS1_3_VERSION);
  ASSERT_TRUE(secured);
  EXPECT_EQ(secured->facts.chain, Chain::trusted);
}

TEST_F(ClientCertificates, AreNotAskedForWhenTheListenerDoesNotWant) {
  settings_.ask_client_certificate = false;
  auto secured = accept_from(issue({}, &root_), TLS1_3_VERSION);
  ASSERT_TRUE(secured);
  EXPECT_FALSE(secured->facts.certificate);
}

// --- tickets
// --------------------------------------------------------------------------------------

class ServerTickets : public ServerHandshake, public ::testing::WithParamInterface<int> {
 protected:
  std::shared_ptr<const OpenSslServerContext> make_with_clocks() {
    std::vector<Identity> identities;
    identities.push_back(load_identity(settings_.identities[0], testing::now()).value());
    return OpenSslServerContext::make(settings_, std::move(identities),
                                      {[this] { return wall_; }, [this] { return steady_; }})
        .value();
  }
  // The session that the client ends up with.
  SessionPtr session(const ServerContext& context, SSL_SESSION* resume = nullptr) {
    Peer peer(connecting(client_.get()));
    SSL_set_max_proto_version(peer.ssl(), GetParam());
    if (resume != nullptr) SSL_set_session(peer.ssl(), resume);
    auto secured = accept(peer, context);
    EXPECT_TRUE(secured) << secured.error().text;
    facts_ = secured->facts;
    EXPECT_TRUE(run(secured->stream->write("220 ready\r\n", {})));
    peer.pump();
    EXPECT_EQ(peer.received, "220 ready\r\n");
    EXPECT_EQ(SSL_session_reused(peer.ssl()) == 1, facts_.resumed);
    peer.end_in_order();
    return SessionPtr(SSL_get1_session(peer.ssl()));
  }

  base::Instant wall_ = testing::now();
  base::Steady steady_ = steady_time();
  ServerFacts facts_;
};

INSTANTIATE_TEST_SUITE_P(Versions, ServerTickets,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(ServerTickets, ResumeASession) {
  const auto context = make_with_clocks();
  const auto first = session(*context);
  EXPECT_FALSE(facts_.resumed);
  (void)session(*context, first.get());
  EXPECT_TRUE(facts_.resumed);
}

TEST_P(ServerTickets, StillOpenAfterTheirKeyRotatedOnceButNotTwice) {
  const auto context = make_with_clocks();
  const auto first = session(*context);
  steady_ += TicketKeys::rotate_after;
  (void)session(*context, first.get());
  EXPECT_TRUE(facts_.resumed);
  steady_ += TicketKeys::rotate_after;
  (void)session(*context, first.get());
  EXPECT_FALSE(facts_.resumed);
}

TEST_P(ServerTickets, OpenNowhereElse) {
  const auto first = session(*make_with_clocks());
  (void)session(*make_with_clocks(), first.get());
  EXPECT_FALSE(facts_.resumed);
}

TEST_P(ServerTickets, CarryTheVerdictOnTheClientsCertificate) {
  const Issued intermediate = authority("Intermediate", &root_);
  const Issued own =
      issue({.common_name = "exchange", .until = std::chrono::hours(1)}, &intermediate);
  SSL_CTX_use_cert_and_key(client_.get(), own.get(), own.key.get(),
                           testing::stack_of({&intermediate}).get(), 1);
  const auto context = make_with_clocks();
  const auto first = session(*context);
  EXPECT_EQ(facts_.chain, Chain::trusted);
  const auto second = session(*context, first.get());
  EXPECT_TRUE(facts_.resumed);
  EXPECT_EQ(facts_.chain, Chain::trusted);
  ASSERT_TRUE(facts_.certificate);
  EXPECT_EQ(facts_.certificate->subject, "CN=exchange");

  wall_ += std::chrono::minutes(61);
  (void)session(*context, second.get());
  EXPECT_FALSE(facts_.resumed) << "the certificate expired meanwhile";
  EXPECT_EQ(facts_.chain, Chain::expired);
}

TEST_P(ServerTickets, CarryABadVerdictToo) {
  const Issued own = issue({.common_name = "stranger"});
  SSL_CTX_use_cert_and_key(client_.get(), own.get(), own.key.get(), nullptr, 1);
  const auto context = make_with_clocks();
  const auto first = session(*context);
  (void)session(*context, first.get());
  EXPECT_TRUE(facts_.resumed);
  EXPECT_EQ(facts_.chain, Chain::self_signed);
}

}  // namespace
}  // namespace postern::crypto
