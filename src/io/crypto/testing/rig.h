// For tests: our side of a connection against a peer that is plain OpenSSL, in one thread and
// without an event loop. The peer is moved on whenever our side would wait; when it cannot move,
// the wait ends as "timeout". So a stall is a fact, not a delay, and nothing depends on speed.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "io/crypto/socket_bio.h"
#include "io/crypto/testing/forge.h"
#include "io/net/stream.h"

namespace postern::crypto::testing {

// One end of a socket pair, which TLS sends to and receives from without a shard.
class BareSocket : public net::Socket {
 public:
  explicit BareSocket(int descriptor) : descriptor_(descriptor) {}
  ~BareSocket() override { BareSocket::close(); }

  net::Task<base::Result<std::size_t>> read_some(std::span<char>, base::Deadline) override {
    co_return base::fail("connection-lost", "TLS reads by receive()");
  }
  net::Task<base::Result<>> write(std::string_view, base::Deadline) override {
    co_return base::fail("connection-lost", "TLS writes to the descriptor");
  }
  void finish() override { ::shutdown(descriptor_, SHUT_WR); }
  void close() override {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  [[nodiscard]] base::Endpoint peer() const override {
    return *base::Endpoint::parse("192.0.2.1:25");
  }
  [[nodiscard]] base::Endpoint local() const override { return {}; }
  [[nodiscard]] int descriptor() const override { return descriptor_; }
  [[nodiscard]] std::int64_t receive(std::span<char> into) override {
    const ssize_t count = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    return count >= 0 ? count : -errno;
  }
  net::Task<base::Result<>> wait_readable(base::Deadline) override { co_return cannot_wait(); }
  net::Task<base::Result<>> wait_writable(base::Deadline) override { co_return cannot_wait(); }

 private:
  static base::Result<> cannot_wait() { return base::fail("timeout", "nothing is waited for"); }

  int descriptor_;
};

class Peer {
 public:
  // Below, `received` grows and `to_send` shrinks as the peer is pumped.
  std::string received;
  std::string to_send;
  bool shaken = false;  // its handshake is done
  bool ended = false;   // it read close_notify
  std::string failure;  // what its OpenSSL said
  bool stalls = false;  // it does nothing any more
  std::function<void(Peer&)> when_shaken;
  std::function<void(Peer&)> when_pumped;  // after the handshake

  explicit Peer(SSL* ssl) : ssl_(ssl) {
    int ends[2];
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0, "make a socket pair");
    ours_ = ends[0];
    own_.emplace(ends[1]);
    if (!ssl_) return;
    wire_.socket = &*own_;
    BIO* bio = socket_bio(wire_).release();  // OpenSSL's own would raise SIGPIPE
    SSL_set_bio(ssl_.get(), bio, bio);
  }
  ~Peer() { hang_up(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] SSL* ssl() { return ssl_.get(); }
  [[nodiscard]] int take_our_end() { return std::exchange(ours_, -1); }
  // Ends the connection without ending TLS.
  void hang_up() {
    wire_.socket = nullptr;
    own_.reset();
    if (ours_ >= 0) ::close(std::exchange(ours_, -1));
  }
  void end_in_order() { SSL_shutdown(ssl_.get()); }
  void send_raw(const std::string& bytes) {
    require(::send(own_->descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                ssize_t(bytes.size()),
            "send");
  }

  void pump() {
    if (stalls || !own_ || !ssl_ || !failure.empty()) return;
    const ErrorScope errors;
    if (!shaken) {
      if (!good(SSL_do_handshake(ssl_.get()))) return;
      shaken = true;
      if (when_shaken) when_shaken(*this);
      if (stalls || !own_) return;
    }
    if (when_pumped) when_pumped(*this);
    read_all();
    while (!to_send.empty()) {
      const int sent = SSL_write(ssl_.get(), to_send.data(),
                                 static_cast<int>(std::min<std::size_t>(to_send.size(), 16384)));
      if (!good(sent)) return;
      to_send.erase(0, static_cast<std::size_t>(sent));
    }
  }

 private:
  void read_all() {
    char buffer[16384];
    for (;;) {
      const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (!good(got)) return;
      received.append(buffer, static_cast<std::size_t>(got));
    }
  }
  bool good(int result) {
    if (result > 0) return true;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_ZERO_RETURN) ended = true;
    if (error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL) failure = "lost: " + take_errors();
    ERR_clear_error();
    return false;
  }

  Wire wire_;
  SslPtr ssl_;
  int ours_ = -1;
  std::optional<BareSocket> own_;
};

// Our end. Waiting pumps the peer.
class RigSocket final : public BareSocket {
 public:
  explicit RigSocket(Peer& peer) : BareSocket(peer.take_our_end()), peer_(peer) {}

  net::Task<base::Result<>> wait_readable(base::Deadline deadline) override {
    co_return wait(POLLIN, deadline);
  }
  net::Task<base::Result<>> wait_writable(base::Deadline deadline) override {
    co_return wait(POLLOUT, deadline);
  }

 private:
  base::Result<> wait(short events, base::Deadline deadline) {
    if (deadline.cancellation != nullptr && deadline.cancellation->requested()) {
      return base::fail("cancelled", "cancelled");
    }
    for (int attempt = 0; attempt < 2; ++attempt) {
      pollfd poll{descriptor(), events, 0};
      if (::poll(&poll, 1, 0) > 0) return {};
      peer_.pump();
    }
    return base::fail("timeout", "the peer does not move");
  }

  Peer& peer_;
};

// Runs a task that never really waits.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
template <class T>
Detached drive(net::Task<T>& task, std::optional<T>& result) {
  result.emplace(co_await task);
}
template <class T>
T run(net::Task<T> task) {
  std::optional<T> result;
  drive(task, result);
  EXPECT_EQ(ERR_peek_error(), 0U) << "the error queue must stay clean";
  return std::move(result.value());
}

inline std::string read_once(net::Stream& stream) {
  char buffer[16384];
  auto got = run(stream.read_some(buffer, {}));
  if (!got) return "failed: " + got.error().code;
  return {buffer, *got};
}

// --- contexts of peers
// ----------------------------------------------------------------------------
inline SslContextPtr server_peer(const Issued* leaf,
                                 const std::string& suites = "DEFAULT:@SECLEVEL=0",
                                 const std::vector<const Issued*>& above = {}) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  require(SSL_CTX_set_cipher_list(context.get(), suites.c_str()) == 1, "set " + suites);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_dh_auto(context.get(), 1);
  if (leaf != nullptr) {
    require(SSL_CTX_use_cert_and_key(context.get(), leaf->get(), leaf->key.get(),
                                     stack_of(above).get(), 1) == 1,
            "use a certificate");
  }
  return context;
}
inline SslContextPtr client_peer(const std::string& suites = "DEFAULT:@SECLEVEL=0") {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  require(SSL_CTX_set_cipher_list(context.get(), suites.c_str()) == 1, "set " + suites);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  return context;
}
inline SSL* accepting(SSL_CTX* context) {
  SSL* ssl = SSL_new(context);
  SSL_set_accept_state(ssl);
  return ssl;
}
inline SSL* connecting(SSL_CTX* context) {
  SSL* ssl = SSL_new(context);
  SSL_set_connect_state(ssl);
  return ssl;
}

}  // namespace postern::crypto::testing
