#include "io/records/digest.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "core/base/text.h"

namespace postern::records {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  return base::hex(digest);
}

}  // namespace postern::records
