// A disk that fails on demand, for tests: under the segment files as FileOps, under the database as
// an SQLite VFS. The test keeps the Faults and changes them while the spool runs.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "io/spool/file_ops.h"

namespace postern::spool::testing {

// An operation fails when its counter comes to a multiple of `every`; 0: never.
class Failing {
 public:
  void each(int nth) { every_ = nth; }
  void never() { every_ = 0; }
  [[nodiscard]] bool now() {
    const int every = every_;
    return every > 0 && ++count_ % every == 0;
  }

 private:
  std::atomic<int> every_{0};
  std::atomic<int> count_{0};
};

struct Faults {
  Failing full_on_write, error_on_write, error_on_sync, full_on_allocate, error_on_read;
  std::atomic<bool> short_writes{false};
  std::atomic<std::int64_t> free_bytes{-1};  // below zero: what the real disk says
  std::atomic<std::int64_t> largest_file{INT64_MAX};
  Failing database_full_on_write, database_error_on_write, database_error_on_sync;
  std::atomic<int> syncs{0};

  // Everything that needs space fails.
  void fill() {
    full_on_write.each(1);
    full_on_allocate.each(1);
    database_full_on_write.each(1);
  }
  void drain() {
    full_on_write.never();
    full_on_allocate.never();
    database_full_on_write.never();
  }
};

// An SQLite VFS on top of the default one, registered for as long as it lives.
class FaultyVfs {
 public:
  explicit FaultyVfs(Faults& faults) : name_("faulty-" + std::to_string(next_name())) {
    sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
    vfs_ = *real;
    vfs_.zName = name_.c_str();
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    vfs_.pNext = nullptr;
    vfs_.pAppData = this;
    vfs_.xOpen = &FaultyVfs::open;
    real_ = real;
    faults_ = &faults;
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  [[nodiscard]] const char* name() const { return name_.c_str(); }

 private:
  struct File {
    sqlite3_file base;
    Faults* faults;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static int next_name() {
    static std::atomic<int> names{0};
    return ++names;
  }
  static File* mine(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return mine(file)->real(); }
  static const sqlite3_io_methods* on(sqlite3_file* file) { return real(file)->pMethods; }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    File* opened = new (file) File{{nullptr}, self->faults_};
    std::memset(opened->real(), 0, static_cast<std::size_t>(self->real_->szOsFile));
    const int result = self->real_->xOpen(self->real_, path, opened->real(), flags, out);
    if (opened->real()->pMethods != nullptr) opened->base.pMethods = &methods();
    return result;
  }
  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
    Faults& faults = *mine(file)->faults;
    if (faults.database_full_on_write.now()) return SQLITE_FULL;
    if (faults.database_error_on_write.now()) return SQLITE_IOERR_WRITE;
    return on(file)->xWrite(real(file), bytes, count, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (mine(file)->faults->database_error_on_sync.now()) return SQLITE_IOERR_FSYNC;
    return on(file)->xSync(real(file), flags);
  }
  static const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods kMethods = {
        .iVersion = 3,
        .xClose = [](sqlite3_file* f) { return on(f)->xClose(real(f)); },
        .xRead = [](sqlite3_file* f, void* to, int n,
                    sqlite3_int64 at) { return on(f)->xRead(real(f), to, n, at); },
        .xWrite = &FaultyVfs::write,
        .xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return on(f)->xTruncate(real(f), n); },
        .xSync = &FaultyVfs::sync,
        .xFileSize = [](sqlite3_file* f,
                        sqlite3_int64* size) { return on(f)->xFileSize(real(f), size); },
        .xLock = [](sqlite3_file* f, int kind) { return on(f)->xLock(real(f), kind); },
        .xUnlock = [](sqlite3_file* f, int kind) { return on(f)->xUnlock(real(f), kind); },
        .xCheckReservedLock = [](sqlite3_file* f,
                                 int* out) { return on(f)->xCheckReservedLock(real(f), out); },
        .xFileControl = [](sqlite3_file* f, int op,
                           void* arg) { return on(f)->xFileControl(real(f), op, arg); },
        .xSectorSize = [](sqlite3_file* f) { return on(f)->xSectorSize(real(f)); },
        .xDeviceCharacteristics =
            [](sqlite3_file* f) { return on(f)->xDeviceCharacteristics(real(f)); },
        .xShmMap =
            [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
              return on(f)->xShmMap(real(f), page, size, extend, to);
            },
        .xShmLock = [](sqlite3_file* f, int at, int n,
                       int flags) { return on(f)->xShmLock(real(f), at, n, flags); },
        .xShmBarrier = [](sqlite3_file* f) { on(f)->xShmBarrier(real(f)); },
        .xShmUnmap = [](sqlite3_file* f, int remove) { return on(f)->xShmUnmap(real(f), remove); },
        .xFetch = [](sqlite3_file* f, sqlite3_int64 at, int n,
                     void** to) { return on(f)->xFetch(real(f), at, n, to); },
        .xUnfetch = [](sqlite3_file* f, sqlite3_int64 at,
                       void* from) { return on(f)->xUnfetch(real(f), at, from); },
    };
    return kMethods;
  }

  std::string name_;
  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_ = nullptr;
  Faults* faults_ = nullptr;
};

class FaultyFiles : public FileOps {
 public:
  explicit FaultyFiles(Faults& faults) : faults_(faults), vfs_(faults), real_(posix_files()) {}

  int create(const std::string& path) override { return real_->create(path); }
  int open(const std::string& path) override { return real_->open(path); }
  void close(int file) override { real_->close(file); }
  ssize_t write(int file, std::span<const iovec> parts, std::int64_t at) override {
    if (faults_.full_on_write.now()) return -ENOSPC;
    if (faults_.error_on_write.now()) return -EIO;
    if (!faults_.short_writes) return real_->write(file, parts, at);
    iovec part = parts.front();
    part.iov_len = (part.iov_len + 1) / 2;
    return real_->write(file, std::span(&part, 1), at);
  }
  ssize_t read(int file, std::span<const iovec> parts, std::int64_t at) override {
    if (faults_.error_on_read.now()) return -EIO;
    return real_->read(file, parts, at);
  }
  int allocate(int file, std::int64_t bytes) override {
    if (faults_.full_on_allocate.now() || bytes > faults_.largest_file) return -ENOSPC;
    return real_->allocate(file, bytes);
  }
  void start_writing_out(int file, std::int64_t at, std::int64_t bytes) override {
    real_->start_writing_out(file, at, bytes);
  }
  int sync_data(int file) override {
    ++faults_.syncs;
    return faults_.error_on_sync.now() ? -EIO : real_->sync_data(file);
  }
  int sync_directory(const std::string& path) override { return real_->sync_directory(path); }
  int truncate(const std::string& path, std::int64_t bytes) override {
    return real_->truncate(path, bytes);
  }
  int remove(const std::string& path) override { return real_->remove(path); }
  std::int64_t free_bytes(const std::string& path) override {
    const std::int64_t free = faults_.free_bytes;
    return free >= 0 ? free : real_->free_bytes(path);
  }
  const char* database_vfs() const override { return vfs_.name(); }

 private:
  Faults& faults_;
  FaultyVfs vfs_;
  std::unique_ptr<FileOps> real_;
};

}  // namespace postern::spool::testing
