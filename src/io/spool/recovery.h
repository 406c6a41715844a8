// Opening the folder of a spool, after an orderly end or a crash alike: the rows say what lives,
// and everything else goes. Reads no body; its cost is one pass over an index.
#pragma once

#include <memory>
#include <string>

#include "core/base/failure.h"
#include "io/spool/ledger.h"
#include "io/spool/segments.h"
#include "io/spool/spool.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

// Held for as long as the spool is open.
class FolderLock {
 public:
  // Failure "spool-locked".
  [[nodiscard]] static base::Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

// The folders, and an empty database file that only its owner can read.
[[nodiscard]] base::Result<> make_folders(const std::string& folder);

struct Recovered {
  std::int64_t next_segment = 1;
  std::int64_t id_mark = 0;  // every id so far is at or below
};
[[nodiscard]] base::Result<Recovered> recover(Connection& connection, Segments& segments,
                                              Ledger& ledger);

}  // namespace postern::spool
