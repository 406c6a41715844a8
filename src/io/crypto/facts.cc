#include "io/crypto/facts.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>

#include "core/base/text.h"
#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

std::string name_text(const X509_NAME* name) {
  const BioPtr out(required(BIO_new(BIO_s_mem()), "allocate a BIO"));
  // Quoted rather than escaped with backslashes, which `printable` would double; control bytes are
  // left to `printable`.
  constexpr unsigned long flags = ASN1_STRFLGS_ESC_QUOTE | ASN1_STRFLGS_ESC_2253 |
                                  ASN1_STRFLGS_UTF8_CONVERT | XN_FLAG_SEP_COMMA_PLUS |
                                  XN_FLAG_DN_REV | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS;
  constexpr unsigned long wanted = flags & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_CTRL);
  X509_NAME_print_ex(out.get(), name, 0, wanted);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return base::printable(std::string_view(data, static_cast<std::size_t>(std::max(size, 0L))));
}

std::string key_text(X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return "unknown";
  if (EVP_PKEY_is_a(key, "EC")) {
    char group[80] = "";
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1) return "EC";
    const std::string_view name(group, length);
    if (name == "prime256v1") return "EC P-256";
    if (name == "secp384r1") return "EC P-384";
    if (name == "secp521r1") return "EC P-521";
    return "EC " + base::printable(name);
  }
  const char* type = EVP_PKEY_get0_type_name(key);
  const std::string algorithm = type == nullptr ? "unknown" : type;
  if (algorithm == "ED25519") return "Ed25519";
  if (algorithm == "ED448") return "Ed448";
  return fmt::format("{} {}", base::printable(algorithm), EVP_PKEY_get_bits(key));
}

void add_alternative_names(X509* certificate, tls::CertificateFacts& facts) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>> owner(names);
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type));
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    const unsigned char* bytes = ASN1_STRING_get0_data(value);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(value));
    if (type == GEN_DNS) {
      facts.dns_names.push_back(
          base::printable(std::string_view(reinterpret_cast<const char*>(bytes), size)));
    } else if (size == 4) {
      facts.ip_addresses.push_back(
          base::IpAddress::v4(std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                              std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]}));
    } else if (size == 16) {
      std::array<std::uint8_t, 16> address{};
      std::copy_n(bytes, 16, address.begin());
      facts.ip_addresses.push_back(base::IpAddress::v6(address));
    }
  }
}

tls::Sha256 digest_of(int (*encode)(X509*, unsigned char**), X509* certificate) {
  unsigned char* der = nullptr;
  const int size = encode(certificate, &der);
  require(size > 0, "encode a certificate");
  tls::Sha256 digest{};
  const int done = EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr,
                              EVP_sha256(), nullptr);
  OPENSSL_free(der);
  require(done == 1, "compute SHA-256");
  return digest;
}

int encode_certificate(X509* certificate, unsigned char** out) {
  return i2d_X509(certificate, out);
}
int encode_key(X509* certificate, unsigned char** out) {
  return i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), out);
}

}  // namespace

base::Instant instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return base::Instant{};
  return base::Instant{std::chrono::seconds{timegm(&parts)}};
}

std::string subject_of(X509* certificate) { return name_text(X509_get_subject_name(certificate)); }

tls::CertificateFacts certificate_facts(X509* certificate) {
  const ErrorScope errors;
  tls::CertificateFacts facts;
  facts.fingerprint = digest_of(encode_certificate, certificate);
  facts.spki = digest_of(encode_key, certificate);
  facts.subject = subject_of(certificate);
  facts.issuer = name_text(X509_get_issuer_name(certificate));
  facts.key = key_text(certificate);
  facts.not_before = instant_of(X509_get0_notBefore(certificate));
  facts.not_after = instant_of(X509_get0_notAfter(certificate));
  add_alternative_names(certificate, facts);
  facts.self_signed = X509_self_signed(certificate, 1) == 1;
  return facts;
}

base::Result<CertificatesPtr> parse_certificates(std::string_view pem, std::string_view what) {
  const ErrorScope errors;
  CertificatesPtr all(required(sk_X509_new_null(), "allocate a stack"));
  const BioPtr in = bio_of(pem);
  while (CertificatePtr one{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    require(sk_X509_push(all.get(), one.get()) > 0, "grow a stack");
    (void)one.release();  // the stack owns it now
  }
  // At the end of the text the reader looks for one more start line and finds none: that is good.
  const unsigned long last = ERR_peek_last_error();
  const bool at_end =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  const int count = sk_X509_num(all.get());
  if (!at_end) {
    return base::fail("bad-certificate",
                      fmt::format("Certificate {} in {} cannot be read ({}). Replace it with the "
                                  "file that the certificate authority issued.",
                                  count + 1, what, take_errors()));
  }
  if (count == 0) {
    return base::fail("no-certificate",
                      fmt::format("There is no certificate in {}. It must hold PEM blocks that "
                                  "begin with -----BEGIN CERTIFICATE-----.",
                                  what));
  }
  return all;
}

base::Result<std::vector<tls::CertificateFacts>> read_certificates(std::string pem) {
  auto all = parse_certificates(pem, "the PEM text");
  if (!all) return std::unexpected(std::move(all.error()));
  std::vector<tls::CertificateFacts> facts;
  for (int i = 0; i < sk_X509_num(all->get()); ++i) {
    facts.push_back(certificate_facts(sk_X509_value(all->get(), i)));
  }
  return facts;
}

}  // namespace postern::crypto
