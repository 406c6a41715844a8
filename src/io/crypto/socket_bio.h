// The bytes beneath OpenSSL: a BIO on a non-blocking socket. OpenSSL's own socket BIO writes with
// write(), which raises SIGPIPE when the peer has gone, and does not tell an end of file from an
// error.
#pragma once

#include <cstdint>

#include "io/crypto/openssl.h"
#include "io/net/stream.h"

namespace postern::crypto {

struct Wire {
  net::Socket* socket = nullptr;  // null after close(): nothing is sent or received any more
  bool more = false;              // what is sent next is followed by more at once
  bool dry = false;               // the last receive found nothing: more can only come after a wait
  bool ended = false;             // the peer closed its side
  int error = 0;                  // errno of a failed transfer
  std::uint64_t received = 0;
};

// `wire` and its socket must outlive the BIO.
[[nodiscard]] BioPtr socket_bio(Wire& wire);
// Of a session that stands on such a BIO.
[[nodiscard]] Wire& wire_beneath(SSL* ssl);

}  // namespace postern::crypto
