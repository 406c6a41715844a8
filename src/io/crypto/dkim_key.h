// The private key that signs what the gateway writes itself (RFC 6376; RSA with SHA-256, RFC 8301),
// in a file of its own.
//
// Failures: "unreadable-file", "exposed-key", "bad-key": with the file and the remedy.
#pragma once

#include <memory>
#include <string>

#include "core/base/failure.h"
#include "core/message/dkim.h"

namespace postern::crypto {

class DkimKey {
 public:
  // RSA, 2048 bits or more (RFC 8301 3.2), PEM; nobody else may read the file.
  [[nodiscard]] static base::Result<std::unique_ptr<DkimKey>> load(std::string file);
  // The same; a file that is not there is made first, with a new key of 2048 bits.
  [[nodiscard]] static base::Result<std::unique_ptr<DkimKey>> load_or_make(std::string file);
  virtual ~DkimKey() = default;

  // The whole message with its signature before it. Any thread.
  [[nodiscard]] virtual std::string sign(const message::DkimSigner& signer,
                                         std::string_view message) const = 0;
  [[nodiscard]] virtual std::string public_key_der() const = 0;
};

}  // namespace postern::crypto
