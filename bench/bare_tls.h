// TLS of a client that looks at no certificate. A load tool shares the machine with what it
// measures, and judging the server's chain took a quarter of its own time for a new connection.
#pragma once

#include <memory>
#include <utility>

#include "core/base/deadline.h"
#include "core/tls/observation.h"
#include "io/crypto/openssl.h"
#include "io/crypto/suites.h"
#include "io/crypto/tls_stream.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::bench {

class BareTls {
 public:
  BareTls() : context_(crypto::required(SSL_CTX_new(TLS_client_method()), "make a TLS context")) {
    crypto::configure(context_.get(), {.floor = tls::Version::tls1_2});
    // What servers choose; to go through all that it knows costs OpenSSL 3.0 an eighth of a
    // handshake.
    crypto::require(SSL_CTX_set1_groups_list(context_.get(), "X25519:P-256") == 1, "set groups");
    crypto::require(
        SSL_CTX_set1_sigalgs_list(context_.get(), "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256") == 1,
        "set signature algorithms");
    SSL_CTX_set_cert_verify_callback(
        context_.get(), [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  }

  // Null when the handshake failed.
  net::Task<std::unique_ptr<net::Stream>> connect(std::unique_ptr<net::Socket> socket,
                                                  base::Deadline deadline) {
    crypto::SslPtr ssl(crypto::required(SSL_new(context_.get()), "make a TLS session"));
    SSL_set_connect_state(ssl.get());
    auto stream = std::make_unique<crypto::TlsStream>(std::move(socket), std::move(ssl),
                                                      std::make_unique<NothingKept>());
    auto shaken = co_await stream->handshake(deadline);
    if (!shaken) co_return nullptr;
    co_return stream;
  }

 private:
  class NothingKept final : public crypto::Attachment {
    void protocol_broken() override {}
  };

  crypto::SslContextPtr context_;
};

}  // namespace postern::bench
