#include "service/api/gateway_handlers.h"

#include "service/api/convert.h"

namespace postern::api {

Handled<GatewayInfo> GatewayHandlers::get(Call) {
  GatewayInfo out{needs_.hostname, needs_.version, needs_.node, needs_.places(), {}};
  for (const tls::CertificateFacts& one : needs_.certificates()) {
    out.certificates.push_back(shown(one));
  }
  co_return out;
}

void declare_gateway(Operations& operations, GatewayHandlers* handlers) {
  operations.add<Nothing, Nothing, GatewayInfo>(
      {Method::get, "/gateway", "getGateway", "The gateway that answers", Access::signed_in},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
}

}  // namespace postern::api
