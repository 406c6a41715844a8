// For tests: certificate authorities and certificates of every quality, made on the spot.
#pragma once

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/crypto/facts.h"
#include "io/crypto/openssl.h"
#include "io/crypto/tls.h"

namespace postern::crypto::testing {

struct Wanted {
  std::string common_name = "mx.example.com";
  std::string alternative_names = "DNS:mx.example.com";  // as openssl.cnf writes them; "" for none
  std::string key = "EC";                                // or the size of an RSA key: "1024"
  std::string usage = "serverAuth";                      // extended key usage; "" for none
  bool authority = false;
  bool key_usage = true;
  std::string name_constraints{};  // "critical,permitted;DNS:example.com"
  std::chrono::hours from{-24};    // against now
  std::chrono::hours until{90 * 24};
  const EVP_MD* digest = EVP_sha256();
};

struct Issued {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;

  [[nodiscard]] X509* get() const { return certificate.get(); }
  [[nodiscard]] std::string pem() const {
    const BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate.get());
    return contents(out.get());
  }
  [[nodiscard]] std::string key_pem() const {
    const BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return contents(out.get());
  }
  [[nodiscard]] static std::string contents(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
  }
};

inline void extend(X509* certificate, X509* issuer, int extension, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
  X509_add_ext(certificate, required(made, "make extension " + value), -1);
  X509_EXTENSION_free(made);
}

// RSA keys take long to make, so certificates with keys of one size share one.
inline std::shared_ptr<EVP_PKEY> make_key(const std::string& kind) {
  if (kind == "EC") return {EVP_EC_gen("P-256"), EVP_PKEY_free};
  static std::map<std::string, std::shared_ptr<EVP_PKEY>> made;
  auto& key = made[kind];
  if (!key) key.reset(EVP_RSA_gen(static_cast<unsigned>(std::stoul(kind))), EVP_PKEY_free);
  return key;
}

// Signed by `issuer`, or by itself.
inline Issued issue(const Wanted& wanted, const Issued* issuer = nullptr) {
  Issued made{{X509_new(), X509_free}, make_key(wanted.key)};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  std::string serial = random_bytes(8);
  serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);
  std::uint64_t number = 0;
  for (const char byte : serial) number = number << 8 | static_cast<unsigned char>(byte);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number);
  X509_gmtime_adj(X509_getm_notBefore(certificate), std::chrono::seconds(wanted.from).count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), std::chrono::seconds(wanted.until).count());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wanted.common_name.data()),
                             static_cast<int>(wanted.common_name.size()), -1, 0);
  X509* signer = issuer == nullptr ? certificate : issuer->get();
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, made.key.get());
  extend(certificate, signer, NID_basic_constraints,
         wanted.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (wanted.key_usage) {
    extend(certificate, signer, NID_key_usage,
           wanted.authority ? "critical,keyCertSign,cRLSign"
                            : "critical,digitalSignature,keyEncipherment");
  }
  extend(certificate, signer, NID_subject_key_identifier, "hash");
  extend(certificate, signer, NID_authority_key_identifier, issuer == nullptr ? "" : "keyid");
  if (!wanted.authority) extend(certificate, signer, NID_ext_key_usage, wanted.usage);
  extend(certificate, signer, NID_subject_alt_name, wanted.alternative_names);
  extend(certificate, signer, NID_name_constraints, wanted.name_constraints);
  EVP_PKEY* key = issuer == nullptr ? made.key.get() : issuer->key.get();
  require(X509_sign(certificate, key, wanted.digest) > 0, "sign a certificate");
  return made;
}

inline Issued authority(const std::string& name, const Issued* issuer = nullptr) {
  Wanted wanted{.common_name = name, .alternative_names = "", .authority = true};
  return issue(wanted, issuer);
}

inline CertificatesPtr stack_of(const std::vector<const Issued*>& all) {
  CertificatesPtr stack(sk_X509_new_null());
  for (const Issued* one : all) {
    X509_up_ref(one->get());
    sk_X509_push(stack.get(), one->get());
  }
  return stack;
}

inline std::shared_ptr<const TrustStore> trust_in(const Issued& anchor) {
  return TrustStore::private_cas(anchor.pem(), "test CA", nullptr).value();
}

inline base::Instant now() {
  return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
}

// A directory that goes with the test.
class Directory {
 public:
  Directory() {
    std::string name = std::filesystem::temp_directory_path() / "postern-crypto-XXXXXX";
    require(::mkdtemp(name.data()) != nullptr, "make a directory");
    path_ = name;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string file = path_ / name;
    std::ofstream(file, std::ios::binary) << text;
    ::chmod(file.c_str(), mode);
    return file;
  }
  ServerIdentity identity(const std::string& name, const Issued& leaf,
                          const std::string& chain = {}) const {
    return {write(name + ".crt", leaf.pem() + chain), write(name + ".key", leaf.key_pem())};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace postern::crypto::testing
