// A resumed session must say what the handshake that made it said, and only while that still
// stands.
#include <gtest/gtest.h>

#include "io/crypto/client_context.h"
#include "io/crypto/testing/rig.h"

namespace postern::crypto {
namespace {

using testing::accepting;
using testing::authority;
using testing::issue;
using testing::Issued;
using testing::Peer;
using testing::read_once;
using testing::RigSocket;
using testing::run;
using testing::server_peer;
using testing::trust_in;
using tls::Version;

class Resumption : public ::testing::TestWithParam<int> {
 protected:
  Resumption() {
    SSL_CTX_set_max_proto_version(server_.get(), GetParam());
    SSL_CTX_set_session_id_context(server_.get(), reinterpret_cast<const unsigned char*>("t"), 1);
  }

  ClientHello hello(
      const std::string& key = "mx.example.com 192.0.2.1:25 account 1 digest a") const {
    ClientHello made{.profile = {Version::tls1_2, false}, .trust = trust_};
    made.server_name = dns::Domain::from_ascii("mx.example.com").value();
    made.resumption_key = key;
    return made;
  }

  // A whole session: handshake, a line from the server (with it come TLS 1.3 tickets), an end
  // without close_notify, as mail servers do it.
  tls::Observation session(const ClientHello& with) {
    Peer peer(accepting(server_.get()));
    peer.to_send = "220 ready\r\n";
    auto secured = run(context_.connect_tls(std::make_unique<RigSocket>(peer), with, {}));
    EXPECT_TRUE(secured);
    EXPECT_EQ(secured->observation.handshake, tls::Handshake::done) << secured->observation.detail;
    if (!secured->stream) return secured->observation;
    EXPECT_EQ(read_once(*secured->stream), "220 ready\r\n");
    peer.hang_up();
    EXPECT_EQ(read_once(*secured->stream), "failed: connection-lost");
    return secured->observation;
  }

  Issued root_ = authority("Root");
  Issued leaf_ = issue({.until = std::chrono::hours(1)}, &root_);
  std::shared_ptr<const TrustStore> trust_ = trust_in(root_);
  SslContextPtr server_ = server_peer(&leaf_);
  base::Instant now_ = testing::now();
  OpenSslClientContext context_{{.sessions_kept = 2}, std::nullopt, [this] { return now_; }};
};

INSTANTIATE_TEST_SUITE_P(Versions, Resumption, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(Resumption, RepeatsTheVerdictUnderAnEqualKey) {
  const auto first = session(hello());
  EXPECT_FALSE(first.resumed);
  auto second = session(hello());
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(second.chain, tls::Chain::trusted);
  EXPECT_EQ(second.certificate, first.certificate);
  EXPECT_TRUE(session(hello()).resumed) << "and again";
}

TEST_P(Resumption, RepeatsABadVerdictToo) {
  auto with = hello();
  with.trust = trust_in(authority("Other"));
  EXPECT_EQ(session(with).chain, tls::Chain::unknown_issuer);
  const auto second = session(with);
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(second.chain, tls::Chain::unknown_issuer);
}

TEST_P(Resumption, IsNoStrongerThanTheKeyExchangeThatMadeTheSession) {
  if (GetParam() == TLS1_3_VERSION) return;  // has no weak groups
  const Issued weak = issue({.key = "1024"}, &root_);
  server_ = server_peer(&weak, "DHE:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(server_.get(), GetParam());
  SSL_CTX_set_session_id_context(server_.get(), reinterpret_cast<const unsigned char*>("t"), 1);
  EXPECT_EQ(session(hello()).exchange_bits, 80);
  const auto second = session(hello());
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(second.exchange_bits, 80);
}

TEST_P(Resumption, RepeatsTheDaneVerdict) {
  const auto facts = certificate_facts(leaf_.get());
  auto with = hello();
  with.tlsa = {{3, 1, 1, {facts.spki.begin(), facts.spki.end()}}};
  EXPECT_EQ(session(with).dane, tls::Dane::matched_ee);
  const auto second = session(with);
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(second.dane, tls::Dane::matched_ee);
}

TEST_P(Resumption, NeverCrossesKeys) {
  (void)session(hello());
  EXPECT_FALSE(session(hello("mx.example.com 192.0.2.1:25 account 2 digest a")).resumed);
}

TEST_P(Resumption, NeverHappensWithoutAKey) {
  (void)session(hello(""));
  EXPECT_FALSE(session(hello("")).resumed);
}

TEST_P(Resumption, NeverOutlivesAChangeOfTerms) {
  (void)session(hello());
  auto other_trust = hello();
  other_trust.trust = trust_in(authority("Other"));
  const auto distrusted = session(other_trust);
  EXPECT_FALSE(distrusted.resumed);
  EXPECT_EQ(distrusted.chain, tls::Chain::unknown_issuer);

  auto other_records = hello();
  other_records.tlsa = {{3, 1, 1, std::vector<std::uint8_t>(32, 7)}};
  (void)session(hello());
  const auto mismatched = session(other_records);
  EXPECT_FALSE(mismatched.resumed);
  EXPECT_EQ(mismatched.dane, tls::Dane::mismatched);

  auto other_name = hello();
  other_name.server_name = dns::Domain::from_ascii("mx2.example.com").value();
  (void)session(hello());
  EXPECT_FALSE(session(other_name).resumed);
}

TEST_P(Resumption, NeverHidesThatTheCertificateExpiredMeanwhile) {
  EXPECT_EQ(session(hello()).chain, tls::Chain::trusted);
  now_ += std::chrono::minutes(59);
  EXPECT_TRUE(session(hello()).resumed);
  now_ += std::chrono::minutes(2);
  const auto later = session(hello());
  EXPECT_FALSE(later.resumed);
  EXPECT_EQ(later.chain, tls::Chain::expired);
}

TEST_P(Resumption, EndsWhenTheClockIsSetBack) {
  (void)session(hello());
  now_ -= std::chrono::hours(1);
  EXPECT_FALSE(session(hello()).resumed);
}

TEST_P(Resumption, EndsWhenItIsForgotten) {
  (void)session(hello());
  context_.forget(hello().resumption_key);
  EXPECT_FALSE(session(hello()).resumed);
}

TEST_P(Resumption, FallsBackWhenTheServerForgot) {
  (void)session(hello());
  server_ = server_peer(&leaf_);
  SSL_CTX_set_max_proto_version(server_.get(), GetParam());
  SSL_CTX_set_session_id_context(server_.get(), reinterpret_cast<const unsigned char*>("t"), 1);
  const auto second = session(hello());
  EXPECT_FALSE(second.resumed);
  EXPECT_EQ(second.chain, tls::Chain::trusted);
}

TEST_P(Resumption, KeepsTheSessionsThatWereUsedLast) {
  (void)session(hello("a"));
  (void)session(hello("b"));
  EXPECT_TRUE(session(hello("a")).resumed);
  (void)session(hello("c"));  // two are kept: b goes
  EXPECT_TRUE(session(hello("a")).resumed);
  EXPECT_FALSE(session(hello("b")).resumed);
}

}  // namespace
}  // namespace postern::crypto
