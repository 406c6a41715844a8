// When a certificate is renewed, how long a failed attempt waits, and when one that has another key
// may replace the one in use.
//
// Early: when a third of its life is left, whatever the life is, so that a CA which is away for
// days breaks nothing. A renewal keeps the key: TLSA records of the key (3 1 1) stay true.
//
// Another key: senders that know DANE hold the old TLSA records for up to their TTL, so the record
// of the next key is published beside the old one, and must have been seen for twice the TTL before
// the certificate changes (RFC 7671 8.1). Nothing here knows keys: the caller says what a look at
// the records of one name showed.
#pragma once

#include <chrono>
#include <optional>

#include "core/base/time.h"

namespace postern::acme {

[[nodiscard]] base::Instant renew_at(base::Instant not_before, base::Instant not_after);

// After so many failures in a row, from 15 minutes doubled up to 12 hours: public CAs allow a few
// failures an hour.
[[nodiscard]] base::Duration wait_after(int failures);

enum class Look {
  free,         // no record binds: the change breaks nothing
  published,    // the records vouch for the new certificate
  would_break,  // they vouch for the old one alone
  unknown,      // they could not be read
};

enum class Standing { clear, waiting, held, unknown };

// What was seen of one name until now.
class Patience {
 public:
  // `ttl`: of the records that were seen; 0 for none.
  [[nodiscard]] Standing note(Look look, std::chrono::seconds ttl, base::Instant now);
  // When it will be clear if nothing changes; nullopt: not known.
  [[nodiscard]] std::optional<base::Instant> clear_at() const;

 private:
  std::optional<base::Instant> good_since_;
  std::chrono::seconds ttl_{0};  // the longest that was seen
};

}  // namespace postern::acme
