// The client side on OpenSSL. A handshake is set up by the profile alone; what the certificate is
// worth is established afterwards, by verify.h and dane.h, side by side, and reported.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "io/crypto/dane.h"
#include "io/crypto/identity.h"
#include "io/crypto/session_cache.h"
#include "io/crypto/tls.h"
#include "io/crypto/tls_stream.h"

namespace postern::crypto {

using WallClock = std::function<base::Instant()>;
[[nodiscard]] base::Instant system_time();

class OpenSslClientContext final : public ClientContext {
 public:
  OpenSslClientContext(const Settings& settings, std::optional<Identity> identity, WallClock clock);
  ~OpenSslClientContext() override;

  [[nodiscard]] net::Task<base::Result<SecuredClient>> connect_tls(
      std::unique_ptr<net::Socket> socket, ClientHello hello, base::Deadline deadline) override;
  void forget(const std::string& resumption_key) override { sessions_->forget(resumption_key); }

 private:
  class SessionKeeper;
  // One OpenSSL context a profile: parsing a suite list takes longer than a resumed handshake.
  SSL_CTX* context_for(const tls::HandshakeProfile& profile);
  [[nodiscard]] SslContextPtr make_context(const tls::HandshakeProfile& profile) const;
  [[nodiscard]] SslPtr make_session(const ClientHello& hello);
  [[nodiscard]] std::shared_ptr<const PeerVerdict> verdict_on(SSL* ssl,
                                                              const SessionTerms& terms) const;

  bool forbidden_suites_;
  std::optional<Identity> identity_;
  WallClock clock_;
  DaneChecker dane_;
  std::shared_ptr<SessionCache> sessions_;
  std::map<std::pair<tls::Version, bool>, SslContextPtr> contexts_;
};

}  // namespace postern::crypto
