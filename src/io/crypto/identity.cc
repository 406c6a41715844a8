#include "io/crypto/identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "io/crypto/facts.h"

namespace postern::crypto {
namespace {

constexpr std::size_t largest_file = 1 << 20;

class Descriptor {
 public:
  explicit Descriptor(const std::string& file)
      : number_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

enum class Secrecy { open, secret };

base::Result<std::string> read_file(const std::string& file, Secrecy secrecy) {
  const Descriptor in(file);
  struct stat status{};
  if (in.number() < 0 || ::fstat(in.number(), &status) != 0) {
    return base::fail(
        "unreadable-file",
        fmt::format("{} cannot be read: {}. Check its name and that the gateway's user "
                    "may read it.",
                    file, std::strerror(errno)));
  }
  if (secrecy == Secrecy::secret && (status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return base::fail(
        "exposed-key",
        fmt::format("The private key {} can be read by every user of this machine. Run: "
                    "chmod o= {}",
                    file, file));
  }
  std::string bytes;
  char buffer[8192];
  for (;;) {
    const ssize_t got = ::read(in.number(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return base::fail("unreadable-file",
                        fmt::format("{} cannot be read: {}.", file, std::strerror(errno)));
    }
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > largest_file) {
      return base::fail("unreadable-file",
                        fmt::format("{} is too large for certificates or a key (1 MiB).", file));
    }
  }
}

// Never ask a terminal for a passphrase: the gateway starts unattended.
int no_passphrase(char*, int, int, void*) { return -1; }

base::Result<KeyPtr> read_key(const std::string& file) {
  const auto pem = read_file(file, Secrecy::secret);
  if (!pem) return std::unexpected(pem.error());
  KeyPtr key(PEM_read_bio_PrivateKey(bio_of(*pem).get(), nullptr, no_passphrase, nullptr));
  if (key) return key;
  if (pem->find("ENCRYPTED") != std::string::npos) {
    return base::fail(
        "bad-key", fmt::format("The private key {} is protected by a passphrase. Write it without "
                               "one: openssl pkey -in {} -out NEW_FILE, then chmod 600 NEW_FILE.",
                               file, file));
  }
  return base::fail("bad-key",
                    fmt::format("There is no readable private key in {}. It must hold a PEM block "
                                "that begins with -----BEGIN PRIVATE KEY-----.",
                                file));
}

base::Failure mismatch(const ServerIdentity& files, STACK_OF(X509) * certificates, EVP_PKEY* key) {
  for (int i = 1; i < sk_X509_num(certificates); ++i) {
    if (X509_check_private_key(sk_X509_value(certificates, i), key) != 1) continue;
    return {"key-mismatch",
            fmt::format("In {} the gateway's own certificate is number {}. Put it first, then its "
                        "issuers.",
                        files.certificate_file, i + 1),
            {}};
  }
  return {"key-mismatch",
          fmt::format("The key {} does not belong to the certificate {}. Name the key that the "
                      "certificate was requested with.",
                      files.key_file, files.certificate_file),
          {}};
}

base::Result<> check_dates(const std::string& file, const tls::CertificateFacts& facts,
                           base::Instant now) {
  if (now >= facts.not_after) {
    return base::fail("certificate-expired",
                      fmt::format("The certificate {} expired at {}. Renew it.", file,
                                  base::rfc3339(facts.not_after)));
  }
  if (now < facts.not_before) {
    return base::fail("certificate-not-yet-valid",
                      fmt::format("The certificate {} is not valid before {}. Check this machine's "
                                  "clock.",
                                  file, base::rfc3339(facts.not_before)));
  }
  return {};
}

}  // namespace

base::Result<Identity> load_identity(const ServerIdentity& files, base::Instant now) {
  const ErrorScope errors;
  const auto pem = read_file(files.certificate_file, Secrecy::open);
  if (!pem) return std::unexpected(pem.error());
  auto certificates = parse_certificates(*pem, files.certificate_file);
  if (!certificates) return std::unexpected(certificates.error());
  auto key = read_key(files.key_file);
  if (!key) return std::unexpected(key.error());

  Identity identity;
  if (X509_check_private_key(sk_X509_value(certificates->get(), 0), key->get()) != 1) {
    return std::unexpected(mismatch(files, certificates->get(), key->get()));
  }
  identity.leaf.reset(sk_X509_shift(certificates->get()));
  identity.chain = std::move(*certificates);
  identity.key = std::move(*key);
  identity.facts = certificate_facts(identity.leaf.get());
  if (auto dates = check_dates(files.certificate_file, identity.facts, now); !dates) {
    return std::unexpected(std::move(dates.error()));
  }
  return identity;
}

}  // namespace postern::crypto
