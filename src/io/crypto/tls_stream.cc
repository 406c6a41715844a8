#include "io/crypto/tls_stream.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <cassert>
#include <climits>
#include <cstring>
#include <utility>

#include "core/base/text.h"
#include "io/crypto/handshake_words.h"

namespace postern::crypto {
namespace {

int bounded(std::size_t size) {
  return static_cast<int>(std::min(size, static_cast<std::size_t>(INT_MAX)));
}

// Key updates and attempts to renegotiate cost us more than the peer, and nobody needs many.
// OpenSSL works through what one receive brought, some hundred messages at most, before it comes
// back.
constexpr int most_idle_talk = 16;

// RFC 8446 5.1. The kernel may gather records of one text: fewer packets, and wake-ups of the peer.
constexpr std::size_t most_in_a_record = 16384;

base::Steady steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

TlsStream::TlsStream(std::unique_ptr<net::Socket> socket, SslPtr ssl,
                     std::unique_ptr<Attachment> attachment)
    : socket_(std::move(socket)), attachment_(std::move(attachment)), ssl_(std::move(ssl)) {
  wire_.socket = socket_.get();
  SSL_set_app_data(ssl_.get(), attachment_.get());
  BIO* bio = socket_bio(wire_).release();
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsStream::~TlsStream() {
  // Without this OpenSSL makes a session unusable when its connection ended without close_notify,
  // as many mail servers end it after QUIT; RFC 5246 7.2.1 no longer asks for that.
  if (!broken_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  const ErrorScope errors;
  ssl_.reset();
}

TlsStream::Next TlsStream::next_after(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ) return Next::wait_readable;
  if (error == SSL_ERROR_WANT_WRITE) return Next::wait_writable;
  if (error == SSL_ERROR_ZERO_RETURN) return Next::end_of_stream;
  broken_ = true;
  if (wire_.error != 0) {
    reason_ = std::strerror(wire_.error);
  } else if (wire_.ended) {
    reason_ = "the peer closed the connection without ending TLS, so what came may be cut short";
  } else {
    HandshakeError said =
        handshake_error(SSL_is_server(ssl_.get()) == 1 ? Side::server : Side::client);
    reason_ = std::move(said.text);
    peer_too_old_ = said.too_old;
    if (reason_.empty()) reason_ = "the TLS connection broke";
    if (attachment_) attachment_->protocol_broken();
  }
  ERR_clear_error();
  return Next::fail;
}

base::Result<> TlsStream::may_begin(const base::Deadline& deadline) const {
  if (closed_ || broken_) return std::unexpected(lost());
  if (deadline.cancellation != nullptr && deadline.cancellation->requested()) {
    return base::fail("cancelled", "The connection's owner has cancelled its work.");
  }
  if (deadline.passed(steady_now())) {
    return base::fail("timeout", fmt::format("There is no time left for {}.", peer().to_string()));
  }
  return {};
}

net::Task<base::Result<>> TlsStream::wait(Next next, base::Deadline deadline) {
  return next == Next::wait_readable ? socket_->wait_readable(deadline)
                                     : socket_->wait_writable(deadline);
}

bool TlsStream::only_talked_tls(Next next) {
  if (next != Next::wait_readable || wire_.dry) return false;
  if (++idle_talk_ <= most_idle_talk) return true;
  broken_ = true;
  reason_ = "the peer sent messages of TLS itself without end";
  return true;
}

base::Failure TlsStream::lost() const {
  if (closed_) return {"cancelled", "The connection was closed on this side.", {}};
  return {"connection-lost",
          fmt::format("The TLS connection with {} was lost: {}.", peer().to_string(), reason_),
          {}};
}

net::Task<base::Result<>> TlsStream::handshake(base::Deadline deadline) {
  if (auto begun = may_begin(deadline); !begun) co_return begun;
  while (!closed_) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    wire_.more = false;
    if (result == 1) co_return base::Result<>{};
    const Next next = next_after(result);
    if (next == Next::end_of_stream) reason_ = "the peer ended TLS during the handshake";
    if (next == Next::fail || next == Next::end_of_stream) {
      broken_ = true;
      if (wire_.ended) reason_ = "the peer closed the connection during the handshake";
      if (!peer_spoke()) break;
      co_return std::unexpected(base::Failure{"handshake-failed", reason_, {}});
    }
    base::Result<> waited = co_await wait(next, deadline);
    if (!waited) co_return waited;
  }
  co_return std::unexpected(lost());
}

net::Task<base::Result<std::size_t>> TlsStream::read_some(std::span<char> into,
                                                          base::Deadline deadline) {
  assert(!into.empty());
  if (auto begun = may_begin(deadline); !begun) co_return std::unexpected(std::move(begun.error()));
  while (!closed_ && !broken_) {
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), into.data(), bounded(into.size()));
    if (result > 0) {
      idle_talk_ = 0;
      co_return static_cast<std::size_t>(result);
    }
    const Next next = next_after(result);
    if (next == Next::end_of_stream) co_return std::size_t{0};
    if (next == Next::fail) break;
    if (only_talked_tls(next)) continue;
    base::Result<> waited = co_await wait(next, deadline);
    if (!waited) co_return std::unexpected(std::move(waited.error()));
  }
  co_return std::unexpected(lost());
}

net::Task<base::Result<>> TlsStream::write(std::string_view bytes, base::Deadline deadline) {
  if (auto begun = may_begin(deadline); !begun) co_return begun;
  const bool more_follows = std::exchange(more_follows_, false);
  while (!closed_ && !broken_) {
    if (bytes.empty()) co_return base::Result<>{};
    ERR_clear_error();
    wire_.more = more_follows || bytes.size() > most_in_a_record;
    const int result = SSL_write(ssl_.get(), bytes.data(), bounded(bytes.size()));
    if (result > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(result));
      // A peer that always takes one record more must not outlast the deadline.
      if (!bytes.empty() && deadline.passed(steady_now())) {
        co_return base::fail("timeout",
                             fmt::format("Writing to {} took too long.", peer().to_string()));
      }
      continue;
    }
    const Next next = next_after(result);
    if (next == Next::end_of_stream) {
      broken_ = true;
      reason_ = "TLS was already ended on this side";
    }
    if (next == Next::fail || next == Next::end_of_stream) break;
    base::Result<> waited = co_await wait(next, deadline);
    if (!waited) co_return waited;
  }
  co_return std::unexpected(lost());
}

void TlsStream::finish() {
  if (closed_) return;
  if (!broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
    const ErrorScope errors;
    wire_.more = true;               // the end of the connection
    (void)SSL_shutdown(ssl_.get());  // sends close_notify if the socket takes it at once
  }
  socket_->finish();
}

void TlsStream::close() {
  if (closed_) return;
  closed_ = true;
  wire_.socket = nullptr;
  socket_->close();
}

}  // namespace postern::crypto
