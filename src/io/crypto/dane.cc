#include "io/crypto/dane.h"

#include <fmt/format.h>

#include "core/tls/names.h"
#include "io/crypto/facts.h"
#include "io/crypto/verify.h"

namespace postern::crypto {
namespace {

// RFC 7218 2.1; OpenSSL keeps its own names for them private.
constexpr std::uint8_t dane_ta = 2;
constexpr std::uint8_t dane_ee = 3;

// How many of the records OpenSSL could use.
std::size_t add_records(SSL* ssl, std::span<const dns::Tlsa> records) {
  std::size_t usable = 0;
  for (const dns::Tlsa& record : records) {
    if (record.usage != dane_ta && record.usage != dane_ee) continue;
    const ErrorScope errors;
    if (SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching_type,
                          record.data.data(), record.data.size()) > 0) {
      ++usable;
    }
  }
  return usable;
}

tls::Dane matched_usage(SSL* ssl) {
  // The match is reported only for a connection that verified, and the caller saw that it did.
  SSL_set_verify_result(ssl, X509_V_OK);
  std::uint8_t usage = 0;
  const int depth = SSL_get0_dane_tlsa(ssl, &usage, nullptr, nullptr, nullptr, nullptr);
  if (depth < 0) return tls::Dane::mismatched;
  return usage == dane_ee ? tls::Dane::matched_ee : tls::Dane::matched_ta;
}

}  // namespace

DaneChecker::DaneChecker()
    : context_(required(SSL_CTX_new(TLS_client_method()), "make a TLS context")),
      no_anchors_(required(X509_STORE_new(), "allocate a certificate store")) {
  require(SSL_CTX_dane_enable(context_.get()) == 1, "enable DANE");
}

DaneVerdict DaneChecker::check(X509* leaf, STACK_OF(X509) * presented,
                               std::span<const dns::Tlsa> records, base::Instant now) const {
  if (records.empty()) return {};
  const ErrorScope errors;
  const SslPtr ssl(required(SSL_new(context_.get()), "make a TLS session"));
  // The name is never compared, core does that; OpenSSL only insists on having one.
  require(SSL_dane_enable(ssl.get(), "tlsa.invalid") == 1, "enable DANE");
  SSL_dane_set_flags(ssl.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  const std::size_t usable = add_records(ssl.get(), records);
  if (usable == 0) {
    return {tls::Dane::mismatched,
            fmt::format("none of {} TLSA records can be used", records.size()),
            base::Instant::max()};
  }
  const StoreContextPtr context(required(X509_STORE_CTX_new(), "allocate a verification"));
  require(X509_STORE_CTX_init(context.get(), no_anchors_.get(), leaf, presented) == 1,
          "start a verification");
  X509_STORE_CTX_set0_dane(context.get(), SSL_get0_dane(ssl.get()));
  Findings findings;
  findings.apply_to(context.get(), now);
  X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(context.get()), X509_PURPOSE_SSL_SERVER);
  const int result = X509_verify_cert(context.get());
  const ChainVerdict verdict = findings.verdict(context.get(), now);
  if (result == 1 && findings.empty()) {
    const tls::Dane matched = matched_usage(ssl.get());
    if (matched != tls::Dane::mismatched) return {matched, {}, verdict.stands_until};
  }
  return {tls::Dane::mismatched,
          fmt::format("none of {} TLSA records matches: {}", usable, verdict.detail),
          verdict.stands_until};
}

bool proves_host(const DaneChecker& checker, X509* leaf, STACK_OF(X509) * chain,
                 const dns::Domain& host, std::span<const dns::Tlsa> records, base::Instant now) {
  const tls::Dane dane = checker.check(leaf, chain, records, now).dane;
  if (dane != tls::Dane::matched_ta) return dane == tls::Dane::matched_ee;
  return tls::match_name(certificate_facts(leaf), {&host, 1}).has_value();
}

}  // namespace postern::crypto
