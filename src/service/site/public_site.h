// What the gateway serves to the whole world over HTTPS: the MTA-STS policies of internal domains
// (RFC 8461 3.3), at https://mta-sts.<domain>/.well-known/mta-sts.txt. Everything else is 404.
//
// Which domain is meant is told by the Host field alone. A domain has a policy here while it is
// validated and its administrator has chosen a mode; a change is served within a second.
#pragma once

#include "core/posture/posture.h"
#include "io/http/http.h"
#include "service/book/book_source.h"

namespace postern::site {

class PublicSite final : public http::Handler {
 public:
  // `gateway`: whose names a policy lists that names no hosts itself.
  PublicSite(const service::BookSource& book, posture::Gateway gateway)
      : book_(book), gateway_(std::move(gateway)) {}

  [[nodiscard]] net::Task<http::Response> handle(http::Request request) override;

 private:
  const service::BookSource& book_;
  posture::Gateway gateway_;
};

}  // namespace postern::site
