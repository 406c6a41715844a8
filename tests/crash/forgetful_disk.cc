#include "forgetful_disk.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace postern::crash {
namespace {

constexpr std::size_t kSector = 512;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return std::move(all).str();
}

void must(bool worked) {
  if (!worked) std::abort();
}

}  // namespace

void Disk::apply(const std::string& path, const Change& change) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  must(file >= 0);
  if (change.is_truncation) {
    must(::ftruncate(file, change.at) == 0);
  } else {
    must(::pwrite(file, change.bytes.data(), change.bytes.size(), change.at) ==
         static_cast<ssize_t>(change.bytes.size()));
  }
  ::close(file);
}

void Disk::count_operation() {
  if (++operations_ == fatal_) lose_power();
}

void Disk::lose_power() {
  // How much of the unsynced reaches the disk differs from crash to crash, from nothing to nearly
  // everything.
  const std::uint64_t share = random_() % 101;
  for (auto& [path, file] : files_) {
    if (!file->has_name) continue;  // its name was never synced
    std::ranges::shuffle(file->unsynced, random_);
    for (Change& change : file->unsynced) {
      if (random_() % 100 >= share) continue;
      const bool torn = !change.is_truncation && random_() % 4 == 0;
      if (torn) change.bytes.resize(change.bytes.size() / 2 / kSector * kSector);
      apply(path, change);
    }
  }
  ::kill(::getpid(), SIGKILL);
  std::abort();
}

std::shared_ptr<Disk::File> Disk::open(const std::string& path, Missing missing, Name name) {
  const std::scoped_lock lock(mutex_);
  if (const auto known = files_.find(path); known != files_.end()) return known->second;
  const bool exists = std::filesystem::exists(path);
  if (!exists && missing == Missing::fails) return nullptr;
  count_operation();
  auto file = std::make_shared<File>();
  file->path = path;
  if (exists) file->content = content_of(path);
  file->has_name = exists || name == Name::at_once;
  files_[path] = file;
  return file;
}

void Disk::write(File& file, std::string_view bytes, std::int64_t at) {
  const std::scoped_lock lock(mutex_);
  const auto offset = static_cast<std::size_t>(at);
  if (file.content.size() < offset + bytes.size()) file.content.resize(offset + bytes.size());
  file.content.replace(offset, bytes.size(), bytes);
  file.unsynced.push_back({.at = at, .bytes = std::string(bytes)});
  count_operation();
}

std::size_t Disk::read(File& file, char* into, std::size_t count, std::int64_t at) {
  const std::scoped_lock lock(mutex_);
  const auto offset = static_cast<std::size_t>(at);
  if (offset >= file.content.size()) return 0;
  const std::size_t there = std::min(count, file.content.size() - offset);
  std::memcpy(into, file.content.data() + offset, there);
  return there;
}

void Disk::truncate(File& file, std::int64_t length) {
  const std::scoped_lock lock(mutex_);
  file.content.resize(static_cast<std::size_t>(length));
  file.unsynced.push_back({.at = length, .bytes = {}, .is_truncation = true});
  count_operation();
}

std::int64_t Disk::size(File& file) {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::int64_t>(file.content.size());
}

void Disk::sync(File& file) {
  const std::scoped_lock lock(mutex_);
  count_operation();  // the power may fail before anything of it is done, or after it
  for (const Change& change : file.unsynced) {
    if (file.has_name) apply(file.path, change);
  }
  if (file.has_name) file.unsynced.clear();
  count_operation();
}

void Disk::sync_names(const std::string& folder) {
  const std::scoped_lock lock(mutex_);
  count_operation();
  for (auto& [path, file] : files_) {
    if (file->has_name || !path.starts_with(folder + "/")) continue;
    file->has_name = true;
    apply(path, {.at = 0, .bytes = {}, .is_truncation = true});
  }
}

void Disk::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  count_operation();
  files_.erase(path);
  ::unlink(path.c_str());
}

// --- under the segment files ---------------------------------------------------------------------
namespace {

class ForgetfulFiles : public spool::FileOps {
 public:
  explicit ForgetfulFiles(Disk& disk) : disk_(disk), vfs_(std::make_unique<ForgetfulVfs>(disk)) {}

  int create(const std::string& path) override {
    return keep(disk_.open(path, Disk::Missing::is_created, Disk::Name::with_folder_sync));
  }
  int open(const std::string& path) override {
    auto file = disk_.open(path, Disk::Missing::fails, Disk::Name::at_once);
    return file ? keep(std::move(file)) : -ENOENT;
  }
  void close(int file) override {
    const std::scoped_lock lock(mutex_);
    files_.erase(file);
  }
  ssize_t write(int file, std::span<const iovec> parts, std::int64_t at) override {
    ssize_t done = 0;
    for (const iovec& part : parts) {
      disk_.write(*find(file), {static_cast<const char*>(part.iov_base), part.iov_len}, at + done);
      done += static_cast<ssize_t>(part.iov_len);
    }
    return done;
  }
  ssize_t read(int file, std::span<const iovec> parts, std::int64_t at) override {
    ssize_t done = 0;
    for (const iovec& part : parts) {
      const std::size_t got =
          disk_.read(*find(file), static_cast<char*>(part.iov_base), part.iov_len, at + done);
      done += static_cast<ssize_t>(got);
      if (got < part.iov_len) break;
    }
    return done;
  }
  int allocate(int file, std::int64_t bytes) override {
    disk_.truncate(*find(file), bytes);
    return 0;
  }
  void start_writing_out(int, std::int64_t, std::int64_t) override {}
  int sync_data(int file) override {
    disk_.sync(*find(file));
    return 0;
  }
  int sync_directory(const std::string& path) override {
    disk_.sync_names(path);
    return 0;
  }
  int truncate(const std::string& path, std::int64_t bytes) override {
    auto file = disk_.open(path, Disk::Missing::fails, Disk::Name::at_once);
    if (!file) return -ENOENT;
    disk_.truncate(*file, bytes);
    return 0;
  }
  int remove(const std::string& path) override {
    disk_.remove(path);
    return 0;
  }
  std::int64_t free_bytes(const std::string&) override { return INT64_MAX; }
  const char* database_vfs() const override { return ForgetfulVfs::kName; }

 private:
  int keep(std::shared_ptr<Disk::File> file) {
    const std::scoped_lock lock(mutex_);
    files_[++last_] = std::move(file);
    return last_;
  }
  std::shared_ptr<Disk::File> find(int file) {
    const std::scoped_lock lock(mutex_);
    return files_.at(file);
  }

  Disk& disk_;
  std::unique_ptr<ForgetfulVfs> vfs_;
  std::mutex mutex_;
  int last_ = 0;
  std::map<int, std::shared_ptr<Disk::File>> files_;
};

// --- under the database --------------------------------------------------------------------------

struct SqliteFile {
  sqlite3_file base;
  Disk* disk;
  std::shared_ptr<Disk::File>* file;
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
SqliteFile* mine(sqlite3_file* file) { return reinterpret_cast<SqliteFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return mine(file)->real(); }
const sqlite3_io_methods* on(sqlite3_file* file) { return real(file)->pMethods; }

int close_file(sqlite3_file* f) {
  delete mine(f)->file;
  return on(f)->xClose(real(f));
}
int read_file(sqlite3_file* f, void* into, int count, sqlite3_int64 at) {
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t got =
      mine(f)->disk->read(**mine(f)->file, static_cast<char*>(into), wanted, at);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}
int write_file(sqlite3_file* f, const void* bytes, int count, sqlite3_int64 at) {
  mine(f)->disk->write(**mine(f)->file,
                       {static_cast<const char*>(bytes), static_cast<std::size_t>(count)}, at);
  return SQLITE_OK;
}
int truncate_file(sqlite3_file* f, sqlite3_int64 length) {
  mine(f)->disk->truncate(**mine(f)->file, length);
  return SQLITE_OK;
}
int sync_file(sqlite3_file* f, int) {
  mine(f)->disk->sync(**mine(f)->file);
  return SQLITE_OK;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  *size = mine(f)->disk->size(**mine(f)->file);
  return SQLITE_OK;
}

const sqlite3_io_methods& methods() {
  static const sqlite3_io_methods kMethods = {
      .iVersion = 2,  // no memory mapping of the database
      .xClose = close_file,
      .xRead = read_file,
      .xWrite = write_file,
      .xTruncate = truncate_file,
      .xSync = sync_file,
      .xFileSize = file_size,
      .xLock = [](sqlite3_file* f, int kind) { return on(f)->xLock(real(f), kind); },
      .xUnlock = [](sqlite3_file* f, int kind) { return on(f)->xUnlock(real(f), kind); },
      .xCheckReservedLock = [](sqlite3_file* f,
                               int* out) { return on(f)->xCheckReservedLock(real(f), out); },
      .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
      .xSectorSize = [](sqlite3_file*) { return 4096; },
      .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
      .xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                    void volatile** to) { return on(f)->xShmMap(real(f), page, size, extend, to); },
      .xShmLock = [](sqlite3_file* f, int at, int n,
                     int flags) { return on(f)->xShmLock(real(f), at, n, flags); },
      .xShmBarrier = [](sqlite3_file* f) { on(f)->xShmBarrier(real(f)); },
      .xShmUnmap = [](sqlite3_file* f, int remove) { return on(f)->xShmUnmap(real(f), remove); },
      .xFetch = nullptr,
      .xUnfetch = nullptr,
  };
  return kMethods;
}

}  // namespace

std::unique_ptr<spool::FileOps> forgetful_files(Disk& disk) {
  return std::make_unique<ForgetfulFiles>(disk);
}

ForgetfulVfs::ForgetfulVfs(Disk& disk) : real_(sqlite3_vfs_find(nullptr)), disk_(&disk) {
  vfs_ = *real_;
  vfs_.zName = kName;
  vfs_.szOsFile = static_cast<int>(sizeof(SqliteFile)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = &ForgetfulVfs::open;
  vfs_.xDelete = [](sqlite3_vfs* vfs, const char* path, int) {
    static_cast<ForgetfulVfs*>(vfs->pAppData)->disk_->remove(path);
    return SQLITE_OK;
  };
  sqlite3_vfs_register(&vfs_, 0);
}

int ForgetfulVfs::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                       int* out) {
  auto* self = static_cast<ForgetfulVfs*>(vfs->pAppData);
  auto* opened = new (file) SqliteFile{{nullptr}, self->disk_, nullptr};
  std::memset(opened->real(), 0, static_cast<std::size_t>(self->real_->szOsFile));
  const int result = self->real_->xOpen(self->real_, path, opened->real(), flags, out);
  if (result != SQLITE_OK) return result;
  // SQLite syncs the folder itself with the first sync of a new file.
  opened->file = new std::shared_ptr<Disk::File>(
      self->disk_->open(path, Disk::Missing::is_created, Disk::Name::at_once));
  opened->base.pMethods = &methods();
  return SQLITE_OK;
}

}  // namespace postern::crash
