// Certificates that the gateway gets by itself, as files below its data directory: for each a PEM
// file <name>.pem with the key and the chain together, so that a renewal replaces both in one step;
// <name>.waiting, the same of one that must not be shown yet; <name>.next.key, while another key
// waits for its TLSA record; <name>.attempts, how the last attempts went; and account.key, which
// speaks to the CA. All are for the gateway's user alone.
//
// <name> is the first name of the certificate. Failures as io/crypto's for key files, and
// "data-dir".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/dns/domain.h"
#include "io/crypto/certificate_key.h"
#include "io/crypto/tls.h"

namespace postern::acme {

// What became of the attempts since the last success; outlives a restart, so that a gateway which
// starts again and again does not exhaust what the CA allows.
struct Attempts {
  int failures = 0;
  base::Instant next;  // not before
  std::string why;     // of the last failure; escaped
  bool operator==(const Attempts&) const = default;
};

class Folder {
 public:
  using Key = std::shared_ptr<const crypto::CertificateKey>;

  // Makes the directory, for this user alone, if it is not there.
  [[nodiscard]] static base::Result<Folder> open(std::string path);
  // What stands there; nothing is made.
  explicit Folder(std::string path) : path_(std::move(path)) {}

  // The files of all certificates, by name.
  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::string file(const dns::Domain& name) const;

  // The leaf; nullopt: there is none.
  [[nodiscard]] base::Result<std::optional<tls::CertificateFacts>> leaf(
      const dns::Domain& name) const;
  [[nodiscard]] base::Result<Key> key(const dns::Domain& name) const;
  [[nodiscard]] base::Result<> put(const dns::Domain& name, const crypto::CertificateKey& key,
                                   std::string_view chain) const;

  // One that is not to be shown before take_waiting() puts it in the place of the other. "": none.
  [[nodiscard]] base::Result<> put_waiting(const dns::Domain& name,
                                           const crypto::CertificateKey& key,
                                           std::string_view chain) const;
  [[nodiscard]] base::Result<std::string> waiting(const dns::Domain& name) const;
  [[nodiscard]] base::Result<> take_waiting(const dns::Domain& name) const;

  // The key that is to come after the one in use; null: none waits.
  [[nodiscard]] base::Result<Key> next_key(const dns::Domain& name) const;
  [[nodiscard]] base::Result<Key> make_next_key(const dns::Domain& name) const;
  void drop_next_key(const dns::Domain& name) const;
  // Of all names, and of what waits.
  [[nodiscard]] std::vector<tls::Sha256> next_keys() const;

  [[nodiscard]] Attempts attempts(const dns::Domain& name) const;
  [[nodiscard]] base::Result<> save(const dns::Domain& name, const Attempts& attempts) const;

  [[nodiscard]] base::Result<Key> account_key() const;

 private:
  [[nodiscard]] std::string path(const dns::Domain& name, std::string_view ending) const;
  [[nodiscard]] std::vector<std::string> files_with(std::string_view ending) const;

  std::string path_;
};

}  // namespace postern::acme
