// The gateway's certificates as the listeners need them now. A changed file is noticed within
// seconds, or at once by reload(); a set that cannot be used leaves the old one in force.
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
  // later, and are asked for none.
  enum class Use { mail, web };

  // Failure when the configured files cannot be used: the program does not start.
  [[nodiscard]] static base::Result<std::unique_ptr<Certificates>> load(
      Use use, TlsSettings settings, std::shared_ptr<const crypto::TrustStore> public_cas,
      observe::EventSink& events);

  [[nodiscard]] std::shared_ptr<const crypto::ServerContext> current() const override;

  // Reads the files again, with new settings. Not from several threads at once.
  void reload(TlsSettings settings);
  // The same, when a file has changed since it was read.
  void reload_if_changed();

 private:
  Certificates(Use use, TlsSettings settings, std::shared_ptr<const crypto::TrustStore> public_cas,
               observe::EventSink& events);
  [[nodiscard]] base::Result<std::shared_ptr<const crypto::ServerContext>> make() const;
  [[nodiscard]] std::vector<crypto::ServerIdentity> identities() const;
  [[nodiscard]] std::string stamp() const;  // of all files: changes when one of them does
  void announce(const crypto::ServerContext& context);

  Use use_;
  TlsSettings settings_;
  std::shared_ptr<const crypto::TrustStore> public_cas_;
  observe::EventSink& events_;
  std::string stamp_;
  mutable std::mutex mutex_;
  std::shared_ptr<const crypto::ServerContext> context_;
};

}  // namespace postern::app
