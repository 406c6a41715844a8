// Sessions that a client may resume, and the verdicts they carry.
//
// A resumed handshake shows no certificate, so its observation repeats the verdict of the handshake
// that made the session. That is right only while the verdict still stands. The rule is the
// strictest one that is cheap: a session is used only under an equal key, on equal terms (server
// name, profile, the very same trust store, the same TLSA records), before any date of any
// certificate involved has passed, and for two hours at most. Anything else costs a full handshake.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "core/dns/answer.h"
#include "core/tls/observation.h"
#include "core/tls/requirement.h"
#include "io/crypto/openssl.h"
#include "io/crypto/tls.h"

namespace postern::crypto {

// What was said about a server's certificate.
struct PeerVerdict {
  std::optional<tls::CertificateFacts> certificate;
  tls::Chain chain = tls::Chain::not_checked;
  std::string chain_detail;
  tls::Dane dane = tls::Dane::not_checked;
  int exchange_bits = 0;  // of the handshake that made the session: its secret is no better
  base::Instant stands_until = base::Instant::max();  // time alone cannot change it before that
};

// What the verdict was reached under.
struct SessionTerms {
  dns::Domain server_name;
  tls::HandshakeProfile profile;
  std::shared_ptr<const TrustStore> trust;
  std::vector<dns::Tlsa> tlsa;
  bool operator==(const SessionTerms&) const = default;
};

// Bounded; the session that was used longest ago goes first. Lives on one shard.
class SessionCache {
 public:
  struct Kept {
    SessionPtr session;
    std::shared_ptr<const PeerVerdict> verdict;
  };

  explicit SessionCache(std::size_t capacity) : capacity_(capacity) {}

  void put(const std::string& key, SSL_SESSION* session, SessionTerms terms,
           std::shared_ptr<const PeerVerdict> verdict, base::Instant now);
  // A session that no longer fits is forgotten.
  [[nodiscard]] std::optional<Kept> find(const std::string& key, const SessionTerms& terms,
                                         base::Instant now);
  void forget(const std::string& key);
  [[nodiscard]] std::size_t size() const { return by_key_.size(); }

 private:
  struct Entry {
    std::string key;
    std::string session;  // DER: a third of the object's size, and without the chain
    SessionTerms terms;
    std::shared_ptr<const PeerVerdict> verdict;
    base::Instant made;
  };
  std::size_t capacity_;
  std::list<Entry> by_use_;  // front: used last
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace postern::crypto
