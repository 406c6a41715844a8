// What the spool asks of the file system, as an interface, so that a test can hand in a disk that
// is full, fails, or writes short. Every answer is a count or zero, or -errno. Thread-safe.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace postern::spool {

class FileOps {
 public:
  virtual ~FileOps() = default;

  [[nodiscard]] virtual int create(const std::string& path) = 0;  // read and write; must be new
  [[nodiscard]] virtual int open(const std::string& path) = 0;    // read only
  virtual void close(int file) = 0;
  // May do less than asked, as pwritev and preadv may.
  [[nodiscard]] virtual ssize_t write(int file, std::span<const iovec> parts, std::int64_t at) = 0;
  [[nodiscard]] virtual ssize_t read(int file, std::span<const iovec> parts, std::int64_t at) = 0;
  [[nodiscard]] virtual int allocate(int file, std::int64_t bytes) = 0;
  // Asks the kernel to start writing a range out; a hint that makes the next sync short.
  virtual void start_writing_out(int file, std::int64_t at, std::int64_t bytes) = 0;
  [[nodiscard]] virtual int sync_data(int file) = 0;
  [[nodiscard]] virtual int sync_directory(const std::string& path) = 0;
  [[nodiscard]] virtual int truncate(const std::string& path, std::int64_t bytes) = 0;
  [[nodiscard]] virtual int remove(const std::string& path) = 0;
  // What an unprivileged program may still write to the file system that holds `path`.
  [[nodiscard]] virtual std::int64_t free_bytes(const std::string& path) = 0;

  // The SQLite VFS for the database; null: SQLite's own.
  [[nodiscard]] virtual const char* database_vfs() const { return nullptr; }
};

[[nodiscard]] std::unique_ptr<FileOps> posix_files();

}  // namespace postern::spool
