// Verifies a presented chain by itself, after the handshake: the handshake never fails because of a
// certificate, core judges the verdict. Names are left aside; core matches them (RFC 9525).
//
// Rules (docs/tls-policy.md, section 4): security level 2, depth 9, an intermediate may be an
// anchor, trusted certificates first, the CN never consulted (for name constraints neither),
// X509_STRICT for public CAs only. All findings are collected rather than the first, so the verdict
// is the most telling one: a self-signed certificate with a weak key is "self-signed".
#pragma once

#include <openssl/x509.h>

#include <string>

#include "core/base/time.h"
#include "core/tls/observation.h"

namespace postern::crypto {

class Anchors;

struct ChainVerdict {
  tls::Chain chain = tls::Chain::not_checked;
  std::string detail;  // what verification said; escaped
  // No date of a certificate involved passes before this moment: until then time alone cannot
  // change the verdict.
  base::Instant stands_until = base::Instant::max();
};

// A server's chain must be fit for server authentication. A client's may be fit for either: public
// CAs no longer issue clientAuth (docs/tls-policy.md, section 4).
enum class PeerRole { server, client };

[[nodiscard]] ChainVerdict verify_chain(X509* leaf, STACK_OF(X509) * presented,
                                        const Anchors& anchors, PeerRole role, base::Instant now);

// The rules that PKIX and DANE share, put on a context; `findings` must outlive it.
class Findings {
 public:
  void apply_to(X509_STORE_CTX* context, base::Instant now);
  void add(int error, int depth, X509* certificate);
  [[nodiscard]] bool empty() const { return worst_ == nullptr && detail_.empty(); }
  // Of a verification that has been run.
  [[nodiscard]] ChainVerdict verdict(X509_STORE_CTX* context, base::Instant now) const;

 private:
  struct Class;
  static const Class& classify(int error, int depth);
  const Class* worst_ = nullptr;
  std::string detail_;
  unsigned seen_ = 0;  // one bit a class: several errors of one class say the same thing
};

}  // namespace postern::crypto
