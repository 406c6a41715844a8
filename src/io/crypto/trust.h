// The one implementation of TrustStore: layers of anchors, each verified by its own rules, because
// public CAs are held to X509_STRICT and an administrator's own CA file is not.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/crypto/openssl.h"
#include "io/crypto/tls.h"

namespace postern::crypto {

class Anchors final : public TrustStore {
 public:
  enum class Kind { private_cas, public_cas };
  struct Layer {
    std::shared_ptr<X509_STORE> store;  // shared by every TrustStore above it; immutable once built
    Kind kind = Kind::public_cas;
  };

  Anchors(std::string name, std::vector<Layer> layers)
      : name_(std::move(name)), layers_(std::move(layers)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  // In the order of asking.
  [[nodiscard]] std::span<const Layer> layers() const { return layers_; }

  // No trust at all is an empty layer: every chain has an unknown issuer.
  [[nodiscard]] static std::shared_ptr<const Anchors> none();
  // Every TrustStore is an Anchors; null becomes none().
  [[nodiscard]] static std::shared_ptr<const Anchors> of(std::shared_ptr<const TrustStore> trust);

 private:
  std::string name_;
  std::vector<Layer> layers_;
};

}  // namespace postern::crypto
