#include "io/spool/recovery.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>

#include "core/base/text.h"
#include "io/spool/failures.h"
#include "io/spool/segment_format.h"

namespace postern::spool {
namespace {

struct Living {
  Effects::Live live;
  std::int64_t end = 0;  // of the last living extent
};

base::Result<std::map<std::int64_t, Living>> living_segments(Connection& connection) {
  // SQLite takes `length` from the row that has the maximum.
  auto rows = connection.prepare(
      "SELECT segment, count(*), sum(length), max(offset), length FROM extent GROUP BY segment");
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::map<std::int64_t, Living> found;
  for (;;) {
    auto row = rows->step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return found;
    const std::int64_t number = rows->integer(0);
    found[number] = {
        .live = {.segment = number, .extents = rows->integer(1), .bytes = rows->integer(2)},
        .end = end_of_extent(rows->integer(3), rows->integer(4))};
  }
}

using Accounts = std::map<base::AccountId, Effects::Part>;

base::Result<> add_rows(Connection& connection, std::string_view sql, Accounts& accounts,
                        void (*add)(const Statement& row, Effects::Part& part)) {
  auto rows = connection.prepare(sql);
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (;;) {
    auto row = rows->step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return {};
    add(*rows, accounts[{rows->integer(0)}]);
  }
}

// Counted here and not by GROUP BY, which would sort a million rows first.
base::Result<Accounts> count_rows(Connection& connection) {
  Accounts accounts;
  auto done = add_rows(connection, "SELECT account FROM message", accounts,
                       [](const Statement&, Effects::Part& part) { ++part.messages; });
  if (!done) return std::unexpected(std::move(done.error()));
  done = add_rows(connection, "SELECT account, held FROM delivery", accounts,
                  [](const Statement& row, Effects::Part& part) {
                    ++part.deliveries;
                    part.held += row.integer(1);
                  });
  if (!done) return std::unexpected(std::move(done.error()));
  return accounts;
}

}  // namespace

base::Result<FolderLock> FolderLock::take(const std::string& folder) {
  const std::string path = folder + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(disk_failure(errno, "Opening the lock file", path));
  FolderLock lock(file);
  std::array<char, 64> holder{};
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const ssize_t length = ::pread(file, holder.data(), holder.size(), 0);
    const std::string_view written(holder.data(),
                                   length > 0 ? static_cast<std::size_t>(length) : 0);
    return base::fail("spool-locked",
                      fmt::format("The message queue in {} is in use by the process {}. End it, "
                                  "or give this one another folder.",
                                  folder, base::printable(base::trim(written))));
  }
  const std::string mine = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, mine.data(), mine.size(), 0) < 0) {
    return std::unexpected(disk_failure(errno, "Writing the lock file", path));
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

base::Result<> make_folders(const std::string& folder) {
  namespace fs = std::filesystem;
  for (const std::string& path : {folder, folder + "/segments"}) {
    std::error_code error;
    if (fs::create_directories(path, error)) {
      fs::permissions(path, fs::perms::owner_all, error);  // other people's mail
    }
    if (error) return std::unexpected(disk_failure(error.value(), "Making a folder", path));
  }
  // SQLite would make it readable for all; its log takes the database's permissions.
  const std::string database = folder + "/queue.db";
  const int file = ::open(database.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(disk_failure(errno, "Making the database", database));
  ::close(file);
  return {};
}

base::Result<Recovered> recover(Connection& connection, Segments& segments, Ledger& ledger) {
  const auto accounts = count_rows(connection);
  if (!accounts) return std::unexpected(accounts.error());
  auto living = living_segments(connection);
  if (!living) return std::unexpected(std::move(living.error()));
  const auto files = segments.list();
  if (!files) return std::unexpected(files.error());
  const auto mark = connection.single_integer("SELECT value FROM mark WHERE name = 'id'");
  if (!mark) return std::unexpected(mark.error());

  std::int64_t bytes = 0;
  for (const auto& [number, segment] : *living) bytes += segment.live.bytes;
  ledger.start(bytes, *accounts);
  Recovered recovered{.id_mark = *mark};
  if (!living->empty()) recovered.next_segment = living->rbegin()->first + 1;
  for (const Segments::Found& file : *files) {
    recovered.next_segment = std::max(recovered.next_segment, file.number + 1);
    const auto found = living->find(file.number);
    if (found == living->end()) {
      // Garbage costs space, not mail; what cannot be removed now may be at the next start.
      static_cast<void>(segments.remove(file.number));
      continue;
    }
    const std::int64_t end = found->second.end;
    if (file.bytes > end) static_cast<void>(segments.shorten(file.number, end));
    ledger.found(found->second.live, std::min(file.bytes, end));
  }
  return recovered;
}

}  // namespace postern::spool
