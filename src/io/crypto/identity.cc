#include "io/crypto/identity.h"

#include <fmt/format.h>

#include "io/crypto/dane.h"
#include "io/crypto/facts.h"
#include "io/crypto/key_file.h"
#include "io/crypto/secret_file.h"

namespace postern::crypto {
namespace {

base::Failure mismatch(const ServerIdentity& files, STACK_OF(X509) * certificates, EVP_PKEY* key) {
  for (int i = 1; i < sk_X509_num(certificates); ++i) {
    if (X509_check_private_key(sk_X509_value(certificates, i), key) != 1) continue;
    return {"key-mismatch",
            fmt::format("In {} the gateway's own certificate is number {}. Put it first, then its "
                        "issuers.",
                        files.certificate_file, i + 1),
            {}};
  }
  return {"key-mismatch",
          fmt::format("The key {} does not belong to the certificate {}. Name the key that the "
                      "certificate was requested with.",
                      files.key_file, files.certificate_file),
          {}};
}

base::Result<> check_dates(const std::string& file, const tls::CertificateFacts& facts,
                           base::Instant now) {
  if (now >= facts.not_after) {
    return base::fail("certificate-expired",
                      fmt::format("The certificate {} expired at {}. Renew it.", file,
                                  base::rfc3339(facts.not_after)));
  }
  if (now < facts.not_before) {
    return base::fail("certificate-not-yet-valid",
                      fmt::format("The certificate {} is not valid before {}. Check this machine's "
                                  "clock.",
                                  file, base::rfc3339(facts.not_before)));
  }
  return {};
}

}  // namespace

base::Result<Identity> load_identity(const ServerIdentity& files, base::Instant now) {
  const ErrorScope errors;
  const auto pem = read_file(files.certificate_file, Secrecy::open);
  if (!pem) return std::unexpected(pem.error());
  auto certificates = parse_certificates(*pem, files.certificate_file);
  if (!certificates) return std::unexpected(certificates.error());
  auto key = read_key(files.key_file);
  if (!key) return std::unexpected(key.error());

  Identity identity;
  if (X509_check_private_key(sk_X509_value(certificates->get(), 0), key->get()) != 1) {
    return std::unexpected(mismatch(files, certificates->get(), key->get()));
  }
  identity.leaf.reset(sk_X509_shift(certificates->get()));
  identity.chain = std::move(*certificates);
  identity.key = std::move(*key);
  identity.facts = certificate_facts(identity.leaf.get());
  if (auto dates = check_dates(files.certificate_file, identity.facts, now); !dates) {
    return std::unexpected(std::move(dates.error()));
  }
  return identity;
}

bool chain_proved_by(const std::string& pem, const dns::Domain& host,
                     std::span<const dns::Tlsa> records, base::Instant now) {
  const ErrorScope errors;
  auto certificates = parse_certificates(pem, "a certificate");
  if (!certificates) return false;
  const CertificatePtr leaf(sk_X509_shift(certificates->get()));
  return proves_host(DaneChecker(), leaf.get(), certificates->get(), host, records, now);
}

base::Result<> check_identity(const ServerIdentity& files, base::Instant now) {
  auto identity = load_identity(files, now);
  if (!identity) return std::unexpected(identity.error());
  return {};
}

}  // namespace postern::crypto
