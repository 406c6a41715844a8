// Why a handshake failed, in words for people rather than OpenSSL's.
#pragma once

#include <string>

namespace postern::crypto {

struct HandshakeError {
  std::string text;      // "" if OpenSSL says nothing
  bool too_old = false;  // the peer has no version that is allowed here
};

// Which end of the connection we are: one reason of OpenSSL's means something else at each.
enum class Side { client, server };

// Reads and empties OpenSSL's error queue.
[[nodiscard]] HandshakeError handshake_error(Side side);

}  // namespace postern::crypto
