// The gateway's own certificates in the running program: those of files and those that it gets by
// itself (service/acme), put in force when that breaks nothing.
//
// A change for mail is held while TLSA records vouch for the certificate in use and not for the new
// one (RFC 7671 8.1); once they do, and caches have forgotten the old ones, it goes in force by
// itself. The start takes the files as they are. HTTPS has no TLSA records: it changes at once.
//
// Lives on the main shard, with lookups and TLS of its own there. Steps: open() before the
// listeners -> start() when the program runs -> stop().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/gateway/certificates.h"
#include "app/gateway/certificates_json.h"
#include "io/resolver/resolver.h"
#include "service/acme/keeper.h"

namespace postern::app {

class OwnCertificates {
 public:
  struct Needs {
    net::Shard& shard;
    const Settings& settings;
    const service::BookSource& book;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    observe::EventSink& events;
  };
  [[nodiscard]] static base::Result<std::unique_ptr<OwnCertificates>> open(Needs needs);

  [[nodiscard]] const Certificates& mail() const { return *mail_; }
  // Keys that are to come: publish their TLSA records beside those of the certificates in use.
  [[nodiscard]] std::vector<tls::Sha256> next_keys() const;
  // Null without [acme].
  [[nodiscard]] acme::Responder* responder() { return responder_.get(); }
  [[nodiscard]] std::shared_ptr<const crypto::AlpnChallenges> challenges() const { return alpn_; }

  // Who else shows certificates looks at the files again when this is called.
  void also(std::function<void()> reload_if_changed) {
    others_.push_back(std::move(reload_if_changed));
  }
  void start();
  [[nodiscard]] net::Task<void> stop();
  // Thread-safe: what decides about certificates has changed.
  void wake();
  // Reads the files of mail again, with new settings.
  void reload(const TlsSettings& settings);

  [[nodiscard]] ShownCertificates now() const;
  // It gets certificates by itself.
  [[nodiscard]] bool renews() const { return keeper_ != nullptr; }
  // For the command line: JSON, and a verb of "renew", "roll" and "unroll" with the JSON of what it
  // did. Failures "not-found" and those of the keeper.
  [[nodiscard]] std::string json() const;
  [[nodiscard]] base::Result<std::string> act(const std::string& verb, const std::string& name);

 private:
  explicit OwnCertificates(Needs needs);
  base::Result<> open_world();
  base::Result<> open_keeper();
  net::Task<void> run();
  net::Task<void> judge_candidate();
  void tell(const acme::TlsaWatch::Verdict& verdict);

  Needs needs_;
  net::TaskGroup group_;
  net::Event wake_;
  std::unique_ptr<resolver::Lookups> lookups_;
  std::unique_ptr<crypto::ClientContext> tls_;
  std::shared_ptr<crypto::AlpnChallenges> alpn_;
  std::unique_ptr<acme::Responder> responder_;
  std::unique_ptr<acme::TlsaWatch> watch_;
  std::unique_ptr<acme::Keeper> keeper_;
  std::unique_ptr<Certificates> mail_;
  std::vector<std::function<void()>> others_;
  acme::TlsaWatch::Verdict held_;  // of the candidate
  std::shared_ptr<const crypto::ServerContext> looked_at_;
  base::Steady next_look_;
};

}  // namespace postern::app
