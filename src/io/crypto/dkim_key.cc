#include "io/crypto/dkim_key.h"

#include <fmt/format.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <cerrno>

#include "io/crypto/key_file.h"
#include "io/crypto/secret_file.h"
#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

constexpr int kBits = 2048;
constexpr int kFewestBits = 1024;  // RFC 8301 3.2: verifiers must take these; 2048 is better

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

class RsaDkimKey final : public DkimKey {
 public:
  explicit RsaDkimKey(KeyPtr key) : key_(std::move(key)) {}

  std::string sign(const message::DkimSigner& signer, std::string_view text) const override {
    const std::string body_hash = sha256(message::body_to_hash(text));
    const message::DkimParts parts = message::prepare(signer, text, body_hash);
    return message::signed_message(parts, signature_of(parts.input), text);
  }

  std::string public_key_der() const override {
    const ErrorScope errors;
    unsigned char* bytes = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &bytes);
    require(size > 0, "write a public key");
    std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
  }

 private:
  std::string signature_of(std::string_view input) const {
    const ErrorScope errors;
    const DigestContextPtr context(required(EVP_MD_CTX_new(), "make a digest context"));
    require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1,
            "begin a signature");
    const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size()) == 1, "sign");
    std::string signature(size, '\0');
    require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           bytes, input.size()) == 1,
            "sign");
    signature.resize(size);
    return signature;
  }

  KeyPtr key_;
};

std::string new_key_pem() {
  const KeyPtr key(required(EVP_RSA_gen(kBits), "make an RSA key"));
  return key_pem(key.get());
}

}  // namespace

base::Result<std::unique_ptr<DkimKey>> DkimKey::load(std::string file) {
  const ErrorScope errors;
  auto key = read_key(file);
  if (!key) return std::unexpected(key.error());
  if (EVP_PKEY_get_base_id(key->get()) != EVP_PKEY_RSA ||
      EVP_PKEY_get_bits(key->get()) < kFewestBits) {
    return base::fail(
        "bad-key", fmt::format("The key {} cannot sign mail: DKIM wants an RSA key, best of 2048 "
                               "bits. Make one: openssl genrsa -out {} 2048",
                               file, file));
  }
  return std::make_unique<RsaDkimKey>(*std::move(key));
}

base::Result<std::unique_ptr<DkimKey>> DkimKey::load_or_make(std::string file) {
  const ErrorScope errors;
  if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) {
    if (auto made = write_secret(file, new_key_pem()); !made) return std::unexpected(made.error());
  }
  return load(std::move(file));
}

}  // namespace postern::crypto
