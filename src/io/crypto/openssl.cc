#include "io/crypto/openssl.h"

#include <openssl/err.h>

#include <stdexcept>

#include "core/base/text.h"

namespace postern::crypto {

ErrorScope::ErrorScope() { ERR_clear_error(); }
ErrorScope::~ErrorScope() { ERR_clear_error(); }

std::string take_errors() {
  std::string text;
  while (const unsigned long error = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(error);
    if (reason == nullptr) continue;
    if (!text.empty()) text += "; ";
    text += reason;
  }
  return base::printable(text);
}

void openssl_bug(std::string_view what) {
  throw std::runtime_error("OpenSSL could not " + std::string(what) + ": " + take_errors());
}

BioPtr bio_of(std::string_view text) {
  return BioPtr(
      required(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "allocate a BIO"));
}

}  // namespace postern::crypto
