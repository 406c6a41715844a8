// The posture of an internal domain, looked up live: nothing that was remembered may answer.
#pragma once

#include <functional>
#include <memory>

#include "io/crypto/tls.h"
#include "service/api/domain_handlers.h"
#include "service/api/posture_types.h"
#include "service/posture/look.h"

namespace postern::api {

class PostureHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    DomainHandlers::FreshLookups fresh_lookups;
    crypto::ClientContext& tls;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    mtasts::FetchSettings fetch;
    std::function<posture::Gateway()> gateway;  // as it is now
  };
  explicit PostureHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<Posture> get(Call call);

 private:
  Needs needs_;
};

void declare_posture(Operations& operations, PostureHandlers* handlers);

}  // namespace postern::api
