// The gateway's own certificates for people. Everybody who signs in sees what is shown on the wire
// anyway; what is kept for a policy host is seen by those who see the domain's account, and the
// rest, with what the authority said, by those of every account. They alone act.
#pragma once

#include <functional>

#include "service/acme/keeper.h"
#include "service/api/certificate_types.h"
#include "service/api/desk.h"
#include "service/api/operations.h"

namespace postern::api {

class CertificateHandlers {
 public:
  struct Now {
    std::vector<tls::CertificateFacts> mail, web;  // in force; web: none over plain HTTP
    std::vector<tls::CertificateFacts> held;
    std::string held_why;
    bool renews = false;
    std::vector<acme::Kept> kept;
  };
  struct Needs {
    net::Shard& shard;
    Desk& writes;
    std::function<Now()> now;
    std::function<base::Result<>(CertificateAction, const std::string& name)> act;
  };
  explicit CertificateHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<OwnCertificates> list(Call call);
  // A state after the deed; what the authority answers to a renewal comes later.
  [[nodiscard]] Handled<KeptCertificate> command(Call call, CertificateCommand command);

 private:
  Needs needs_;
};

void declare_certificates(Operations& operations, CertificateHandlers* handlers);

}  // namespace postern::api
