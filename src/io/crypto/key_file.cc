#include "io/crypto/key_file.h"

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

}  // namespace

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

namespace {

// Never ask a terminal for a passphrase: the gateway starts unattended.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

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

}  // namespace postern::crypto
