#include "io/spool/file_ops.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

namespace postern::spool {
namespace {

int or_errno(int result) { return result < 0 ? -errno : result; }
ssize_t or_errno(ssize_t result) { return result < 0 ? -errno : result; }

class PosixFiles : public FileOps {
 public:
  int create(const std::string& path) override {
    return or_errno(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  }
  int open(const std::string& path) override {
    return or_errno(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  void close(int file) override { ::close(file); }

  ssize_t write(int file, std::span<const iovec> parts, std::int64_t at) override {
    for (;;) {
      const ssize_t done = ::pwritev(file, parts.data(), static_cast<int>(parts.size()), at);
      if (done >= 0 || errno != EINTR) return or_errno(done);
    }
  }
  ssize_t read(int file, std::span<const iovec> parts, std::int64_t at) override {
    for (;;) {
      const ssize_t done = ::preadv(file, parts.data(), static_cast<int>(parts.size()), at);
      if (done >= 0 || errno != EINTR) return or_errno(done);
    }
  }
  int allocate(int file, std::int64_t bytes) override {
    for (;;) {
      const int error = ::posix_fallocate(file, 0, bytes);
      if (error != EINTR) return -error;
    }
  }
  void start_writing_out(int file, std::int64_t at, std::int64_t bytes) override {
    ::sync_file_range(file, at, bytes, SYNC_FILE_RANGE_WRITE);
  }
  int sync_data(int file) override { return or_errno(::fdatasync(file)); }
  int sync_directory(const std::string& path) override {
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return -errno;
    const int result = or_errno(::fsync(directory));
    ::close(directory);
    return result;
  }
  int truncate(const std::string& path, std::int64_t bytes) override {
    return or_errno(::truncate(path.c_str(), bytes));
  }
  int remove(const std::string& path) override { return or_errno(::unlink(path.c_str())); }
  std::int64_t free_bytes(const std::string& path) override {
    struct statvfs info{};
    if (::statvfs(path.c_str(), &info) < 0) return -errno;
    return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
  }
};

}  // namespace

std::unique_ptr<FileOps> posix_files() { return std::make_unique<PosixFiles>(); }

}  // namespace postern::spool
