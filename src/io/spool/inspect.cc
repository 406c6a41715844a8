#include "io/spool/inspect.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "io/spool/crc32c.h"
#include "io/spool/salvage_files.h"
#include "io/spool/schema.h"
#include "io/spool/segment_format.h"

namespace postern::spool {
namespace {

constexpr std::size_t kSlice = 1000;
constexpr std::size_t kMostComplaints = 100;

Damage of_message(base::MessageId id, std::string file, std::int64_t offset, std::string what) {
  return {.message = id, .file = std::move(file), .offset = offset, .what = std::move(what)};
}

}  // namespace

QueueFolder::QueueFolder(std::string directory)
    : directory_(std::move(directory)),
      files_(posix_files()),
      segments_(std::make_unique<Segments>(*files_, directory_ + "/segments")) {}

base::Result<std::unique_ptr<QueueFolder>> QueueFolder::open(std::string directory) {
  std::unique_ptr<QueueFolder> folder(new QueueFolder(std::move(directory)));
  const std::string database = folder->directory_ + "/queue.db";
  struct stat facts{};
  if (::stat(folder->directory_.c_str(), &facts) != 0) {
    return base::fail("disk-error", fmt::format("There is no queue at {}: {}. Name the data "
                                                "directory with --data-dir.",
                                                folder->directory_, std::strerror(errno)));
  }
  if (auto opened = folder->open_database(); !opened) {
    folder->rows_.reset();
    folder->connection_.reset();
    folder->unopened_ = Damage{.message = {}, .file = database, .what = opened.error().text};
  }
  return folder;
}

base::Result<> QueueFolder::open_database() {
  const std::string path = directory_ + "/queue.db";
  const auto connect = [&]() -> base::Result<Connection> {
    auto opened = Connection::open(path, Connection::Access::read_only, nullptr);
    if (!opened) return opened;
    if (auto ready = prepare_for_reading(*opened); !ready) return std::unexpected(ready.error());
    return opened;
  };
  auto connection = connect();
  if (!connection) return std::unexpected(connection.error());
  connection_ = std::make_unique<Connection>(std::move(*connection));
  auto for_rows = connect();
  if (!for_rows) return std::unexpected(for_rows.error());
  auto rows = ReadRows::open(std::move(*for_rows));
  if (!rows) return std::unexpected(rows.error());
  rows_ = std::make_unique<ReadRows>(std::move(*rows));
  return {};
}

// What SQLite says, and rows that belong to nothing.
void QueueFolder::check_database(std::vector<Damage>& damages) {
  const std::string file = directory_ + "/queue.db";
  if (unopened_) {
    damages.push_back(*unopened_);
    return;
  }
  auto complain = [&](std::string_view sql, std::string_view about) {
    auto statement = connection_->prepare(sql);
    for (std::size_t count = 0; statement && count < kMostComplaints; ++count) {
      auto row = statement->step();
      if (!row) {
        damages.push_back({.message = {}, .file = file, .what = row.error().text});
        return;
      }
      if (!*row) return;
      const std::string text(statement->text(0));
      if (text != "ok")
        damages.push_back({.message = {}, .file = file, .what = std::string(about) + text});
    }
    if (!statement)
      damages.push_back({.message = {}, .file = file, .what = statement.error().text});
  };
  complain("PRAGMA quick_check", "");
  complain(
      "SELECT id FROM delivery WHERE NOT EXISTS (SELECT 1 FROM message WHERE message.id = "
      "delivery.message)",
      "A delivery is of no message: ");
  complain(
      "SELECT DISTINCT message FROM extent WHERE NOT EXISTS (SELECT 1 FROM message WHERE "
      "message.id = extent.message)",
      "A piece of a body is of no message: ");
}

void QueueFolder::for_each_message(const Visit& visit, std::vector<Damage>& damages) {
  if (!rows_) return;
  const std::string file = directory_ + "/queue.db";
  for (base::MessageId after{0};;) {
    auto slice = rows_->list({}, after, kSlice);
    if (!slice) {
      damages.push_back({.message = {}, .file = file, .what = slice.error().text});
      return;
    }
    for (const MessageInfo& message : slice->messages) {
      auto stored = rows_->stored(message.id);
      if (stored) {
        visit(message, *stored);
      } else if (stored.error().code != "not-found") {
        damages.push_back(of_message(message.id, file, -1, stored.error().text));
      }
    }
    if (slice->is_last) return;
    after = slice->next;
  }
}

std::optional<Damage> QueueFolder::read_extent(base::MessageId id, const Extent& extent,
                                               std::uint32_t position, std::string& body) {
  auto file = segments_->open(extent.segment);
  if (!file) {
    return of_message(id, segments_->folder() + "/" + segment_name(extent.segment), extent.offset,
                      file.error().text);
  }
  const auto damage = [&](std::string what) {
    return of_message(id, (*file)->path(), extent.offset, std::move(what));
  };
  HeaderBytes header{};
  const std::size_t from = body.size();
  body.resize(from + static_cast<std::size_t>(extent.length));
  const std::span<char> bytes = std::span(body).subspan(from);
  auto read =
      (*file)->read({{header.data(), header.size()}, {bytes.data(), bytes.size()}}, extent.offset);
  if (!read) return damage(read.error().text);
  const auto decoded = decode_extent_header(header);
  if (!decoded) return damage("The header of this piece of the body is damaged.");
  if (decoded->message != id || decoded->length != extent.length || decoded->position != position) {
    return damage("Another piece stands here than the queue database says.");
  }
  if (crc32c({bytes.data(), bytes.size()}, 0) != decoded->checksum) {
    return damage("The bytes of this piece of the body have changed on the disk.");
  }
  return std::nullopt;
}

std::optional<std::string> QueueFolder::sound_body(base::MessageId id, const StoredMessage& stored,
                                                   std::vector<Damage>& damages) {
  std::string body;
  std::vector<Damage> found;
  std::uint32_t position = 0;
  for (const Extent& extent : stored.extents) {
    if (auto damage = read_extent(id, extent, position++, body)) found.push_back(*damage);
  }
  if (static_cast<std::int64_t>(body.size()) != stored.envelope.size) {
    found.push_back(of_message(
        id, directory_ + "/queue.db", -1,
        fmt::format("The database names {} of its {} bytes.", body.size(), stored.envelope.size)));
  }
  if (found.empty()) return body;
  // A running gateway delivers, and moves bodies together: only what stays where it was is damaged.
  auto again = rows_->stored(id);
  if (!again && again.error().code == "not-found") return std::nullopt;
  if (again && again->extents != stored.extents) return sound_body(id, *again, damages);
  damages.insert(damages.end(), found.begin(), found.end());
  return std::nullopt;
}

Inspection QueueFolder::check() {
  Inspection out;
  check_database(out.damages);
  for_each_message(
      [&](const MessageInfo& message, const StoredMessage& stored) {
        ++out.messages;
        out.deliveries += static_cast<std::int64_t>(message.deliveries.size());
        out.body_bytes += stored.envelope.size;
        (void)sound_body(message.id, stored, out.damages);
      },
      out.damages);
  return out;
}

base::Result<Salvaged> QueueFolder::salvage(const std::string& into) {
  if (::mkdir(into.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail("disk-error",
                      fmt::format("The folder {} cannot be made: {}.", into, std::strerror(errno)));
  }
  Salvaged out;
  check_database(out.damages);
  const bool database_sound = out.damages.empty();
  std::set<std::int64_t> known;
  base::Result<> written;
  for_each_message(
      [&](const MessageInfo& message, const StoredMessage& stored) {
        known.insert(message.id.value);
        if (!written) return;
        auto body = sound_body(message.id, stored, out.damages);
        if (!body) {
          out.lost.push_back(message.id);
          return;
        }
        written = save_message(into, message, *body);
        if (written) ++out.saved;
      },
      out.damages);
  if (!written) return std::unexpected(written.error());
  if (database_sound) return out;
  if (auto rest = salvage_segments(into, known, out); !rest) return std::unexpected(rest.error());
  return out;
}

base::Result<> QueueFolder::salvage_segments(const std::string& into,
                                             const std::set<std::int64_t>& known, Salvaged& out) {
  auto bodies = bodies_of_segments(*segments_);
  if (!bodies) return std::unexpected(bodies.error());
  for (const auto& [id, body] : *bodies) {
    if (known.contains(id)) continue;
    if (auto saved = save_body(into, base::MessageId{id}, body); !saved) return saved;
    ++out.without_envelope;
  }
  return {};
}

}  // namespace postern::spool
