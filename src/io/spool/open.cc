// Spool::open: puts the parts together.
#include <chrono>

#include "io/spool/disk_spool.h"
#include "io/spool/failures.h"
#include "io/spool/log_check.h"
#include "io/spool/schema.h"

namespace postern::spool {
namespace {

constexpr std::size_t kCachedMessages = 20'000;

base::Result<Connection> writing(const std::string& path, const FileOps& files) {
  auto opened = Connection::open(path, Connection::Access::read_write_create, files.database_vfs());
  if (!opened) return opened;
  if (auto ready = prepare_for_writing(*opened); !ready) {
    return std::unexpected(std::move(ready.error()));
  }
  return opened;
}

base::Result<Connection> reading(const std::string& path, const FileOps& files) {
  auto opened = Connection::open(path, Connection::Access::read_only, files.database_vfs());
  if (!opened) return opened;
  if (auto ready = prepare_for_reading(*opened); !ready) {
    return std::unexpected(std::move(ready.error()));
  }
  return opened;
}

// Each step needs what the one before made; the first failure ends it.
class Opening {
 public:
  Opening(SpoolSettings settings, int node, std::unique_ptr<FileOps> files) : node_(node) {
    path_ = settings.directory + "/queue.db";
    parts_.settings = std::move(settings);
    parts_.files = std::move(files);
  }

  base::Result<std::unique_ptr<Spool>> run() {
    if (auto done = take_folder(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = open_database(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = start_threads(); !done) return std::unexpected(std::move(done.error()));
    return std::make_unique<DiskSpool>(std::move(parts_));
  }

 private:
  base::Result<> take_folder() {
    if (auto made = make_folders(parts_.settings.directory); !made) return made;
    auto lock = FolderLock::take(parts_.settings.directory);
    if (!lock) return std::unexpected(std::move(lock.error()));
    parts_.lock = std::make_unique<FolderLock>(std::move(*lock));
    // Going on would take the bodies whose rows are lost for garbage.
    if (const auto damage = check_log_of(path_)) {
      return std::unexpected(queue_damaged(damage->file, damage->offset, damage->what));
    }
    parts_.segments =
        std::make_unique<Segments>(*parts_.files, parts_.settings.directory + "/segments");
    return {};
  }

  base::Result<> open_database() {
    auto connection = writing(path_, *parts_.files);
    if (!connection) return std::unexpected(std::move(connection.error()));
    parts_.ledger = std::make_unique<Ledger>();
    auto recovered = recover(*connection, *parts_.segments, *parts_.ledger);
    if (!recovered) return std::unexpected(std::move(recovered.error()));
    recovered_ = *recovered;
    parts_.ids = std::make_unique<IdSource>(node_, recovered_.id_mark);
    parts_.cache = std::make_unique<Cache>(kCachedMessages);
    auto rows = WriteRows::open(std::move(*connection));
    if (!rows) return std::unexpected(std::move(rows.error()));
    rows_ = std::make_unique<WriteRows>(std::move(*rows));
    return {};
  }

  base::Result<> start_threads() {
    auto keeping = writing(path_, *parts_.files);
    if (!keeping) return std::unexpected(std::move(keeping.error()));
    auto keeper = Keeper::open(*parts_.segments, std::move(*keeping));
    if (!keeper) return std::unexpected(std::move(keeper.error()));
    auto reading_outbox = reading(path_, *parts_.files);
    if (!reading_outbox) return std::unexpected(std::move(reading_outbox.error()));
    auto outbox = Outbox::open(std::move(*reading_outbox));
    if (!outbox) return std::unexpected(std::move(outbox.error()));
    auto reading_rows = reading(path_, *parts_.files);
    if (!reading_rows) return std::unexpected(std::move(reading_rows.error()));
    auto rows = ReadRows::open(std::move(*reading_rows));
    if (!rows) return std::unexpected(std::move(rows.error()));

    parts_.keeper = std::move(*keeper);
    parts_.outbox = std::move(*outbox);
    parts_.reader = std::make_unique<Reader>(std::move(*rows));
    parts_.writer = std::make_unique<Writer>(Writer::Parts{.settings = parts_.settings,
                                                           .files = *parts_.files,
                                                           .segments = *parts_.segments,
                                                           .cache = *parts_.cache,
                                                           .ids = *parts_.ids,
                                                           .ledger = *parts_.ledger,
                                                           .keeper = *parts_.keeper,
                                                           .outbox = *parts_.outbox},
                                             std::move(*rows_), recovered_.next_segment);
    Writer* const writer = parts_.writer.get();
    parts_.keeper->start([writer](std::unique_ptr<Work>& work) { return writer->put(work); });
    return {};
  }

  int node_;
  std::string path_;
  Recovered recovered_;
  DiskSpool::Parts parts_;
  std::unique_ptr<WriteRows> rows_;  // closed before the lock is let go
};

}  // namespace

base::Result<std::unique_ptr<Spool>> Spool::open(SpoolSettings settings, int node) {
  return open(std::move(settings), node, posix_files());
}

base::Result<std::unique_ptr<Spool>> Spool::open(SpoolSettings settings, int node,
                                                 std::unique_ptr<FileOps> files) {
  return Opening(std::move(settings), node, std::move(files)).run();
}

}  // namespace postern::spool
