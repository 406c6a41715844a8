// TLS by OpenSSL, behind a header without it: contexts, handshakes, what they showed, and reload.
//
// A handshake never decides: it reports an Observation (client) or ServerFacts (server), and core
// judges. The client therefore never aborts because of a certificate; the dialogue does.
//
// Steps, client: TrustStore (system or file) -> ClientContext (one a shard) -> connect_tls(socket,
// ClientHello{...}). Steps, server: ServerIdentity files -> ServerContext (swapped whole on reload)
// -> accept_tls(socket, fallback).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/dns/answer.h"
#include "core/tls/observation.h"
#include "core/tls/requirement.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::crypto {

class AlpnChallenges;

// Certificates that are trusted as anchors, loaded once and shared by all shards (immutable).
class TrustStore {
 public:
  // The system's CA bundle (`file` empty: OpenSSL's default places); public CAs, so X509_STRICT.
  [[nodiscard]] static base::Result<std::shared_ptr<const TrustStore>> public_cas(std::string file);
  // An administrator's own CA bundle from PEM text, beside the public ones; not X509_STRICT.
  [[nodiscard]] static base::Result<std::shared_ptr<const TrustStore>> private_cas(
      std::string pem, std::string name, std::shared_ptr<const TrustStore> public_cas);
  virtual ~TrustStore() = default;
  [[nodiscard]] virtual std::string name() const = 0;
};

// What the client brings to one handshake.
struct ClientHello {
  dns::Domain server_name{};  // SNI; empty for an address literal
  tls::HandshakeProfile profile{};
  // Offered by ALPN (RFC 7301): a server that answers with another was not the one that was meant
  // (ALPACA), and one that answers nothing is taken. Empty: none is offered.
  std::string protocol{};
  std::shared_ptr<const TrustStore> trust{};
  std::vector<dns::Tlsa> tlsa{};          // usable records only; empty: no DANE
  std::vector<dns::Domain> dane_names{};  // not used here: core matches names (RFC 7672 3.2.2)
  // Sessions resume only under an equal key: host, address, port, account, requirement digest.
  // Empty: no resumption. A resumed session repeats the verdict of the handshake that made it.
  std::string resumption_key{};
};

struct SecuredClient {
  std::unique_ptr<net::Stream> stream;  // set when the handshake is done
  tls::Observation observation;         // handshake part; offer, host and peer are the caller's
};

class ClientContext {
 public:
  struct Settings {
    // RC4 and MD5 in opportunistic hops (RFC 7465, RFC 9155), if linked.
    bool forbidden_suites = false;
    std::size_t sessions_kept = 4096;
    std::string certificate_file{}, key_file{};  // client certificate, if any
  };
  [[nodiscard]] static base::Result<std::unique_ptr<ClientContext>> make(Settings settings);
  virtual ~ClientContext() = default;

  // Takes the socket over. A failed handshake is an observation (Handshake::failed with detail),
  // not a Failure; a Failure is "timeout", "cancelled" or "connection-lost" before the peer said
  // anything.
  [[nodiscard]] virtual net::Task<base::Result<SecuredClient>> connect_tls(
      std::unique_ptr<net::Socket> socket, ClientHello hello, base::Deadline deadline) = 0;

  // A resumption key's session is forgotten, e.g. after a policy change.
  virtual void forget(const std::string& resumption_key) = 0;
};

// What a client showed on one of our listeners.
struct ServerFacts {
  tls::Version version = tls::Version::none;
  std::string cipher;
  std::string cipher_iana;  // the suite's name in IANA's registry, for Received (RFC 8314 4.3)
  std::string group;
  bool anonymous = false;   // the suite authenticates nobody
  bool weak_suite = false;  // RC4, MD5, NULL or export
  bool resumed = false;
  std::string server_name;                           // SNI, escaped; empty if none
  std::optional<tls::CertificateFacts> certificate;  // of the client, if it sent one
  tls::Chain chain = tls::Chain::not_checked;        // no clientAuth usage needed (tls-semantics 4)
  std::string chain_detail;
};

struct SecuredServer {
  std::unique_ptr<net::Stream> stream;
  ServerFacts facts;
};

struct ServerIdentity {
  std::string certificate_file;  // chain, PEM
  std::string key_file;
};

// What is left to a client whose TLS is refused. Where it is plaintext, old TLS is better than
// none. Where it is nothing, as with TLS from the first byte, the floor is TLS 1.2 whatever the
// settings say, and suites that authenticate nobody are not for choice (RFC 8314 4.1, RFC 8997 3).
enum class Fallback { plaintext, none };

// Could it be shown now? Failures as when a ServerContext is made of it.
[[nodiscard]] base::Result<> check_identity(const ServerIdentity& files, base::Instant now);

// Immutable: a reload makes a new one and the listeners swap it; running sessions keep theirs.
class ServerContext {
 public:
  struct Settings {
    std::vector<ServerIdentity>
        identities;  // first is the default; others by SNI (SAN of the leaf)
    tls::Version floor = tls::Version::tls1_0;
    bool anonymous_suites = true;  // a listener for the world: refusing them yields plaintext
    bool forbidden_suites = false;
    bool ask_client_certificate = true;
    std::shared_ptr<const TrustStore> client_trust{};  // to verify client certificates
    // A client that offers ALPN must offer one of these (RFC 7301; against ALPACA).
    std::vector<std::string> protocols = {"smtp", "esmtp"};
    // A client that asks for a name which no certificate carries is refused, not shown another.
    bool known_names_only = false;
    // Whoever comes with "acme-tls/1" is shown these (RFC 8737); null: nobody is.
    std::shared_ptr<const AlpnChallenges> challenges{};
  };
  [[nodiscard]] static base::Result<std::shared_ptr<const ServerContext>> make(Settings settings);
  virtual ~ServerContext() = default;
  [[nodiscard]] virtual std::vector<tls::CertificateFacts> identities() const = 0;
  // Would a sender that knows DANE take what is shown for `host`? Every certificate that may be
  // shown for it must match one of the records, which are usable ones; false without a certificate.
  [[nodiscard]] virtual bool proved_by(const dns::Domain& host, std::span<const dns::Tlsa> records,
                                       base::Instant now) const = 0;

  // Failure "handshake-failed" with a sentence for the log; "timeout", "cancelled".
  [[nodiscard]] virtual net::Task<base::Result<SecuredServer>> accept_tls(
      std::unique_ptr<net::Socket> socket, Fallback fallback, base::Deadline deadline) const = 0;
};

// One line for start-up: which suites that were asked for the linked OpenSSL does not have.
[[nodiscard]] std::string missing_suites(bool forbidden_suites);

// Passwords: argon2id in PHC form. Verification takes tens of milliseconds: call it off the shards.
[[nodiscard]] std::string hash_password(const std::string& password);
[[nodiscard]] bool verify_password(const std::string& phc, const std::string& password);

[[nodiscard]] std::string random_bytes(std::size_t count);
[[nodiscard]] std::string sha256(std::string_view bytes);  // 32 raw bytes
[[nodiscard]] base::Result<std::vector<tls::CertificateFacts>> read_certificates(std::string pem);
// As ServerContext::proved_by, for a chain that is not shown yet; false for what cannot be read.
[[nodiscard]] bool chain_proved_by(const std::string& pem, const dns::Domain& host,
                                   std::span<const dns::Tlsa> records, base::Instant now);

}  // namespace postern::crypto
