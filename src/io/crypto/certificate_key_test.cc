#include "io/crypto/certificate_key.h"

#include <gmock/gmock.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/text.h"
#include "io/crypto/facts.h"
#include "io/crypto/testing/forge.h"

namespace postern::crypto {
namespace {

using testing::Directory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string hex(std::string_view bytes) {
  return base::hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::vector<dns::Domain> names() {
  return {*dns::Domain::parse("gateway.example"), *dns::Domain::parse("mx.example")};
}

KeyPtr read(const CertificateKey& key) {
  const std::string pem = key.pem();
  return KeyPtr(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

TEST(CertificateKeyTest, IsMadeOnceForItsUserAloneAndStaysTheSame) {
  const Directory directory;
  const std::string file = directory.write("account.key", "");
  ASSERT_EQ(unlink(file.c_str()), 0);
  const auto made = CertificateKey::load_or_make(file);
  ASSERT_TRUE(made);
  EXPECT_EQ((*CertificateKey::load_or_make(file))->spki_sha256(), (*made)->spki_sha256());
  struct stat facts{};
  ASSERT_EQ(stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(CertificateKeyTest, RefusesAKeyOfAnotherKindAndOneThatEverybodyCanRead) {
  const Directory directory;
  const auto rsa = testing::issue({.key = "2048"});
  const auto other = CertificateKey::load(directory.write("rsa.key", rsa.key_pem()));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "bad-key");
  const std::string open = directory.write("open.key", CertificateKey::make()->pem());
  ASSERT_EQ(chmod(open.c_str(), 0644), 0);
  EXPECT_EQ(CertificateKey::load(open).error().code, "exposed-key");
}

TEST(CertificateKeyTest, SignsAsJwsHasItAndItsPointIsThatOfTheKey) {
  const auto key = CertificateKey::make();
  const std::string signature = key->sign("header.payload");
  ASSERT_EQ(signature.size(), 64U);
  const auto point = key->point();
  EXPECT_EQ(point.x.size(), 32U);
  EXPECT_EQ(point.y.size(), 32U);

  // OpenSSL wants it as DER.
  const auto number = [&](std::size_t at) {
    return BN_bin2bn(reinterpret_cast<const unsigned char*>(signature.data()) + at, 32, nullptr);
  };
  ECDSA_SIG* parts = ECDSA_SIG_new();
  ECDSA_SIG_set0(parts, number(0), number(32));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts, &der);
  const KeyPtr verifier = read(*key);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, verifier.get());
  const std::string_view text = "header.payload";
  EXPECT_EQ(EVP_DigestVerify(context, der, static_cast<std::size_t>(size),
                             reinterpret_cast<const unsigned char*>(text.data()), text.size()),
            1);
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(parts);
}

TEST(CertificateKeyTest, ARequestNamesAllNamesAndProvesItsKey) {
  const auto key = CertificateKey::make();
  const std::string der = key->request(names());
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()));
  ASSERT_NE(request, nullptr);
  const KeyPtr verifier = read(*key);
  EXPECT_EQ(X509_REQ_verify(request, verifier.get()), 1);
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_REQ_print(out.get(), request);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  EXPECT_THAT(std::string(text, static_cast<std::size_t>(size)),
              HasSubstr("DNS:gateway.example, DNS:mx.example"));
  X509_REQ_free(request);
}

TEST(CertificateKeyTest, ACertificateOfItsOwnVouchesForItself) {
  const auto key = CertificateKey::make();
  const auto all = names();
  const base::Instant from = testing::now();
  const auto read = read_certificates(key->self_signed({all, from, from + std::chrono::days(90)}));
  ASSERT_TRUE(read);
  const tls::CertificateFacts& leaf = read->front();
  EXPECT_TRUE(leaf.self_signed);
  EXPECT_THAT(leaf.dns_names, ElementsAre("gateway.example", "mx.example"));
  EXPECT_EQ(leaf.spki, key->spki_sha256());
  EXPECT_EQ(leaf.key, "EC P-256");
}

// The example of RFC 4231 4.3.
TEST(CertificateKeyTest, KeyedDigestsAreThoseOfTheStandard) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace postern::crypto
