// The gateway's certificates as the listeners need them now: those of files in the settings, then
// those of the folder that the gateway fills itself. A changed file is noticed by
// reload_if_changed(); a set that cannot be used leaves the old one in force. One for mail is a
// candidate until it is adopted (own_certificates.h).
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/settings.h"
#include "io/crypto/tls.h"
#include "io/observe/event.h"
#include "service/receipt/settings.h"

namespace postern::app {

class Certificates : public receipt::ContextSource {
 public:
  // Mail takes TLS as old as it comes, and asks for client certificates; browsers get TLS 1.2 and
  // later, and are asked for none; the site for the world does not answer to foreign names either.
  enum class Use { mail, web, site };
  struct Kind {
    Use use = Use::mail;
    std::string folder;  // of certificates that the gateway gets by itself; may not exist
    std::shared_ptr<const crypto::TrustStore> public_cas;
    std::shared_ptr<const crypto::AlpnChallenges> challenges{};  // of a site; may be null
  };

  // Failure when the configured files cannot be used: the program does not start.
  [[nodiscard]] static base::Result<std::unique_ptr<Certificates>> load(Kind kind,
                                                                        TlsSettings settings,
                                                                        observe::EventSink& events);

  [[nodiscard]] std::shared_ptr<const crypto::ServerContext> current() const override;

  // Reads the files again, with new settings. Not from several threads at once.
  void reload(TlsSettings settings);
  // The same, when a file has changed since it was read.
  void reload_if_changed();

  // Of mail only: what was read and is not in force yet; null: nothing waits.
  [[nodiscard]] std::shared_ptr<const crypto::ServerContext> candidate() const;
  void adopt();

 private:
  Certificates(Kind kind, TlsSettings settings, observe::EventSink& events);
  [[nodiscard]] base::Result<std::shared_ptr<const crypto::ServerContext>> make() const;
  [[nodiscard]] std::vector<crypto::ServerIdentity> configured() const;
  [[nodiscard]] std::vector<std::string> folder_files() const;
  [[nodiscard]] std::vector<crypto::ServerIdentity> usable_of_folder() const;
  [[nodiscard]] std::string stamp() const;  // of all files: changes when one of them does
  void announce(const crypto::ServerContext& context);

  Kind kind_;
  TlsSettings settings_;
  observe::EventSink& events_;
  std::string stamp_;
  mutable std::mutex mutex_;
  std::shared_ptr<const crypto::ServerContext> context_;
  std::shared_ptr<const crypto::ServerContext> candidate_;
};

}  // namespace postern::app
