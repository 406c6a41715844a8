// A disk that forgets, for crash tests: what a program writes is kept in memory and reaches the
// real files only with a sync. At a chosen operation the power fails: of what was not synced, a
// random part reaches the files, in any order and maybe torn, and the process dies.
//
// Under the segment files it is a FileOps, under the database an SQLite VFS; both share one Disk. A
// new segment's name exists only after its folder was synced.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "io/spool/file_ops.h"

namespace postern::crash {

class Disk {
 public:
  // The power fails at operation number `fatal`; 0: never.
  Disk(std::uint64_t seed, std::int64_t fatal) : random_(seed), fatal_(fatal) {}

  struct Change {
    std::int64_t at = 0;  // where bytes were written, or the new length
    std::string bytes;
    bool is_truncation = false;
  };
  struct File {
    std::string path;
    std::string content;  // as the program sees it
    std::vector<Change> unsynced;
    bool has_name = false;  // on the real disk
  };

  // Reads the real file if there is one; null: there is none and `create` is false.
  enum class Missing { fails, is_created };
  enum class Name { at_once, with_folder_sync };
  std::shared_ptr<File> open(const std::string& path, Missing missing, Name name);
  void write(File& file, std::string_view bytes, std::int64_t at);
  std::size_t read(File& file, char* into, std::size_t count, std::int64_t at);
  void truncate(File& file, std::int64_t length);
  std::int64_t size(File& file);
  void sync(File& file);
  void sync_names(const std::string& folder);
  void remove(const std::string& path);
  [[nodiscard]] std::int64_t operations() {
    const std::scoped_lock lock(mutex_);
    return operations_;
  }

 private:
  void count_operation();          // the mutex is held
  [[noreturn]] void lose_power();  // the mutex is held
  static void apply(const std::string& path, const Change& change);

  std::mutex mutex_;
  std::mt19937_64 random_;
  std::int64_t fatal_;
  std::int64_t operations_ = 0;
  std::map<std::string, std::shared_ptr<File>> files_;
};

[[nodiscard]] std::unique_ptr<spool::FileOps> forgetful_files(Disk& disk);

// An SQLite VFS over the disk, registered for as long as it lives. Locks and shared memory are the
// real ones: they do not survive a crash anyway.
class ForgetfulVfs {
 public:
  explicit ForgetfulVfs(Disk& disk);
  ~ForgetfulVfs() { sqlite3_vfs_unregister(&vfs_); }
  ForgetfulVfs(const ForgetfulVfs&) = delete;
  ForgetfulVfs& operator=(const ForgetfulVfs&) = delete;
  static constexpr const char* kName = "forgetful";

 private:
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out);
  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_ = nullptr;
  Disk* disk_ = nullptr;
};

}  // namespace postern::crash
