// A TLS connection as a Stream: OpenSSL on a non-blocking socket, waiting through the socket's
// readiness. What a reader can rely on: read_some() answers 0 only after close_notify; a connection
// that ends without one is "connection-lost", so a truncated message never looks complete.
#pragma once

#include <memory>
#include <string>

#include "io/crypto/openssl.h"
#include "io/crypto/socket_bio.h"
#include "io/net/stream.h"

namespace postern::crypto {

// What a context keeps beside a connection, for callbacks that OpenSSL makes during it. It outlives
// the SSL object, whose app data points to it.
class Attachment {
 public:
  virtual ~Attachment() = default;
  // The peer broke the protocol: its session must not be resumed (RFC 5246 7.2.2).
  virtual void protocol_broken() = 0;
};

class TlsStream final : public net::Stream {
 public:
  TlsStream(std::unique_ptr<net::Socket> socket, SslPtr ssl,
            std::unique_ptr<Attachment> attachment);
  ~TlsStream() override;

  // Failures: "timeout", "cancelled", "connection-lost" and "handshake-failed".
  [[nodiscard]] net::Task<base::Result<>> handshake(base::Deadline deadline);

  [[nodiscard]] net::Task<base::Result<std::size_t>> read_some(std::span<char> into,
                                                               base::Deadline deadline) override;
  [[nodiscard]] net::Task<base::Result<>> write(std::string_view bytes,
                                                base::Deadline deadline) override;
  void more_follows() override { more_follows_ = true; }
  void finish() override;
  void close() override;
  [[nodiscard]] base::Endpoint peer() const override { return socket_->peer(); }
  [[nodiscard]] base::Endpoint local() const override { return socket_->local(); }

  [[nodiscard]] SSL* ssl() { return ssl_.get(); }
  [[nodiscard]] bool peer_spoke() const { return wire_.received > 0; }
  // For a client whose handshake failed: the peer has no version that was offered.
  [[nodiscard]] bool peer_too_old() const { return peer_too_old_; }

 private:
  // A step that is too late, or that nobody wants any more, is not begun even if bytes are there.
  [[nodiscard]] base::Result<> may_begin(const base::Deadline& deadline) const;
  enum class Next { wait_readable, wait_writable, end_of_stream, fail };
  // What OpenSSL wants after a call returned `result`; leaves its error queue empty, and the reason
  // for `fail` in reason_.
  Next next_after(int result);
  // A read got no data, but there may be more without a wait. Too much of that is an attack.
  [[nodiscard]] bool only_talked_tls(Next next);
  net::Task<base::Result<>> wait(Next next, base::Deadline deadline);
  [[nodiscard]] base::Failure lost() const;

  Wire wire_;
  std::unique_ptr<net::Socket> socket_;
  std::unique_ptr<Attachment> attachment_;
  SslPtr ssl_;  // last: it goes before what its callbacks use
  bool broken_ = false;
  bool closed_ = false;
  bool peer_too_old_ = false;
  bool more_follows_ = false;
  int idle_talk_ = 0;  // receives with messages of TLS alone, since the last data
  std::string reason_;
};

}  // namespace postern::crypto
