// The server side on OpenSSL: identities by SNI, stateless tickets, client certificates that are
// asked for and never required.
//
// Resumption and client certificates: a ticket holds the client's certificate but not its chain, so
// the verdict on it travels inside the (encrypted) ticket and is valid until a date of that chain
// passes. Ticket keys belong to the context: a reload, and with it a change of trust, ends them.
#pragma once

#include <functional>

#include "io/crypto/client_context.h"
#include "io/crypto/identity_book.h"
#include "io/crypto/ticket_keys.h"
#include "io/crypto/tls.h"
#include "io/crypto/trust.h"

namespace postern::crypto {

class OpenSslServerContext final : public ServerContext {
 public:
  struct Clocks {
    WallClock wall = system_time;
    SteadyClock steady = steady_time;
  };
  // Fails if OpenSSL will not use an identity.
  [[nodiscard]] static base::Result<std::shared_ptr<const OpenSslServerContext>> make(
      const Settings& settings, std::vector<Identity> identities, Clocks clocks);

  [[nodiscard]] std::vector<tls::CertificateFacts> identities() const override;
  [[nodiscard]] bool proved_by(const dns::Domain& host, std::span<const dns::Tlsa> records,
                               base::Instant now) const override;
  [[nodiscard]] net::Task<base::Result<SecuredServer>> accept_tls(
      std::unique_ptr<net::Socket> socket, Fallback fallback,
      base::Deadline deadline) const override;

  // What callbacks need; sessions keep it, so a context may go before them.
  struct Parts;
  explicit OpenSslServerContext(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

 private:
  std::shared_ptr<const Parts> parts_;
};

}  // namespace postern::crypto
