#include "io/crypto/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/crypto/testing/forge.h"

namespace postern::crypto {
namespace {

using ::testing::AllOf;
using testing::Directory;
using ::testing::HasSubstr;
using testing::issue;
using testing::Issued;

class IdentityFiles : public ::testing::Test {
 protected:
  base::Failure failure(const ServerIdentity& files) {
    auto loaded = load_identity(files, testing::now());
    return loaded ? base::Failure{"none", "", ""} : loaded.error();
  }
  Directory directory_;
  Issued leaf_ = issue({});
  ServerIdentity good_ = directory_.identity("good", leaf_);
};

TEST_F(IdentityFiles, LoadACertificateWithItsChainAndKey) {
  const Issued root = testing::authority("Root");
  const Issued leaf = issue({}, &root);
  const auto loaded = load_identity(directory_.identity("a", leaf, root.pem()), testing::now());
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->facts, certificate_facts(leaf.get()));
  EXPECT_EQ(sk_X509_num(loaded->chain.get()), 1);
}

TEST_F(IdentityFiles, SayWhichFileCannotBeRead) {
  const auto why = failure({"/nowhere/mx.crt", good_.key_file});
  EXPECT_EQ(why.code, "unreadable-file");
  EXPECT_THAT(why.text, HasSubstr("/nowhere/mx.crt"));
}

TEST_F(IdentityFiles, SayThatTheKeyBelongsToAnotherCertificate) {
  const auto other = directory_.identity("other", issue({}));
  const auto why = failure({good_.certificate_file, other.key_file});
  EXPECT_EQ(why.code, "key-mismatch");
  EXPECT_THAT(why.text, AllOf(HasSubstr(other.key_file), HasSubstr(good_.certificate_file)));
}

TEST_F(IdentityFiles, SayThatTheLeafIsNotFirst) {
  const Issued root = testing::authority("Root");
  const Issued leaf = issue({}, &root);
  const auto why = failure({directory_.write("swapped.crt", root.pem() + leaf.pem()),
                            directory_.write("swapped.key", leaf.key_pem())});
  EXPECT_EQ(why.code, "key-mismatch");
  EXPECT_THAT(why.text, HasSubstr("number 2. Put it first"));
}

TEST_F(IdentityFiles, RefuseAKeyThatOthersCanReadAndSayHowToHideIt) {
  const auto exposed = directory_.write("exposed.key", leaf_.key_pem(), 0644);
  const auto why = failure({good_.certificate_file, exposed});
  EXPECT_EQ(why.code, "exposed-key");
  EXPECT_THAT(why.text, HasSubstr("chmod o= " + exposed));
  EXPECT_EQ(
      failure({good_.certificate_file, directory_.write("group.key", leaf_.key_pem(), 0640)}).code,
      "none");
}

TEST_F(IdentityFiles, RefuseWhatHasExpiredOrIsNotYetValid) {
  const auto old = directory_.identity(
      "old", issue({.from = std::chrono::hours(-48), .until = std::chrono::hours(-1)}));
  EXPECT_EQ(failure(old).code, "certificate-expired");
  EXPECT_THAT(failure(old).text, HasSubstr(old.certificate_file));
  EXPECT_EQ(failure(directory_.identity("new", issue({.from = std::chrono::hours(1)}))).code,
            "certificate-not-yet-valid");
}

TEST_F(IdentityFiles, SayThatAKeyIsProtectedByAPassphrase) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), leaf_.key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr,
                                nullptr);
  const auto why = failure(
      {good_.certificate_file, directory_.write("locked.key", Issued::contents(out.get()))});
  EXPECT_EQ(why.code, "bad-key");
  EXPECT_THAT(why.text, HasSubstr("passphrase"));
}

TEST_F(IdentityFiles, SayThatAFileHoldsNoKeyOrNoCertificate) {
  EXPECT_EQ(failure({good_.certificate_file, directory_.write("x.key", "hello")}).code, "bad-key");
  EXPECT_EQ(failure({directory_.write("x.crt", "hello"), good_.key_file}).code, "no-certificate");
}

TEST_F(IdentityFiles, AreAskedForWhenNoneIsConfigured) {
  const auto made = ServerContext::make({});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "no-certificate");
}

TEST_F(IdentityFiles, AreRefusedWhenAFloorMakesThemTooWeak) {
  const Issued root = testing::authority("Root");
  const auto weak =
      directory_.identity("weak", issue({.key = "2048", .digest = EVP_sha1()}, &root));
  const auto made = ServerContext::make(
      {.identities = {weak}, .floor = tls::Version::tls1_2, .anonymous_suites = false});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "weak-certificate");
  EXPECT_THAT(made.error().text, HasSubstr(weak.certificate_file));
}

}  // namespace
}  // namespace postern::crypto
