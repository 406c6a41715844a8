#include "service/acme/responder.h"

#include "io/crypto/tls.h"

namespace postern::acme {

void Responder::show(const Shown& shown, base::Instant now) {
  if (shown.type == ChallengeType::http_01) {
    tokens_[shown.token] = shown.key_authorization;
  } else {
    alpn_->put(shown.name, crypto::sha256(shown.key_authorization), now);
  }
}

void Responder::hide(const Shown& shown) {
  if (shown.type == ChallengeType::http_01) {
    tokens_.erase(shown.token);
  } else {
    alpn_->remove(shown.name);
  }
}

net::Task<http::Response> Responder::handle(http::Request request) {
  http::Response response;
  response.content_type = "text/plain; charset=utf-8";
  if (request.method == "GET" && request.path.starts_with(kHttpPath)) {
    const auto found = tokens_.find(request.path.substr(kHttpPath.size()));
    if (found != tokens_.end()) {
      response.content_type = "application/octet-stream";
      response.body = found->second;
      co_return response;
    }
  }
  response.status = 404;
  response.body = "There is nothing here.\n";
  co_return response;
}

}  // namespace postern::acme
