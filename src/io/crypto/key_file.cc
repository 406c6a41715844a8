#include "io/crypto/key_file.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include "io/crypto/secret_file.h"

namespace postern::crypto {
namespace {

// Never ask a terminal for a passphrase: the gateway starts unattended.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::string key_pem(EVP_PKEY* key) {
  const BioPtr out(required(BIO_new(BIO_s_mem()), "make a buffer"));
  require(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write a key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

base::Result<KeyPtr> read_key(const std::string& file) {
  const auto pem = read_file(file, Secrecy::secret);
  if (!pem) return std::unexpected(pem.error());
  KeyPtr key(PEM_read_bio_PrivateKey(bio_of(*pem).get(), nullptr, no_passphrase, nullptr));
  if (key) return key;
  if (pem->find("ENCRYPTED") != std::string::npos) {
    return base::fail(
        "bad-key", fmt::format("The private key {} is protected by a passphrase. Write it without "
                               "one: openssl pkey -in {} -out NEW_FILE, then chmod 600 NEW_FILE.",
                               file, file));
  }
  return base::fail("bad-key",
                    fmt::format("There is no readable private key in {}. It must hold a PEM block "
                                "that begins with -----BEGIN PRIVATE KEY-----.",
                                file));
}

}  // namespace postern::crypto
