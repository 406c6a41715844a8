#include "io/crypto/certificate_key.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cerrno>

#include "io/crypto/key_file.h"
#include "io/crypto/secret_file.h"
#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

constexpr std::size_t kCoordinate = 32;
// id-pe-acmeIdentifier (RFC 8737 3).
constexpr const char* kAcmeIdentifier = "1.3.6.1.5.5.7.1.31";

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Release<BN_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Release<X509_REQ_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, Release<ASN1_OBJECT_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, Release<ASN1_OCTET_STRING_free>>;
void release_extensions(STACK_OF(X509_EXTENSION) * stack) {
  sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), Release<release_extensions>>;

template <auto write, class Object>
std::string der(const Object* object) {
  unsigned char* bytes = nullptr;
  const int size = write(object, &bytes);
  require(size > 0, "write DER");
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

// The names are domains, so they hold nothing that this little language would read otherwise.
ExtensionPtr alternative_names(std::span<const dns::Domain> names) {
  std::string value;
  for (const dns::Domain& name : names) value += (value.empty() ? "DNS:" : ",DNS:") + name.text();
  return ExtensionPtr(
      required(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, value.c_str()),
               "name a certificate"));
}

// Its value is an OCTET STRING of the digest, which stands in the extension's own OCTET STRING.
ExtensionPtr acme_identifier(const std::string& digest) {
  const std::string inner = std::string("\x04\x20", 2) + digest;
  const OctetsPtr octets(required(ASN1_OCTET_STRING_new(), "make an extension"));
  require(ASN1_OCTET_STRING_set(octets.get(), reinterpret_cast<const unsigned char*>(inner.data()),
                                static_cast<int>(inner.size())) == 1,
          "fill an extension");
  const ObjectPtr kind(required(OBJ_txt2obj(kAcmeIdentifier, 1), "name an extension"));
  return ExtensionPtr(
      required(X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), 1, octets.get()), "an extension"));
}

void set_times(X509* certificate, base::Instant from, base::Instant until) {
  const auto seconds = [](base::Instant time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  require(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(from)) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(until)) != nullptr,
          "date a certificate");
}

void set_serial(X509* certificate) {
  const std::string bytes = random_bytes(16);
  const NumberPtr number(required(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                            static_cast<int>(bytes.size()), nullptr),
                                  "make a serial number"));
  require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
          "number a certificate");
}

class EcKey final : public CertificateKey {
 public:
  explicit EcKey(KeyPtr key) : key_(std::move(key)) {}

  std::string pem() const override {
    const ErrorScope errors;
    return key_pem(key_.get());
  }

  tls::Sha256 spki_sha256() const override {
    const ErrorScope errors;
    const std::string digest = sha256(der<i2d_PUBKEY>(key_.get()));
    tls::Sha256 out{};
    std::ranges::copy(digest, out.begin());
    return out;
  }

  std::string sign(std::string_view input) const override {
    const ErrorScope errors;
    const DigestContextPtr context(required(EVP_MD_CTX_new(), "make a digest context"));
    require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1,
            "begin a signature");
    const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size()) == 1, "sign");
    std::string signature(size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(signature.data());
    require(EVP_DigestSign(context.get(), out, &size, bytes, input.size()) == 1, "sign");
    const unsigned char* at = out;
    const SignaturePtr parts(
        required(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), "read a signature"));
    return padded(ECDSA_SIG_get0_r(parts.get())) + padded(ECDSA_SIG_get0_s(parts.get()));
  }

  Point point() const override {
    const ErrorScope errors;
    return {coordinate(OSSL_PKEY_PARAM_EC_PUB_X), coordinate(OSSL_PKEY_PARAM_EC_PUB_Y)};
  }

  std::string request(std::span<const dns::Domain> names) const override {
    const ErrorScope errors;
    const RequestPtr request(required(X509_REQ_new(), "make a certificate request"));
    const ExtensionsPtr extensions(required(sk_X509_EXTENSION_new_null(), "make a list"));
    require(sk_X509_EXTENSION_push(extensions.get(), alternative_names(names).release()) > 0,
            "add an extension");
    require(X509_REQ_set_pubkey(request.get(), key_.get()) == 1 &&
                X509_REQ_add_extensions(request.get(), extensions.get()) == 1 &&
                X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) > 0,
            "write a certificate request");
    return der<i2d_X509_REQ>(request.get());
  }

  std::string self_signed(const SelfSigned& wanted) const override {
    const ErrorScope errors;
    const CertificatePtr certificate(required(X509_new(), "make a certificate"));
    X509* out = certificate.get();
    require(X509_set_version(out, X509_VERSION_3) == 1, "make a certificate");
    set_serial(out);
    set_times(out, wanted.from, wanted.until);
    X509_NAME* subject = X509_get_subject_name(out);
    constexpr std::string_view common_name = "Postern, vouched for by itself";
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                       reinterpret_cast<const unsigned char*>(common_name.data()),
                                       static_cast<int>(common_name.size()), -1, 0) == 1 &&
                X509_set_issuer_name(out, subject) == 1 && X509_set_pubkey(out, key_.get()) == 1 &&
                X509_add_ext(out, alternative_names(wanted.names).get(), -1) == 1,
            "fill a certificate");
    if (!wanted.acme_digest.empty()) {
      require(X509_add_ext(out, acme_identifier(wanted.acme_digest).get(), -1) == 1,
              "fill a certificate");
    }
    require(X509_sign(out, key_.get(), EVP_sha256()) > 0, "sign a certificate");
    const BioPtr pem(required(BIO_new(BIO_s_mem()), "make a buffer"));
    require(PEM_write_bio_X509(pem.get(), out) == 1, "write a certificate");
    char* text = nullptr;
    const long size = BIO_get_mem_data(pem.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  static std::string padded(const BIGNUM* number) {
    std::string out(kCoordinate, '\0');
    require(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), kCoordinate) ==
                static_cast<int>(kCoordinate),
            "write a number");
    return out;
  }

  std::string coordinate(const char* name) const {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1, "read a public key");
    const NumberPtr owner(number);
    return padded(number);
  }

  KeyPtr key_;
};

}  // namespace

std::shared_ptr<const CertificateKey> CertificateKey::make() {
  const ErrorScope errors;
  return std::make_shared<const EcKey>(KeyPtr(required(EVP_EC_gen("P-256"), "make an EC key")));
}

base::Result<std::shared_ptr<const CertificateKey>> CertificateKey::load(std::string file) {
  const ErrorScope errors;
  auto key = read_key(file);
  if (!key) return std::unexpected(key.error());
  char group[32] = {};
  const bool named = EVP_PKEY_get_group_name(key->get(), group, sizeof group, nullptr) == 1;
  if (!named || std::string_view(group) != "prime256v1") {
    return base::fail("bad-key", fmt::format("The key {} is not an EC key on P-256. Move it away: "
                                             "another one is made.",
                                             file));
  }
  return std::make_shared<const EcKey>(*std::move(key));
}

base::Result<std::shared_ptr<const CertificateKey>> CertificateKey::load_or_make(std::string file) {
  if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) {
    if (auto made = write_secret(file, make()->pem()); !made) return std::unexpected(made.error());
  }
  return load(std::move(file));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  const ErrorScope errors;
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size) != nullptr,
      "make a keyed digest");
  return {reinterpret_cast<const char*>(out), size};
}

}  // namespace postern::crypto
