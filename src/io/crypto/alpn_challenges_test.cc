#include "io/crypto/alpn_challenges.h"

#include <gmock/gmock.h>

#include "io/crypto/facts.h"
#include "io/crypto/server_context.h"
#include "io/crypto/testing/rig.h"

namespace postern::crypto {
namespace {

using namespace std::string_view_literals;
using testing::authority;
using testing::client_peer;
using testing::connecting;
using testing::Directory;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using testing::Peer;
using testing::RigSocket;
using testing::run;

constexpr std::string_view kAcme =
    "\x0a"
    "acme-tls/1"sv;
constexpr std::string_view kHttp =
    "\x08"
    "http/1.1"sv;

class AlpnChallengesTest : public ::testing::Test {
 protected:
  AlpnChallengesTest() { challenges_->put(name_, std::string(32, '\x5a'), testing::now()); }

  // What the client sees as subject; its failure, or "".
  struct Seen {
    std::string subject, protocol, failure, extension;
  };
  Seen connect(const std::string& name, std::string_view protocols) {
    auto context = ServerContext::make({.identities = {directory_.identity("site", leaf_)},
                                        .ask_client_certificate = false,
                                        .protocols = {"http/1.1"},
                                        .known_names_only = true,
                                        .challenges = challenges_});
    EXPECT_TRUE(context) << context.error().text;
    Peer peer(connecting(client_.get()));
    SSL_set_tlsext_host_name(peer.ssl(), name.c_str());
    SSL_set_alpn_protos(peer.ssl(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    auto secured =
        run((*context)->accept_tls(std::make_unique<RigSocket>(peer), Fallback::none, {}));
    peer.pump();
    if (!secured) return {"", "", secured.error().text, ""};
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(peer.ssl(), &chosen, &size);
    X509* leaf = SSL_get0_peer_certificate(peer.ssl());
    return {subject_of(leaf), std::string(reinterpret_cast<const char*>(chosen), size), "",
            extension_of(leaf)};
  }

  // The value of id-pe-acmeIdentifier, if it is there and critical.
  static std::string extension_of(X509* leaf) {
    ASN1_OBJECT* kind = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
    const int at = X509_get_ext_by_OBJ(leaf, kind, -1);
    ASN1_OBJECT_free(kind);
    if (at < 0) return "";
    X509_EXTENSION* extension = X509_get_ext(leaf, at);
    if (X509_EXTENSION_get_critical(extension) != 1) return "not critical";
    const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension);
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
            static_cast<std::size_t>(ASN1_STRING_length(data))};
  }

  Directory directory_;
  Issued leaf_ = issue({});  // mx.example.com
  dns::Domain name_ = *dns::Domain::parse("new.example");
  std::shared_ptr<AlpnChallenges> challenges_ = std::make_shared<AlpnChallenges>();
  SslContextPtr client_ = client_peer();
};

TEST_F(AlpnChallengesTest, AnAuthorityIsShownTheDigestInACriticalExtension) {
  const Seen seen = connect("new.example", kAcme);
  EXPECT_EQ(seen.failure, "");
  EXPECT_EQ(seen.protocol, "acme-tls/1");
  EXPECT_EQ(seen.extension, "\x04\x20" + std::string(32, '\x5a'));
}

TEST_F(AlpnChallengesTest, TheNameIsTheSameInCapitals) {
  EXPECT_EQ(connect("NEW.example", kAcme).failure, "");
}

TEST_F(AlpnChallengesTest, NobodyElseSeesTheAnswer) {
  const Seen seen = connect("mx.example.com", kHttp);
  EXPECT_THAT(seen.subject, HasSubstr("mx.example.com"));
  EXPECT_EQ(seen.protocol, "http/1.1");
  EXPECT_EQ(seen.extension, "");
  EXPECT_NE(connect("new.example", kHttp).failure, "");
}

TEST_F(AlpnChallengesTest, AChallengeOffersItsProtocolAlone) {
  const Seen seen = connect("mx.example.com", std::string(kAcme) + std::string(kHttp));
  EXPECT_EQ(seen.protocol, "http/1.1");
  EXPECT_EQ(seen.extension, "");
}

TEST_F(AlpnChallengesTest, WithoutAnOpenChallengeTheHandshakeFails) {
  EXPECT_NE(connect("mx.example.com", kAcme).failure, "");
  challenges_->remove(name_);
  EXPECT_NE(connect("new.example", kAcme).failure, "");
}

TEST_F(AlpnChallengesTest, ANameThatNoCertificateCarriesIsRefused) {
  EXPECT_NE(connect("elsewhere.example", kHttp).failure, "");
}

}  // namespace
}  // namespace postern::crypto
