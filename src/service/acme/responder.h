// Shows a certificate authority what it asks to see while it proves a name: over HTTP (RFC 8555
// 8.3), as the handler of a listener at port 80, or in a TLS handshake (RFC 8737), by what it puts
// among the challenges of the HTTPS site. Lives on the shard of those listeners.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/acme/protocol.h"
#include "io/crypto/alpn_challenges.h"
#include "io/http/http.h"

namespace postern::acme {

class Responder final : public http::Handler {
 public:
  explicit Responder(std::shared_ptr<crypto::AlpnChallenges> alpn) : alpn_(std::move(alpn)) {}

  struct Shown {
    ChallengeType type = ChallengeType::http_01;
    dns::Domain name;
    std::string token;
    std::string key_authorization;
  };
  void show(const Shown& shown, base::Instant now);
  void hide(const Shown& shown);

  // Everything but an open challenge is 404.
  [[nodiscard]] net::Task<http::Response> handle(http::Request request) override;

 private:
  std::shared_ptr<crypto::AlpnChallenges> alpn_;
  std::map<std::string, std::string> tokens_;
};

}  // namespace postern::acme
