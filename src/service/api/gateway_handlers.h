// What the gateway is: its name, where it listens, what it shows to clients.
#pragma once

#include <functional>

#include "io/crypto/tls.h"
#include "service/api/account_types.h"
#include "service/api/operations.h"

namespace postern::api {

class GatewayHandlers {
 public:
  struct Needs {
    std::string hostname, version, node;
    std::function<std::vector<Place>()> places;
    std::function<std::vector<tls::CertificateFacts>()> certificates;  // those of now
  };
  explicit GatewayHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<GatewayInfo> get(Call call);

 private:
  Needs needs_;
};

void declare_gateway(Operations& operations, GatewayHandlers* handlers);

}  // namespace postern::api
