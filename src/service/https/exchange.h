// One HTTPS request to a host that somebody else chose: the server of an MTA-STS policy (RFC 8461
// 3.3) or of TLS reports (RFC 8460 5.4).
//
// Such a name may lead anywhere, so it is limited: special addresses are refused before anything is
// sent, unless the settings allow them (a practice world); the certificate must be trusted by
// WebPKI for the host's own name (RFC 9525); redirects are answers like others and never followed;
// the answer is bounded.
//
// Failures, each with what went wrong as one sentence that begins in lower case, escaped:
// "https-unreachable" (no address, no connection, or it broke off), "https-certificate",
// "https-malformed" (or larger than allowed).
#pragma once

#include <memory>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "core/dns/domain.h"
#include "io/crypto/tls.h"
#include "io/http/http.h"
#include "io/net/shard.h"
#include "io/resolver/resolver.h"

namespace postern::https {

struct Reach {
  bool special_addresses = false;
  bool ipv4 = true;
  bool ipv6 = true;
};

struct Needs {
  net::Shard& shard;
  resolver::Lookups& lookups;
  crypto::ClientContext& tls;
  std::shared_ptr<const crypto::TrustStore> trust;
  Reach reach{};
};

struct Call {
  dns::Domain host;
  std::uint16_t port = 443;
  http::Request request;  // "host" and "connection: close" are added
  std::size_t answer_limit = 64 << 10;
};

// Tries a few of the host's addresses, one after the other, until one takes the connection.
[[nodiscard]] net::Task<base::Result<http::Response>> exchange(Needs needs, Call call,
                                                               base::Deadline deadline);

}  // namespace postern::https
