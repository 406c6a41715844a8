// Which of our certificates answers a client: by the name it asks for (SNI, RFC 6066 3), an exact
// SAN before a wildcard one. A name may have several certificates of different key types (ECDSA
// beside RSA for old peers); the handshake picks among those. A client that names nothing, or
// nothing of ours, gets the first identity: a mail client verifies what it wants by itself.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/crypto/identity.h"

namespace postern::crypto {

class IdentityBook {
 public:
  using Choice = std::vector<const Identity*>;  // at most one for each key type

  explicit IdentityBook(std::vector<Identity> identities);

  // Empty if no certificate carries the name.
  [[nodiscard]] Choice find(std::string_view server_name) const;
  [[nodiscard]] const Choice& standard() const { return standard_; }
  [[nodiscard]] const std::vector<Identity>& all() const { return identities_; }

 private:
  static void add(Choice& choice, const Identity& identity);

  std::vector<Identity> identities_;
  std::map<std::string, Choice, std::less<>> exact_;
  std::map<std::string, Choice, std::less<>> wildcard_;  // by what follows "*."
  Choice standard_;
};

}  // namespace postern::crypto
