#include "io/spool/loose_files.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/json_writer.h"
#include "io/spool/failures.h"

namespace postern::spool {
namespace {

namespace fs = std::filesystem;

base::Result<> make_folder(const std::string& path) {
  std::error_code error;
  if (fs::create_directories(path, error)) fs::permissions(path, fs::perms::owner_all, error);
  if (!error) return {};
  return std::unexpected(disk_failure(error.value(), "Making a folder", path));
}

// Other people's mail, readable by its owner only: the folder sees to that.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), out_(path_, std::ios::binary) {}
  void write(std::string_view bytes) {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  [[nodiscard]] base::Result<> finish() {
    out_.close();
    if (out_) return {};
    return std::unexpected(disk_failure(EIO, "Writing what was saved", path_));
  }

 private:
  std::string path_;
  std::ofstream out_;
};

base::Result<> write_body(StoredQueue& queue, base::MessageId id, const StoredQueue::Rows& rows,
                          const std::string& path) {
  NewFile file(path);
  auto read = queue.read(id, rows, [&](const ReadPiece& piece) -> base::Result<> {
    file.write(piece.bytes);
    return {};
  });
  if (!read) return std::unexpected(std::move(read.error()));
  return file.finish();
}

base::Result<std::string> envelope_of(Connection& connection, base::MessageId id) {
  auto message = connection.prepare("SELECT sender FROM message WHERE id = ?");
  if (!message) return std::unexpected(std::move(message.error()));
  message->bind_all(id.value);
  auto there = message->step();
  if (!there) return std::unexpected(std::move(there.error()));
  base::JsonWriter json;
  json.begin_object().field("id", base::queue_id(id)).field("sender", message->text(0));
  json.key("deliveries").begin_array();
  auto deliveries =
      connection.prepare("SELECT domain, recipients FROM delivery WHERE message = ? ORDER BY id");
  if (!deliveries) return std::unexpected(std::move(deliveries.error()));
  deliveries->bind_all(id.value);
  for (;;) {
    auto row = deliveries->step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    json.begin_object().field("domain", deliveries->text(0));
    json.key("recipients").raw(deliveries->text(1)).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take() + "\n";
}

// By position: a piece that was moved by a compaction may be there twice.
using Pieces = std::map<std::uint32_t, Extent>;

base::Result<std::map<base::MessageId, Pieces>> walk_all(StoredQueue& queue,
                                                         std::vector<Damage>& damages) {
  auto segments = queue.segments();
  if (!segments) return std::unexpected(std::move(segments.error()));
  std::map<base::MessageId, Pieces> found;
  for (const Segments::Found& segment : *segments) {
    auto bad = queue.walk(segment, [&](const ExtentHeader& header, const ReadPiece& piece) {
      found[header.message].insert_or_assign(header.position, piece.place);
    });
    damages.insert(damages.end(), bad.begin(), bad.end());
  }
  return found;
}

// Its pieces as far as they follow one another from the first.
StoredQueue::Rows rows_of(const Pieces& pieces) {
  StoredQueue::Rows rows{.size = 0, .deliveries = 1, .extents = {}};
  for (const auto& [position, extent] : pieces) {
    if (position != rows.extents.size()) break;
    rows.extents.push_back(extent);
    rows.size += extent.length;
  }
  return rows;
}

}  // namespace

base::Result<std::vector<std::string>> save_what_is_left(StoredQueue& queue, base::MessageId id,
                                                         const StoredQueue::Rows& rows,
                                                         const std::string& into) {
  const std::string folder = into + "/damaged";
  if (auto made = make_folder(folder); !made) return std::unexpected(std::move(made.error()));
  const std::string body = folder + "/" + base::queue_id(id) + ".eml";
  if (auto done = write_body(queue, id, rows, body); !done) {
    return std::unexpected(std::move(done.error()));
  }
  std::vector<std::string> files{body};
  const auto envelope = envelope_of(*queue.connection(), id);
  if (!envelope) return files;  // the damage of the database is told elsewhere
  files.push_back(folder + "/" + base::queue_id(id) + ".json");
  NewFile file(files.back());
  file.write(*envelope);
  if (auto done = file.finish(); !done) return std::unexpected(std::move(done.error()));
  return files;
}

base::Result<Loose> save_bodies_without_rows(StoredQueue& queue,
                                             const std::set<base::MessageId>& saved,
                                             const std::string& into) {
  Loose loose;
  const auto found = walk_all(queue, loose.damages);
  if (!found) return std::unexpected(found.error());
  const std::string folder = into + "/without-envelope";
  if (auto made = make_folder(folder); !made) return std::unexpected(std::move(made.error()));
  for (const auto& [id, pieces] : *found) {
    const StoredQueue::Rows rows = rows_of(pieces);
    if (saved.contains(id) || rows.extents.empty()) continue;
    const std::string path = folder + "/" + base::queue_id(id) + ".eml";
    if (auto done = write_body(queue, id, rows, path); !done) {
      return std::unexpected(std::move(done.error()));
    }
    loose.files.push_back(path);
  }
  return loose;
}

}  // namespace postern::spool
