#include "io/crypto/trust.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "io/crypto/facts.h"

namespace postern::crypto {
namespace {

std::shared_ptr<X509_STORE> store_of(STACK_OF(X509) * certificates) {
  StorePtr store(required(X509_STORE_new(), "allocate a certificate store"));
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    require(X509_STORE_add_cert(store.get(), sk_X509_value(certificates, i)) == 1,
            "add a certificate to a store");
  }
  return std::shared_ptr<X509_STORE>(store.release(), X509_STORE_free);
}

bool readable(const std::string& file) { return std::ifstream(file).good(); }

// Where distributions keep one file with every public CA. OpenSSL's own default place comes first
// (SSL_CERT_FILE moves it); a directory of hashed links is never used, because it is searched on
// disk in the middle of a handshake.
std::string system_bundle() {
  if (const char* moved = std::getenv(X509_get_default_cert_file_env()); moved != nullptr) {
    return moved;
  }
  for (const char* file : {X509_get_default_cert_file(), "/etc/ssl/certs/ca-certificates.crt",
                           "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"}) {
    if (readable(file)) return file;
  }
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const TrustStore>> TrustStore::public_cas(std::string file) {
  const ErrorScope errors;
  if (file.empty()) file = system_bundle();
  if (file.empty()) {
    return base::fail("no-ca-bundle",
                      "This system has no bundle of public certificate authorities. Install the "
                      "package ca-certificates, or name a PEM file in the configuration.");
  }
  std::ifstream in(file, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  if (!in.good()) {
    return base::fail("unreadable-file",
                      fmt::format("The CA bundle {} cannot be read. Check its name and that the "
                                  "gateway's user may read it.",
                                  file));
  }
  auto certificates = parse_certificates(pem, file);
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  std::vector<Anchors::Layer> layers{{store_of(certificates->get()), Anchors::Kind::public_cas}};
  return std::make_shared<const Anchors>(std::move(file), std::move(layers));
}

base::Result<std::shared_ptr<const TrustStore>> TrustStore::private_cas(
    std::string pem, std::string name, std::shared_ptr<const TrustStore> public_cas) {
  const ErrorScope errors;
  auto certificates = parse_certificates(pem, name);
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  std::vector<Anchors::Layer> layers{{store_of(certificates->get()), Anchors::Kind::private_cas}};
  if (public_cas) {
    const auto below = Anchors::of(std::move(public_cas));
    layers.insert(layers.end(), below->layers().begin(), below->layers().end());
  }
  return std::make_shared<const Anchors>(std::move(name), std::move(layers));
}

std::shared_ptr<const Anchors> Anchors::none() {
  std::vector<Layer> layers{{store_of(nullptr), Kind::public_cas}};
  return std::make_shared<const Anchors>("no certificate authorities", std::move(layers));
}

std::shared_ptr<const Anchors> Anchors::of(std::shared_ptr<const TrustStore> trust) {
  if (!trust) return none();
  return std::static_pointer_cast<const Anchors>(std::move(trust));
}

}  // namespace postern::crypto
