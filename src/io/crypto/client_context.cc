#include "io/crypto/client_context.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "io/crypto/facts.h"
#include "io/crypto/suites.h"
#include "io/crypto/trust.h"
#include "io/crypto/verify.h"

namespace postern::crypto {

// Receives the sessions that a server hands out: in TLS 1.2 during the handshake, before there is a
// verdict, in TLS 1.3 at any time after it.
class OpenSslClientContext::SessionKeeper final : public Attachment {
 public:
  SessionKeeper(std::shared_ptr<SessionCache> cache, std::string key, SessionTerms terms,
                WallClock clock)
      : cache_(std::move(cache)),
        key_(std::move(key)),
        terms_(std::move(terms)),
        clock_(std::move(clock)) {}

  // The session to offer, if one still stands.
  SSL_SESSION* offer() {
    auto kept = cache_->find(key_, terms_, clock_());
    if (!kept) return nullptr;
    offered_ = std::move(kept->session);
    offered_verdict_ = std::move(kept->verdict);
    return offered_.get();
  }
  [[nodiscard]] const std::shared_ptr<const PeerVerdict>& offered_verdict() const {
    return offered_verdict_;
  }

  void arrived(SessionPtr session) {
    if (verdict_) {
      cache_->put(key_, session.get(), terms_, verdict_, clock_());
    } else {
      early_ = std::move(session);
    }
  }
  void verified(std::shared_ptr<const PeerVerdict> verdict) {
    verdict_ = std::move(verdict);
    offered_.reset();
    if (early_) cache_->put(key_, early_.get(), terms_, verdict_, clock_());
    early_.reset();
  }
  void protocol_broken() override { cache_->forget(key_); }

  [[nodiscard]] const SessionTerms& terms() const { return terms_; }

  // OpenSSL's callback; it takes the reference that 1 as an answer hands over.
  static int new_session(SSL* ssl, SSL_SESSION* session) {
    auto* self = static_cast<SessionKeeper*>(SSL_get_app_data(ssl));
    if (self == nullptr || self->key_.empty()) return 0;
    self->arrived(SessionPtr(session));
    return 1;
  }

 private:
  std::shared_ptr<SessionCache> cache_;
  std::string key_;
  SessionTerms terms_;
  WallClock clock_;
  SessionPtr offered_;
  std::shared_ptr<const PeerVerdict> offered_verdict_;
  std::shared_ptr<const PeerVerdict> verdict_;
  SessionPtr early_;
};

namespace {

// The handshake itself accepts every certificate: core judges what is reported about it.
int accept_any(X509_STORE_CTX*, void*) { return 1; }

void report(tls::Observation& observation, const Agreed& agreed, const PeerVerdict& verdict) {
  observation.handshake = tls::Handshake::done;
  observation.version = agreed.version;
  observation.cipher = agreed.cipher;
  observation.group = agreed.group;
  observation.anonymous = agreed.anonymous;
  observation.weak_suite = agreed.weak_suite;
  observation.resumed = agreed.resumed;
  observation.certificate = verdict.certificate;
  observation.chain = verdict.chain;
  observation.chain_detail = verdict.chain_detail;
  observation.dane = verdict.dane;
  observation.exchange_bits = verdict.exchange_bits;
}

// How hard the key exchange of a full handshake is to break. Without a key for the moment the
// server's own key carried it.
int exchange_bits(SSL* ssl) {
  EVP_PKEY* temporary = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &temporary) == 1) {
    const KeyPtr owner(temporary);
    return EVP_PKEY_get_security_bits(temporary);
  }
  X509* leaf = SSL_get0_peer_certificate(ssl);
  return leaf == nullptr ? 0 : EVP_PKEY_get_security_bits(X509_get0_pubkey(leaf));
}

// RFC 7301 3.2: a server may only choose what was offered. Not every OpenSSL looks.
bool chose_another(SSL* ssl, const std::string& offered) {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &chosen, &size);
  return size != 0 && std::string_view(reinterpret_cast<const char*>(chosen), size) != offered;
}

}  // namespace

base::Instant system_time() {
  return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
}

OpenSslClientContext::OpenSslClientContext(const Settings& settings,
                                           std::optional<Identity> identity, WallClock clock)
    : forbidden_suites_(settings.forbidden_suites),
      identity_(std::move(identity)),
      clock_(std::move(clock)),
      sessions_(std::make_shared<SessionCache>(settings.sessions_kept)) {}

OpenSslClientContext::~OpenSslClientContext() = default;

SSL_CTX* OpenSslClientContext::context_for(const tls::HandshakeProfile& profile) {
  SslContextPtr& context = contexts_[{profile.floor, profile.anonymous_suites}];
  if (!context) context = make_context(profile);
  return context.get();
}

SslContextPtr OpenSslClientContext::make_context(const tls::HandshakeProfile& profile) const {
  const ErrorScope errors;
  SslContextPtr context(required(SSL_CTX_new(TLS_client_method()), "make a TLS context"));
  configure(context.get(), {.floor = profile.floor,
                            .anonymous = profile.anonymous_suites,
                            .forbidden = forbidden_suites_ && profile.anonymous_suites});
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), accept_any, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), SessionKeeper::new_session);
  if (identity_) {
    require(SSL_CTX_use_cert_and_key(context.get(), identity_->leaf.get(), identity_->key.get(),
                                     identity_->chain.get(), 1) == 1,
            "use the client certificate");
  }
  return context;
}

SslPtr OpenSslClientContext::make_session(const ClientHello& hello) {
  SslPtr ssl(required(SSL_new(context_for(hello.profile)), "make a TLS session"));
  if (!hello.server_name.empty()) {
    require(SSL_set_tlsext_host_name(ssl.get(), hello.server_name.text().c_str()) == 1,
            "set the server name");
  }
  if (!hello.protocol.empty()) {
    const std::string list = static_cast<char>(hello.protocol.size()) + hello.protocol;
    require(SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
                                static_cast<unsigned>(list.size())) == 0,  // it says 0 for success
            "offer a protocol");
  }
  SSL_set_connect_state(ssl.get());
  return ssl;
}

std::shared_ptr<const PeerVerdict> OpenSslClientContext::verdict_on(
    SSL* ssl, const SessionTerms& terms) const {
  const ErrorScope errors;
  auto verdict = std::make_shared<PeerVerdict>();
  verdict->exchange_bits = exchange_bits(ssl);
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) return verdict;
  STACK_OF(X509)* presented = SSL_get_peer_cert_chain(ssl);
  const base::Instant now = clock_();
  verdict->certificate = certificate_facts(leaf);
  const auto anchors = Anchors::of(terms.trust);
  ChainVerdict chain = verify_chain(leaf, presented, *anchors, PeerRole::server, now);
  verdict->chain = chain.chain;
  verdict->chain_detail = std::move(chain.detail);
  const DaneVerdict dane = dane_.check(leaf, presented, terms.tlsa, now);
  verdict->dane = dane.dane;
  if (!dane.detail.empty()) {
    if (!verdict->chain_detail.empty()) verdict->chain_detail += "; ";
    verdict->chain_detail += dane.detail;
  }
  verdict->stands_until = std::min(chain.stands_until, dane.stands_until);
  return verdict;
}

net::Task<base::Result<SecuredClient>> OpenSslClientContext::connect_tls(
    std::unique_ptr<net::Socket> socket, ClientHello hello, base::Deadline deadline) {
  SslPtr ssl = make_session(hello);
  auto keeper_owner = std::make_unique<SessionKeeper>(
      sessions_, hello.resumption_key,
      SessionTerms{hello.server_name, hello.profile, hello.trust, hello.tlsa}, clock_);
  SessionKeeper& keeper = *keeper_owner;
  if (SSL_SESSION* session = keeper.offer(); session != nullptr) {
    (void)SSL_set_session(ssl.get(), session);  // refused: then the handshake is a full one
  }
  auto stream =
      std::make_unique<TlsStream>(std::move(socket), std::move(ssl), std::move(keeper_owner));
  base::Result<> shaken = co_await stream->handshake(deadline);
  if (shaken && chose_another(stream->ssl(), hello.protocol)) {
    shaken =
        base::fail("handshake-failed", "the peer chose a protocol that was not offered (ALPN)");
  }
  SecuredClient secured;
  if (!shaken) {
    if (shaken.error().code != "handshake-failed") {
      co_return std::unexpected(std::move(shaken.error()));
    }
    // A session that the peer chokes on must not spoil the next attempt too.
    keeper.protocol_broken();
    secured.observation.handshake = tls::Handshake::failed;
    secured.observation.detail = base::printable(shaken.error().text);
    secured.observation.too_old = stream->peer_too_old();
    co_return secured;
  }
  const Agreed used = agreed(stream->ssl());
  std::shared_ptr<const PeerVerdict> verdict =
      used.resumed ? keeper.offered_verdict() : verdict_on(stream->ssl(), keeper.terms());
  report(secured.observation, used, *verdict);
  keeper.verified(std::move(verdict));
  secured.stream = std::move(stream);
  co_return secured;
}

base::Result<std::unique_ptr<ClientContext>> ClientContext::make(Settings settings) {
  std::optional<Identity> identity;
  if (!settings.certificate_file.empty() || !settings.key_file.empty()) {
    auto loaded = load_identity({settings.certificate_file, settings.key_file}, system_time());
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    identity = std::move(*loaded);
  }
  return std::make_unique<OpenSslClientContext>(settings, std::move(identity), system_time);
}

}  // namespace postern::crypto
