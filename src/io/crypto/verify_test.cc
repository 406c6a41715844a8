#include "io/crypto/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "io/crypto/testing/forge.h"
#include "io/crypto/trust.h"

namespace postern::crypto {
namespace {

using testing::authority;
using testing::Directory;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;
using testing::stack_of;
using testing::trust_in;
using testing::Wanted;
using tls::Chain;

// A root, an intermediate, and a leaf that one test changes in one way.
class ChainVerification : public ::testing::Test {
 protected:
  ChainVerdict verify(const Issued& leaf, PeerRole role = PeerRole::server) const {
    return verify_with({&leaf, &intermediate_}, trust_in(root_), role);
  }
  ChainVerdict verify_with(const std::vector<const Issued*>& presented,
                           const std::shared_ptr<const TrustStore>& trust,
                           PeerRole role = PeerRole::server) const {
    const auto anchors = Anchors::of(trust);
    ChainVerdict verdict =
        verify_chain(presented[0]->get(), stack_of(presented).get(), *anchors, role, now_);
    EXPECT_EQ(ERR_peek_error(), 0U) << "the error queue must stay clean";
    return verdict;
  }

  Issued root_ = authority("Root");
  Issued intermediate_ = authority("Intermediate", &root_);
  base::Instant now_ = testing::now();
};

TEST_F(ChainVerification, TrustsACompleteChainToAnAnchor) {
  const auto verdict = verify(issue({}, &intermediate_));
  EXPECT_EQ(verdict.chain, Chain::trusted);
  EXPECT_EQ(verdict.detail, "");
}

TEST_F(ChainVerification, CallsALeafThatVouchesForItselfSelfSigned) {
  const Issued leaf = issue({});
  EXPECT_EQ(verify_with({&leaf}, trust_in(root_)).chain, Chain::self_signed);
}

TEST_F(ChainVerification, CallsASelfSignedExpiredWeakLeafSelfSignedAndTellsTheRest) {
  const Issued leaf =
      issue({.key = "1024", .from = std::chrono::hours(-48), .until = std::chrono::hours(-24)});
  const auto verdict = verify_with({&leaf}, trust_in(root_));
  EXPECT_EQ(verdict.chain, Chain::self_signed);
  EXPECT_THAT(verdict.detail, HasSubstr("expired"));
  EXPECT_THAT(verdict.detail, HasSubstr("too weak"));
}

TEST_F(ChainVerification, DoesNotKnowTheIssuerWhenAnIntermediateIsMissing) {
  const Issued leaf = issue({}, &intermediate_);
  EXPECT_EQ(verify_with({&leaf}, trust_in(root_)).chain, Chain::unknown_issuer);
}

TEST_F(ChainVerification, DoesNotKnowARootThatIsNoAnchorEvenWhenItIsPresented) {
  const Issued leaf = issue({}, &intermediate_);
  const auto verdict = verify_with({&leaf, &intermediate_, &root_}, trust_in(authority("Other")));
  EXPECT_EQ(verdict.chain, Chain::unknown_issuer);
}

TEST_F(ChainVerification, DoesNotKnowAnyIssuerWithoutATrustStore) {
  const Issued leaf = issue({}, &intermediate_);
  EXPECT_EQ(verify_with({&leaf, &intermediate_}, nullptr).chain, Chain::unknown_issuer);
}

TEST_F(ChainVerification, AcceptsAnIntermediateAsAnAnchor) {
  const Issued leaf = issue({}, &intermediate_);
  EXPECT_EQ(verify_with({&leaf}, trust_in(intermediate_)).chain, Chain::trusted);
}

TEST_F(ChainVerification, AcceptsASelfSignedLeafThatIsItselfAnAnchor) {
  const Issued leaf = issue({});
  EXPECT_EQ(verify_with({&leaf}, trust_in(leaf)).chain, Chain::trusted);
}

TEST_F(ChainVerification, SeesAnExpiredLeaf) {
  const auto verdict = verify(
      issue({.from = std::chrono::hours(-48), .until = std::chrono::hours(-1)}, &intermediate_));
  EXPECT_EQ(verdict.chain, Chain::expired);
}

TEST_F(ChainVerification, SeesAnExpiredIntermediateAndNamesIt) {
  const Issued old = issue({.common_name = "Old Intermediate",
                            .alternative_names = "",
                            .authority = true,
                            .from = std::chrono::hours(-48),
                            .until = std::chrono::hours(-1)},
                           &root_);
  const Issued leaf = issue({}, &old);
  const auto verdict = verify_with({&leaf, &old}, trust_in(root_));
  EXPECT_EQ(verdict.chain, Chain::expired);
  EXPECT_THAT(verdict.detail, HasSubstr("CN=Old Intermediate, 1 above the leaf"));
}

TEST_F(ChainVerification, SeesALeafThatIsNotYetValid) {
  const auto verdict = verify(issue({.from = std::chrono::hours(1)}, &intermediate_));
  EXPECT_EQ(verdict.chain, Chain::not_yet_valid);
}

TEST_F(ChainVerification, RefusesAClientCertificateAsAServer) {
  EXPECT_EQ(verify(issue({.usage = "clientAuth"}, &intermediate_)).chain, Chain::wrong_purpose);
}

TEST_F(ChainVerification, RefusesACodeSigningCertificateInEitherRole) {
  const Issued leaf = issue({.usage = "codeSigning"}, &intermediate_);
  EXPECT_EQ(verify(leaf).chain, Chain::wrong_purpose);
  EXPECT_EQ(verify(leaf, PeerRole::client).chain, Chain::wrong_purpose);
}

TEST_F(ChainVerification, AcceptsAClientBelowAnIntermediateForServersOnly) {
  const Issued servers = issue({.common_name = "Servers only",
                                .alternative_names = "",
                                .usage = "serverAuth",
                                .authority = true},
                               &root_);
  testing::extend(servers.get(), root_.get(), NID_ext_key_usage, "serverAuth");
  X509_sign(servers.get(), root_.key.get(), EVP_sha256());
  const Issued leaf = issue({}, &servers);
  EXPECT_EQ(verify_with({&leaf, &servers}, trust_in(root_), PeerRole::client).chain,
            Chain::trusted);
}

TEST_F(ChainVerification, AcceptsAServerCertificateAsAClient) {
  EXPECT_EQ(verify(issue({}, &intermediate_), PeerRole::client).chain, Chain::trusted);
  EXPECT_EQ(verify(issue({.usage = "clientAuth"}, &intermediate_), PeerRole::client).chain,
            Chain::trusted);
}

TEST_F(ChainVerification, CallsARsa1024LeafWeak) {
  EXPECT_EQ(verify(issue({.key = "1024"}, &intermediate_)).chain, Chain::weak);
}

TEST_F(ChainVerification, CallsASha1SignatureWeak) {
  EXPECT_EQ(verify(issue({.digest = EVP_sha1()}, &intermediate_)).chain, Chain::weak);
}

TEST_F(ChainVerification, CallsAnIntermediateWithARsa1024KeyWeak) {
  const Issued weak = issue(
      {.common_name = "Weak", .alternative_names = "", .key = "1024", .authority = true}, &root_);
  const Issued leaf = issue({}, &weak);
  EXPECT_EQ(verify_with({&leaf, &weak}, trust_in(root_)).chain, Chain::weak);
}

TEST_F(ChainVerification, RefusesALeafThatSignedAnother) {
  const Issued impostor = issue({}, &intermediate_);
  const Issued leaf = issue({}, &impostor);
  EXPECT_EQ(verify_with({&leaf, &impostor, &intermediate_}, trust_in(root_)).chain, Chain::invalid);
}

TEST_F(ChainVerification, RefusesABrokenSignature) {
  const Issued twin = authority("Intermediate", &root_);  // the same name, another key
  Wanted wanted;
  Issued leaf = issue(wanted, &intermediate_);
  const auto verdict = verify_with({&leaf, &twin}, trust_in(root_));
  EXPECT_NE(verdict.chain, Chain::trusted);
}

TEST_F(ChainVerification, HoldsNamesToTheConstraintsOfTheirIssuer) {
  const Issued bound = issue({.common_name = "Bound",
                              .alternative_names = "",
                              .authority = true,
                              .name_constraints = "critical,permitted;DNS:example.org"},
                             &root_);
  const Issued leaf = issue({}, &bound);
  EXPECT_EQ(verify_with({&leaf, &bound}, trust_in(root_)).chain, Chain::invalid);
  const Issued good = issue({.alternative_names = "DNS:mx.example.org"}, &bound);
  EXPECT_EQ(verify_with({&good, &bound}, trust_in(root_)).chain, Chain::trusted);
}

TEST_F(ChainVerification, NeverReadsTheCommonNameNotEvenForConstraints) {
  const Issued bound = issue({.common_name = "Bound",
                              .alternative_names = "",
                              .authority = true,
                              .name_constraints = "critical,permitted;DNS:example.org"},
                             &root_);
  const Issued leaf = issue({.common_name = "mx.example.com", .alternative_names = ""}, &bound);
  EXPECT_EQ(verify_with({&leaf, &bound}, trust_in(root_)).chain, Chain::trusted);
  EXPECT_TRUE(certificate_facts(leaf.get()).dns_names.empty());
}

TEST_F(ChainVerification, RefusesAChainOfMoreThanNineIntermediates) {
  std::vector<Issued> ladder{authority("Step 0", &root_)};
  for (int i = 1; i < 11; ++i)
    ladder.push_back(authority("Step " + std::to_string(i), &ladder.back()));
  const Issued leaf = issue({}, &ladder.back());
  std::vector<const Issued*> presented{&leaf};
  for (const Issued& step : ladder) presented.push_back(&step);
  EXPECT_NE(verify_with(presented, trust_in(root_)).chain, Chain::trusted);
}

// Every issuer has eight namesakes with other keys: whoever tried all ways would never come back.
TEST_F(ChainVerification, IsNotLostInAMazeOfNamesakes) {
  std::vector<Issued> maze;
  Issued above = authority("Nobody");
  for (int level = 0; level < 6; ++level) {
    const std::string name = "Maze " + std::to_string(level);
    for (int twin = 0; twin < 8; ++twin) maze.push_back(authority(name, &above));
    above = maze.back();
  }
  const Issued leaf = issue({}, &above);
  std::vector<const Issued*> presented{&leaf};
  for (const Issued& one : maze) presented.push_back(&one);
  EXPECT_NE(verify_with(presented, trust_in(root_)).chain, Chain::trusted);
}

TEST_F(ChainVerification, CallsARevokedCertificateRevoked) {
  const Issued leaf = issue({}, &intermediate_);
  const StoreContextPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), nullptr, leaf.get(), nullptr);
  Findings findings;
  findings.add(X509_V_ERR_CERT_REVOKED, 0, leaf.get());
  findings.add(X509_V_ERR_CERT_HAS_EXPIRED, 0, leaf.get());
  EXPECT_EQ(findings.verdict(context.get(), now_).chain, Chain::revoked);
}

TEST_F(ChainVerification, StandsUntilTheFirstDateOfTheChain) {
  const Issued leaf = issue({.until = std::chrono::hours(3)}, &intermediate_);
  EXPECT_EQ(verify(leaf).stands_until, instant_of(X509_get0_notAfter(leaf.get())));
}

TEST_F(ChainVerification, StandsUntilTheDateOfAnAnchorThatWasNotPresented) {
  const Issued brief = issue({.common_name = "Brief",
                              .alternative_names = "",
                              .authority = true,
                              .until = std::chrono::hours(2)});
  const Issued leaf = issue({}, &brief);
  const auto verdict = verify_with({&leaf}, trust_in(brief));
  EXPECT_EQ(verdict.chain, Chain::trusted);
  EXPECT_EQ(verdict.stands_until, instant_of(X509_get0_notAfter(brief.get())));
}

// --- layers of trust -----------------------------------------------------------------------------

// An authority that X509_STRICT refuses: it does not say what its key is for.
Issued sloppy_authority() {
  return issue(
      {.common_name = "Sloppy", .alternative_names = "", .authority = true, .key_usage = false});
}

TEST_F(ChainVerification, HoldsPublicAuthoritiesToTheStrictRules) {
  const Directory directory;
  const Issued sloppy = sloppy_authority();
  const Issued leaf = issue({}, &sloppy);
  const auto trust = TrustStore::public_cas(directory.write("ca.pem", sloppy.pem()));
  ASSERT_TRUE(trust);
  EXPECT_EQ(verify_with({&leaf}, *trust).chain, Chain::invalid);
}

TEST_F(ChainVerification, TakesAnAdministratorsOwnAuthorityAsItIs) {
  const Issued sloppy = sloppy_authority();
  const Issued leaf = issue({}, &sloppy);
  EXPECT_EQ(verify_with({&leaf}, trust_in(sloppy)).chain, Chain::trusted);
}

TEST_F(ChainVerification, TrustsPublicAndPrivateAuthoritiesSideBySide) {
  const Directory directory;
  const auto open = TrustStore::public_cas(directory.write("ca.pem", root_.pem()));
  ASSERT_TRUE(open);
  const Issued own = authority("Own");
  const auto both = TrustStore::private_cas(own.pem(), "account main", *open);
  ASSERT_TRUE(both);
  const Issued public_leaf = issue({}, &intermediate_);
  const Issued own_leaf = issue({}, &own);
  EXPECT_EQ(verify_with({&public_leaf, &intermediate_}, *both).chain, Chain::trusted);
  EXPECT_EQ(verify_with({&own_leaf}, *both).chain, Chain::trusted);
  EXPECT_EQ(verify_with({&own_leaf}, *open).chain, Chain::unknown_issuer);
  EXPECT_EQ((*both)->name(), "account main");
}

TEST_F(ChainVerification, ReportsTheLayerThatGotFurther) {
  const Directory directory;
  const auto open = TrustStore::public_cas(directory.write("ca.pem", authority("Else").pem()));
  const auto both = TrustStore::private_cas(root_.pem(), "account main", *open);
  const Issued leaf =
      issue({.from = std::chrono::hours(-48), .until = std::chrono::hours(-1)}, &intermediate_);
  EXPECT_EQ(verify_with({&leaf, &intermediate_}, *both).chain, Chain::expired);
}

TEST(TrustStore, LoadsTheSystemsAuthorities) {
  const auto trust = TrustStore::public_cas("");
  ASSERT_TRUE(trust) << trust.error().text;
  EXPECT_NE((*trust)->name(), "");
}

TEST(TrustStore, SaysWhichBundleCannotBeRead) {
  const auto trust = TrustStore::public_cas("/nowhere/ca.pem");
  ASSERT_FALSE(trust);
  EXPECT_EQ(trust.error().code, "unreadable-file");
  EXPECT_THAT(trust.error().text, HasSubstr("/nowhere/ca.pem"));
}

TEST(TrustStore, RefusesABundleWithoutCertificates) {
  const auto trust = TrustStore::private_cas("hello", "the CA bundle of account main", nullptr);
  ASSERT_FALSE(trust);
  EXPECT_EQ(trust.error().code, "no-certificate");
  EXPECT_THAT(trust.error().text, HasSubstr("the CA bundle of account main"));
}

}  // namespace
}  // namespace postern::crypto
