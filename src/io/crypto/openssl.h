// Ownership and error-queue hygiene for OpenSSL objects; private to io/crypto.
//
// OpenSSL keeps a queue of errors for each thread. SSL_get_error() reads it, so a stale entry turns
// a harmless "want read" into a failure of the wrong session: every call that can fail runs inside
// an ErrorScope, which leaves the queue empty behind it too.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace postern::crypto {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};
inline void release_certificates(STACK_OF(X509) * stack) noexcept {
  sk_X509_pop_free(stack, X509_free);
}

using BioPtr = std::unique_ptr<BIO, Release<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, Release<X509_free>>;
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), Release<release_certificates>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Release<SSL_free>>;
using SessionPtr = std::unique_ptr<SSL_SESSION, Release<SSL_SESSION_free>>;

class ErrorScope {
 public:
  ErrorScope();
  ~ErrorScope();
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
};

// Empties the queue and says what was in it: "no shared cipher", or "" if it was empty.
[[nodiscard]] std::string take_errors();

// OpenSSL refused what only a bug or exhaustion makes it refuse: throws with the queue's text.
[[noreturn]] void openssl_bug(std::string_view what);
template <class T>
T* required(T* object, std::string_view what) {
  if (object == nullptr) openssl_bug(what);
  return object;
}
inline void require(bool good, std::string_view what) {
  if (!good) openssl_bug(what);
}

// A read-only view of text as a BIO; the text must outlive it.
[[nodiscard]] BioPtr bio_of(std::string_view text);

}  // namespace postern::crypto
