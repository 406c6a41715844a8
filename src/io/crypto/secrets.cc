// Passwords, random bytes and digests.
#include <argon2.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "io/crypto/openssl.h"
#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

// OWASP's argon2id figures: 19 MiB, two passes, one lane; some 25 ms on a core of 2020.
constexpr std::uint32_t memory_kib = 19456;
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t tag_size = 32;
// A stored hash may come from an import: none may cost more than this, or a login is an attack.
constexpr std::uint32_t most_memory_kib = 1 << 20;
constexpr std::uint32_t most_passes = 16;

// Is it argon2id, with costs that we are willing to pay? "$argon2id$v=19$m=19456,t=2,p=1$..."
bool acceptable(const std::string& phc) {
  unsigned version = 0;
  unsigned memory = 0;
  unsigned rounds = 0;
  unsigned parallel = 0;
  const int read = std::sscanf(phc.c_str(), "$argon2id$v=%9u$m=%9u,t=%9u,p=%9u$", &version, &memory,
                               &rounds, &parallel);
  return read == 4 && memory <= most_memory_kib && rounds <= most_passes && parallel <= 16;
}

std::string hash_with(const std::string& password, const std::string& salt) {
  std::array<char, 256> encoded{};
  const int result =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), tag_size, encoded.data(), encoded.size());
  if (result != ARGON2_OK) throw std::runtime_error(argon2_error_message(result));
  return encoded.data();
}

}  // namespace

std::string hash_password(const std::string& password) {
  return hash_with(password, random_bytes(salt_size));
}

bool verify_password(const std::string& phc, const std::string& password) {
  if (!acceptable(phc)) {
    // An unknown user must take as long as a wrong password, or the clock lists our users.
    (void)hash_with(password, std::string(salt_size, '\0'));
    return false;
  }
  return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string random_bytes(std::size_t count) {
  const ErrorScope errors;
  std::string bytes(count, '\0');
  require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
          "make random bytes");
  return bytes;
}

std::string sha256(std::string_view bytes) {
  const ErrorScope errors;
  std::string digest(32, '\0');
  require(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                     nullptr, EVP_sha256(), nullptr) == 1,
          "compute SHA-256");
  return digest;
}

}  // namespace postern::crypto
