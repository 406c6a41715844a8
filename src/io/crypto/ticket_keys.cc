#include "io/crypto/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <span>

#include "io/crypto/openssl.h"

namespace postern::crypto {
namespace {

constexpr int iv_size = 16;

bool start_mac(EVP_MAC_CTX* mac, std::array<unsigned char, 32>& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

}  // namespace

base::Steady steady_time() { return std::chrono::steady_clock::now(); }

TicketKeys::Key::~Key() {
  OPENSSL_cleanse(cipher.data(), cipher.size());
  OPENSSL_cleanse(mac.data(), mac.size());
}

TicketKeys::Key TicketKeys::make(base::Steady now) {
  Key key;
  for (auto part : {std::span<unsigned char>(key.name), std::span<unsigned char>(key.cipher),
                    std::span<unsigned char>(key.mac)}) {
    require(RAND_priv_bytes(part.data(), static_cast<int>(part.size())) == 1, "make a ticket key");
  }
  key.made = now;
  return key;
}

void TicketKeys::rotate() {
  const base::Steady now = clock_();
  if (now - current_.made >= rotate_after) {
    // After a quiet night the current key is too old even to be the previous one.
    previous_.reset();
    if (now - current_.made < 2 * rotate_after) previous_ = current_;
    current_ = make(now);
  } else if (previous_ && now - previous_->made >= 2 * rotate_after) {
    previous_.reset();
  }
}

std::optional<TicketKeys::Key> TicketKeys::find(const unsigned char* name) {
  const std::lock_guard lock(mutex_);
  rotate();
  if (name == nullptr || std::ranges::equal(std::span(name, 16), current_.name)) return current_;
  if (previous_ && std::ranges::equal(std::span(name, 16), previous_->name)) return previous_;
  return std::nullopt;
}

int TicketKeys::use(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                    EVP_MAC_CTX* mac, bool encrypting) {
  const unsigned char* wanted = encrypting ? nullptr : name;
  std::optional<Key> key = find(wanted);
  if (!key) return 0;
  if (encrypting) {
    if (RAND_bytes(iv, iv_size) != 1) return -1;
    std::ranges::copy(key->name, name);
  }
  if (!start_mac(mac, key->mac)) return -1;
  if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv,
                        encrypting ? 1 : 0) != 1) {
    return -1;
  }
  const bool old = clock_() - key->made >= rotate_after;
  return !encrypting && old ? 2 : 1;
}

}  // namespace postern::crypto
