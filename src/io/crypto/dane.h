// Does a chain match the TLSA records of its host? (RFC 6698, 7671, 7672)
//
// A verification of its own, beside the one for PKIX, so that one handshake reports both verdicts.
// OpenSSL matches; it keeps DANE state only in an SSL object, so each check borrows one that never
// sees a connection. DANE-EE ignores names and dates; DANE-TA builds a chain to the record, with
// dates, and leaves the name to core. Security level 2 holds here too: a record that vouches for a
// 1024-bit key does not make it one that nobody else can own.
#pragma once

#include <span>
#include <string>

#include "core/base/time.h"
#include "core/dns/answer.h"
#include "core/tls/observation.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

struct DaneVerdict {
  tls::Dane dane = tls::Dane::not_checked;
  std::string detail;                                 // why nothing matched; escaped
  base::Instant stands_until = base::Instant::max();  // as for ChainVerdict
};

class DaneChecker {
 public:
  DaneChecker();

  // Usages 0 and 1 do not exist for SMTP (RFC 7672 3.1.3) and match nothing. Records that are given
  // and all malformed are a mismatch: silence must come from whoever reads DNS, not from here.
  [[nodiscard]] DaneVerdict check(X509* leaf, STACK_OF(X509) * presented,
                                  std::span<const dns::Tlsa> records, base::Instant now) const;

 private:
  SslContextPtr context_;
  StorePtr no_anchors_;
};

// Would a sender that knows DANE take this chain from `host`? With DANE-TA, the name must match,
// too.
[[nodiscard]] bool proves_host(const DaneChecker& checker, X509* leaf, STACK_OF(X509) * chain,
                               const dns::Domain& host, std::span<const dns::Tlsa> records,
                               base::Instant now);

}  // namespace postern::crypto
