// Which versions, suites, groups and signatures a handshake may use. Two questions decide it: the
// oldest version allowed, and whether a suite that authenticates nobody is better than plaintext.
//
//   floor below TLS 1.2   security level 0: OpenSSL refuses TLS 1.0, 1.1 and anonymous suites above
//                         it. It still refuses DH groups below 1024 bits (Logjam).
//   TLS 1.2 and later     security level 1, not 2: the level also governs the peer's key exchange,
//                         and relaxed mode must take old and odd servers. Level 1 refuses SHA-1 and
//                         MD5 signatures (RFC 9155) and DH below 1024 bits. It does not look at the
//                         certificate: verification (verify.h) does that, apart, at level 2.
#pragma once

#include <string>

#include "core/tls/mode.h"
#include "core/tls/observation.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

struct SuiteChoice {
  tls::Version floor = tls::Version::tls1_2;
  bool anonymous = false;
  bool forbidden = false;  // RC4 and MD5, as far as they are linked in
};

// Sets all of the above, and what every context of ours has: no compression, no renegotiation,
// buffers released when idle.
void configure(SSL_CTX* context, const SuiteChoice& choice);

// What a finished handshake used.
struct Agreed {
  tls::Version version = tls::Version::none;
  std::string cipher;
  std::string cipher_iana;  // its name in IANA's registry
  std::string group;
  bool anonymous = false;
  bool weak_suite = false;
  bool resumed = false;
};
[[nodiscard]] Agreed agreed(SSL* ssl);

}  // namespace postern::crypto
