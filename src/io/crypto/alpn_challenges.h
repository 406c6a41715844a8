// Answers to TLS-ALPN-01 challenges (RFC 8737): for each name that is being proved, the certificate
// that is shown to whoever offers the protocol "acme-tls/1" alone. Nobody else ever sees it.
//
// Thread-safe: challenges come and go while handshakes read them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/time.h"
#include "core/dns/domain.h"

namespace postern::crypto {

class AlpnChallenges {
 public:
  AlpnChallenges();
  ~AlpnChallenges();

  // `digest`: the SHA-256 of the key authorization.
  void put(const dns::Domain& name, const std::string& digest, base::Instant now);
  void remove(const dns::Domain& name);

  // For the handshake (io/crypto).
  struct Shown;
  [[nodiscard]] std::shared_ptr<const Shown> find(std::string_view server_name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Shown>, std::less<>> shown_;
};

}  // namespace postern::crypto
