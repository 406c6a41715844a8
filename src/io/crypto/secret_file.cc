#include "io/crypto/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace postern::crypto {
namespace {

constexpr std::size_t largest_file = 1 << 20;

class Descriptor {
 public:
  Descriptor(const char* file, int flags) : number_(::open(file, flags, 0600)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

base::Result<> unwritable(const std::string& file) {
  return base::fail("unwritable-file",
                    fmt::format("{} cannot be written: {}. Check that the gateway's user may write "
                                "there, and that the disk has space.",
                                file, std::strerror(errno)));
}

}  // namespace

base::Result<std::string> read_file(const std::string& file, Secrecy secrecy) {
  const Descriptor in(file.c_str(), O_RDONLY | O_CLOEXEC);
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

base::Result<> write_secret(const std::string& file, std::string_view text) {
  const std::string half = file + ".new";
  const Descriptor out(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
  if (out.number() < 0) return unwritable(file);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t put = ::write(out.number(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return unwritable(file);
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(out.number()) != 0 || ::rename(half.c_str(), file.c_str()) != 0) {
    return unwritable(file);
  }
  // The name is in the directory only once that is on disk.
  const std::string folder_name = std::filesystem::absolute(file).parent_path().string();
  const Descriptor folder(folder_name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder.number() < 0 || ::fsync(folder.number()) != 0) return unwritable(file);
  return {};
}

}  // namespace postern::crypto
