#include "io/crypto/server_context.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/acme/protocol.h"
#include "core/base/text.h"
#include "io/crypto/alpn_shown.h"
#include "io/crypto/client_verdict.h"
#include "io/crypto/dane.h"
#include "io/crypto/facts.h"
#include "io/crypto/socket_bio.h"
#include "io/crypto/suites.h"
#include "io/crypto/tls_stream.h"
#include "io/crypto/verify.h"

namespace postern::crypto {

struct OpenSslServerContext::Parts {
  Parts(const Settings& settings, std::vector<Identity> loaded, Clocks given)
      : identities(std::move(loaded)),
        client_trust(Anchors::of(settings.client_trust)),
        protocols(settings.protocols),
        known_names_only(settings.known_names_only),
        challenges(settings.challenges),
        clocks(std::move(given)),
        tickets(clocks.steady) {}

  IdentityBook identities;
  std::shared_ptr<const Anchors> client_trust;
  std::vector<std::string> protocols;
  bool known_names_only;
  std::shared_ptr<const AlpnChallenges> challenges;
  Clocks clocks;
  mutable TicketKeys tickets;
  SslContextPtr context;
  SslContextPtr strict;  // for clients to whom no plaintext is left
};

namespace {

constexpr long ticket_lifetime_seconds = 2 * 60 * 60;

class ServerSession final : public Attachment {
 public:
  explicit ServerSession(std::shared_ptr<const OpenSslServerContext::Parts> parts)
      : parts_(std::move(parts)) {}
  void protocol_broken() override {}  // stateless: there is nothing to forget

  [[nodiscard]] const OpenSslServerContext::Parts& parts() const { return *parts_; }
  [[nodiscard]] base::Instant now() const { return parts_->clocks.wall(); }
  [[nodiscard]] const std::optional<ChainVerdict>& client() const { return client_; }
  void learn(ChainVerdict verdict) { client_ = std::move(verdict); }
  // The client came for the answer to a challenge.
  [[nodiscard]] bool challenged() const { return challenged_; }
  void challenge() { challenged_ = true; }

 private:
  std::shared_ptr<const OpenSslServerContext::Parts> parts_;
  std::optional<ChainVerdict> client_;
  bool challenged_ = false;
};

ServerSession& session_of(SSL* ssl) { return *static_cast<ServerSession*>(SSL_get_app_data(ssl)); }

// --- callbacks, in the order of a handshake ------------------------------------------------------

// RFC 8737 3: a challenge is a client that offers "acme-tls/1" and nothing else. Certificates are
// chosen before protocols are, so this looks into the hello itself.
int notice_challenge(SSL* ssl, int*, void*) {
  const unsigned char* list = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &list,
                                &size) == 1) {
    const std::string_view offered(reinterpret_cast<const char*>(list), size);
    const std::string only = fmt::format("{:c}{}", acme::kAlpnProtocol.size(), acme::kAlpnProtocol);
    if (size > 2 && offered.substr(2) == only) session_of(ssl).challenge();
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

int acknowledge_name(SSL* ssl, int* alert, void*) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const OpenSslServerContext::Parts& parts = session_of(ssl).parts();
  if (session_of(ssl).challenged() || !parts.identities.find(name).empty()) {
    return SSL_TLSEXT_ERR_OK;
  }
  if (!parts.known_names_only) return SSL_TLSEXT_ERR_NOACK;
  *alert = SSL_AD_UNRECOGNIZED_NAME;  // RFC 6066 3
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A client that speaks ALPN and does not mean mail was led here by somebody in the middle (ALPACA):
// it is refused (RFC 7301 3.2).
int select_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  const std::string_view offers(reinterpret_cast<const char*>(offered), offered_size);
  if (session_of(ssl).challenged()) {
    *chosen = offered + 1;
    *chosen_size = offered[0];
    return SSL_TLSEXT_ERR_OK;
  }
  for (const std::string& ours : session_of(ssl).parts().protocols) {
    for (std::size_t at = 0; at < offers.size();) {
      const auto size = static_cast<unsigned char>(offers[at]);
      if (offers.substr(at + 1, size) == ours) {
        *chosen = offered + at + 1;
        *chosen_size = size;
        return SSL_TLSEXT_ERR_OK;
      }
      at += 1U + size;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool install(SSL* ssl, const IdentityBook::Choice& choice) {
  SSL_certs_clear(ssl);
  return std::ranges::all_of(choice, [ssl](const Identity* identity) {
    return SSL_use_cert_and_key(ssl, identity->leaf.get(), identity->key.get(),
                                identity->chain.get(), 1) == 1;
  });
}

bool show_answer(SSL* ssl, const AlpnChallenges& challenges, std::string_view name) {
  const auto shown = challenges.find(name);
  if (!shown) return false;
  SSL_certs_clear(ssl);
  return SSL_use_cert_and_key(ssl, shown->certificate.get(), shown->key.get(), nullptr, 1) == 1;
}

int choose_identity(SSL* ssl, void*) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (session_of(ssl).challenged()) {
    const bool asked = name != nullptr;
    return asked && show_answer(ssl, *session_of(ssl).parts().challenges, name) ? 1 : 0;
  }
  if (name == nullptr) return 1;
  const IdentityBook& book = session_of(ssl).parts().identities;
  const IdentityBook::Choice choice = book.find(name);
  // The standard choice is in the context already.
  if (choice.empty() || choice == book.standard()) return 1;
  return install(ssl, choice) ? 1 : 0;
}

// Called when the client showed a certificate. The handshake goes on in any case.
int verify_client(X509_STORE_CTX* context, void*) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  ServerSession& session = session_of(ssl);
  session.learn(verify_chain(X509_STORE_CTX_get0_cert(context),
                             X509_STORE_CTX_get0_untrusted(context), *session.parts().client_trust,
                             PeerRole::client, session.now()));
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

int use_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                   EVP_MAC_CTX* mac, int encrypting) {
  return session_of(ssl).parts().tickets.use(name, iv, cipher, mac, encrypting == 1);
}

int fill_ticket(SSL* ssl, void*) {
  // In TLS 1.3 nobody waits for a ticket: it leaves with our next words (RFC 8446 4.6.1).
  if (SSL_version(ssl) == TLS1_3_VERSION) wire_beneath(ssl).more = true;
  const auto& client = session_of(ssl).client();
  if (!client) return 1;
  const std::string bytes = to_ticket(*client);
  return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), bytes.data(), bytes.size());
}

SSL_TICKET_RETURN open_ticket(SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t,
                              SSL_TICKET_STATUS status, void*) {
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) {
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  if (SSL_SESSION_get0_peer(session) != nullptr) {
    void* data = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket_appdata(session, &data, &size);
    auto verdict = from_ticket(std::string_view(static_cast<const char*>(data), size));
    ServerSession& ours = session_of(ssl);
    if (!verdict || ours.now() >= verdict->stands_until) return SSL_TICKET_RETURN_IGNORE_RENEW;
    ours.learn(std::move(*verdict));
  }
  return status == SSL_TICKET_SUCCESS_RENEW ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE;
}

// --- set-up
// ---------------------------------------------------------------------------------------

SuiteChoice choice_of(const ServerContext::Settings& settings, Fallback fallback) {
  if (fallback == Fallback::none) {
    return {.floor = std::max(settings.floor, tls::Version::tls1_2)};
  }
  return {.floor = settings.floor,
          .anonymous = settings.anonymous_suites,
          .forbidden = settings.forbidden_suites && settings.anonymous_suites};
}

SslContextPtr make_context(const ServerContext::Settings& settings, Fallback fallback) {
  SslContextPtr owner(required(SSL_CTX_new(TLS_server_method()), "make a TLS context"));
  SSL_CTX* context = owner.get();
  configure(context, choice_of(settings, fallback));
  SSL_CTX_set_dh_auto(context, 1);
  if (settings.challenges) SSL_CTX_set_client_hello_cb(context, notice_challenge, nullptr);
  SSL_CTX_set_cert_cb(context, choose_identity, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context, acknowledge_name);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  SSL_CTX_set_verify(context, settings.ask_client_certificate ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_client, nullptr);

  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets are stateless
  const std::string id = random_bytes(SSL_MAX_SID_CTX_LENGTH);
  require(SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                         static_cast<unsigned>(id.size())) == 1,
          "set the session id context");
  SSL_CTX_set_timeout(context, ticket_lifetime_seconds);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, use_ticket_key);
  SSL_CTX_set_session_ticket_cb(context, fill_ticket, open_ticket, nullptr);
  return owner;
}

ServerFacts facts_of(SSL* ssl) {
  ServerFacts facts;
  Agreed used = agreed(ssl);
  facts.version = used.version;
  facts.cipher = std::move(used.cipher);
  facts.cipher_iana = std::move(used.cipher_iana);
  facts.anonymous = used.anonymous;
  facts.weak_suite = used.weak_suite;
  facts.group = std::move(used.group);
  facts.resumed = used.resumed;
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); name != nullptr) {
    facts.server_name = base::printable(name, 255);
  }
  X509* leaf = SSL_get0_peer_certificate(ssl);
  const auto& client = session_of(ssl).client();
  if (leaf != nullptr && client) {
    facts.certificate = certificate_facts(leaf);
    facts.chain = client->chain;
    facts.chain_detail = client->detail;
  }
  return facts;
}

}  // namespace

base::Result<std::shared_ptr<const OpenSslServerContext>> OpenSslServerContext::make(
    const Settings& settings, std::vector<Identity> identities, Clocks clocks) {
  const ErrorScope errors;
  auto parts = std::make_shared<Parts>(settings, std::move(identities), std::move(clocks));
  parts->context = make_context(settings, Fallback::plaintext);
  parts->strict = make_context(settings, Fallback::none);
  // What certificate is strong enough is the same on every listener.
  SSL_CTX_set_security_level(parts->strict.get(), SSL_CTX_get_security_level(parts->context.get()));
  // Every identity is tried once, so that SNI cannot find one that OpenSSL refuses.
  for (std::size_t i = 0; i < parts->identities.all().size(); ++i) {
    const Identity& identity = parts->identities.all()[i];
    const SslPtr trial(required(SSL_new(parts->context.get()), "make a TLS session"));
    if (install(trial.get(), {&identity})) continue;
    return base::fail("weak-certificate",
                      fmt::format("The certificate {} is too weak to be used here ({}). Renew it "
                                  "with a key of at least RSA 2048 or EC P-256 and SHA-256.",
                                  settings.identities[i].certificate_file, take_errors()));
  }
  for (SSL_CTX* context : {parts->context.get(), parts->strict.get()}) {
    for (const Identity* identity : parts->identities.standard()) {
      require(SSL_CTX_use_cert_and_key(context, identity->leaf.get(), identity->key.get(),
                                       identity->chain.get(), 1) == 1,
              "use a certificate");
    }
  }
  return std::make_shared<const OpenSslServerContext>(std::move(parts));
}

std::vector<tls::CertificateFacts> OpenSslServerContext::identities() const {
  std::vector<tls::CertificateFacts> facts;
  for (const Identity& identity : parts_->identities.all()) facts.push_back(identity.facts);
  return facts;
}

bool OpenSslServerContext::proved_by(const dns::Domain& host, std::span<const dns::Tlsa> records,
                                     base::Instant now) const {
  const ErrorScope errors;
  const DaneChecker checker;
  IdentityBook::Choice shown = parts_->identities.find(host.text());
  if (shown.empty()) shown = parts_->identities.standard();
  const auto proved = [&](const Identity* identity) {
    return proves_host(checker, identity->leaf.get(), identity->chain.get(), host, records, now);
  };
  return !shown.empty() && std::ranges::all_of(shown, proved);
}

net::Task<base::Result<SecuredServer>> OpenSslServerContext::accept_tls(
    std::unique_ptr<net::Socket> socket, Fallback fallback, base::Deadline deadline) const {
  const SslContextPtr& context = fallback == Fallback::none ? parts_->strict : parts_->context;
  SslPtr ssl(required(SSL_new(context.get()), "make a TLS session"));
  SSL_set_accept_state(ssl.get());
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(ssl),
                                            std::make_unique<ServerSession>(parts_));
  // From here on the session keeps the parts; the context may be replaced meanwhile.
  base::Result<> shaken = co_await stream->handshake(deadline);
  if (!shaken) {
    base::Failure why = std::move(shaken.error());
    if (why.code == "handshake-failed") {
      why.text = fmt::format("The TLS handshake with {} failed: {}.", stream->peer().to_string(),
                             base::printable(why.text));
    }
    co_return std::unexpected(std::move(why));
  }
  SecuredServer secured;
  secured.facts = facts_of(stream->ssl());
  secured.stream = std::move(stream);
  co_return secured;
}

base::Result<std::shared_ptr<const ServerContext>> ServerContext::make(Settings settings) {
  if (settings.identities.empty()) {
    return base::fail(
        "no-certificate",
        "No server certificate is configured. Name a certificate file and a key file.");
  }
  std::vector<Identity> identities;
  for (const ServerIdentity& files : settings.identities) {
    auto identity = load_identity(files, system_time());
    if (!identity) return std::unexpected(std::move(identity.error()));
    identities.push_back(std::move(*identity));
  }
  return OpenSslServerContext::make(settings, std::move(identities), {});
}

}  // namespace postern::crypto
