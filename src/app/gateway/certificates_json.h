// What is to be told of the gateway's own certificates; for the command line, as JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/crypto/tls.h"
#include "service/acme/keeper.h"

namespace postern::app {

struct ShownCertificates {
  std::shared_ptr<const crypto::ServerContext> in_force;   // for mail; may be null
  std::shared_ptr<const crypto::ServerContext> candidate;  // waits; may be null
  std::string held_why;
  std::vector<acme::Kept> kept;
};

[[nodiscard]] std::string certificates_json(const ShownCertificates& shown);
[[nodiscard]] std::string kept_json(const acme::Kept& kept);

}  // namespace postern::app
