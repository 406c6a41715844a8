// Fetches a domain's MTA-STS policy over HTTPS (RFC 8461 3.3): from mta-sts.<domain>, port 443,
// /.well-known/mta-sts.txt, with a certificate that WebPKI trusts for that name, status 200 and no
// redirect, text/plain, at most 64 KiB, within a minute.
//
// Whom the name leads to is the publisher's choice, so it is limited: special addresses are refused
// unless the settings allow them (a practice world), before anything is sent.
//
// Failures: "sts-webpki-invalid" (the certificate), "sts-policy-fetch-error" (all else; RFC 8460
// 4.3.2.2). Nothing that the server said is in their text unescaped.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "core/dns/domain.h"
#include "io/crypto/tls.h"
#include "io/net/shard.h"
#include "io/resolver/resolver.h"
#include "service/https/exchange.h"

namespace postern::mtasts {

struct FetchSettings {
  std::uint16_t port = 443;  // other than 443 only in a practice world
  https::Reach reach{};
  std::chrono::milliseconds limit{60'000};  // for the whole
};

struct FetchNeeds {
  net::Shard& shard;
  resolver::Lookups& lookups;
  crypto::ClientContext& tls;
  std::shared_ptr<const crypto::TrustStore> trust;  // public CAs
  FetchSettings settings{};
};

[[nodiscard]] net::Task<base::Result<std::string>> fetch_policy(FetchNeeds needs,
                                                                dns::Domain policy_domain,
                                                                base::Cancellation* cancellation);

}  // namespace postern::mtasts
