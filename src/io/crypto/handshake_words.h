// Why a handshake failed, in words for people rather than OpenSSL's.
#pragma once

#include <string>

namespace postern::crypto {

// Reads and empties OpenSSL's error queue. "" if it says nothing.
[[nodiscard]] std::string handshake_words();

}  // namespace postern::crypto
