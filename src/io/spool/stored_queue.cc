#include "io/spool/stored_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/spool/crc32c.h"
#include "io/spool/schema.h"

namespace postern::spool {
namespace {

constexpr int kTries = 4;  // a message that moves faster than this is none

base::Result<> collect(Connection& connection, std::string_view sql,
                       std::set<base::MessageId>& into) {
  auto rows = connection.prepare(sql);
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (;;) {
    auto row = rows->step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return {};
    into.insert({rows->integer(0)});
  }
}

bool is_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}

}  // namespace

StoredQueue::StoredQueue(std::string folder)
    : folder_(std::move(folder)), files_(posix_files()), segments_(*files_, folder_ + "/segments") {
  auto opened = Connection::open(database_path(), Connection::Access::read_only, nullptr);
  if (!opened) {
    unopened_ = std::move(opened.error());
    return;
  }
  auto prepare = [&](Statement& statement, const char* sql) {
    if (unopened_) return;
    auto prepared = opened->prepare(sql);
    if (prepared) {
      statement = std::move(*prepared);
    } else {
      unopened_ = std::move(prepared.error());
    }
  };
  prepare(message_, "SELECT size FROM message WHERE id = ?");
  prepare(deliveries_,
          "SELECT count(*) FROM message JOIN delivery ON delivery.id BETWEEN first_delivery AND "
          "first_delivery + 1024 * (deliveries - 1) WHERE message.id = ? AND "
          "delivery.message = message.id");
  prepare(extents_,
          "SELECT position, segment, offset, length FROM extent WHERE message = ? ORDER BY "
          "position");
  if (!unopened_) connection_ = std::move(*opened);
}

std::unique_ptr<StoredQueue> StoredQueue::open(const std::string& folder) {
  return std::unique_ptr<StoredQueue>(new StoredQueue(folder));
}

Damage StoredQueue::of_database(const base::Failure& failure, base::MessageId id) const {
  return {.file = database_path(), .what = failure.text, .message = id};
}

std::set<base::MessageId> StoredQueue::ids(std::vector<Damage>& damages) {
  std::set<base::MessageId> found;
  if (unopened_) {
    damages.push_back(of_database(*unopened_));
    return found;
  }
  auto all = collect(*connection_, "SELECT id FROM message ORDER BY id", found);
  if (all) return found;
  damages.push_back(of_database(all.error()));
  // A damaged page ends a walk through the table. The other tables, and the other direction, lead
  // to what lies behind it.
  for (const char* sql :
       {"SELECT id FROM message ORDER BY id DESC", "SELECT message FROM delivery ORDER BY id",
        "SELECT message FROM delivery ORDER BY id DESC",
        "SELECT message FROM extent ORDER BY message, position",
        "SELECT message FROM extent ORDER BY message DESC, position DESC"}) {
    static_cast<void>(collect(*connection_, sql, found));
  }
  return found;
}

base::Result<std::optional<StoredQueue::Rows>> StoredQueue::rows_of(base::MessageId id) {
  if (auto begun = connection_->execute("BEGIN"); !begun) {
    return std::unexpected(std::move(begun.error()));
  }
  std::optional<Rows> rows;
  auto read_all = [&]() -> base::Result<> {
    message_.bind_all(id.value);
    auto there = message_.step();
    if (!there) return std::unexpected(std::move(there.error()));
    if (!*there) return {};
    rows = {.size = message_.integer(0), .extents = {}};
    deliveries_.bind_all(id.value);
    auto counted = deliveries_.step();
    if (!counted) return std::unexpected(std::move(counted.error()));
    rows->deliveries = deliveries_.integer(0);
    extents_.bind_all(id.value);
    for (;;) {
      auto row = extents_.step();
      if (!row) return std::unexpected(std::move(row.error()));
      if (!*row) return {};
      rows->extents.push_back({.segment = extents_.integer(1),
                               .offset = extents_.integer(2),
                               .length = extents_.integer(3)});
    }
  };
  auto done = read_all();
  message_.reset();
  deliveries_.reset();
  extents_.reset();
  auto ended = connection_->execute("ROLLBACK");
  if (!done) return std::unexpected(std::move(done.error()));
  if (!ended) return std::unexpected(std::move(ended.error()));
  return rows;
}

base::Result<std::vector<Damage>> StoredQueue::read(base::MessageId id, const Rows& rows,
                                                    const TakePiece& take) {
  std::vector<Damage> damages;
  std::int64_t size = 0;
  std::uint32_t position = 0;
  for (const Extent& extent : rows.extents) {
    ReadPiece piece;
    size += extent.length;
    if (auto damage = read_piece(id, position++, extent, piece)) {
      damages.push_back(std::move(*damage));
    } else if (auto taken = take(std::move(piece)); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
  }
  if (size != rows.size) {
    damages.push_back({.file = database_path(),
                       .what = fmt::format("names {} of the message's {} bytes", size, rows.size),
                       .message = id});
  }
  if (rows.deliveries == 0) {
    damages.push_back(
        {.file = database_path(), .what = "the message has no delivery", .message = id});
  }
  return damages;
}

std::optional<Damage> StoredQueue::read_piece(base::MessageId id, std::uint32_t position,
                                              const Extent& extent, ReadPiece& piece) {
  Damage damage{.file = segments_.folder() + "/" + segment_name(extent.segment),
                .offset = extent.offset,
                .what = {},
                .message = id};
  HeaderBytes header_bytes{};
  // A length that no extent has must not make a buffer.
  if (extent.length < 0 || extent.length > kExtentBytes) {
    damage.what = fmt::format("queue.db gives a piece of a body {} bytes", extent.length);
    return damage;
  }
  piece.bytes.resize(static_cast<std::size_t>(extent.length));
  auto file = segments_.open(extent.segment);
  if (!file) return damage.what = file.error().text, damage;
  auto read = (*file)->read(
      {{header_bytes.data(), header_bytes.size()}, {piece.bytes.data(), piece.bytes.size()}},
      extent.offset);
  if (!read) return damage.what = read.error().text, damage;
  const auto header = decode_extent_header(header_bytes);
  if (!header) return damage.what = "the header of the body is damaged", damage;
  if (header->message != id || header->length != extent.length || header->position != position) {
    return damage.what = "another body is here than queue.db says", damage;
  }
  if (header->checksum != crc32c(piece.bytes)) {
    return damage.what = "the bytes of the body have changed: their checksum is another", damage;
  }
  piece.place = extent;
  piece.position = position;
  piece.checksum = header->checksum;
  return std::nullopt;
}

base::Result<std::optional<StoredQueue::Whole>> StoredQueue::read_settled(
    base::MessageId id, const TakePiece& take, const std::function<void()>& restart) {
  std::optional<Rows> before;
  for (int tried = 0; tried < kTries; ++tried) {
    auto rows = rows_of(id);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (!*rows) return std::nullopt;
    if (tried > 0) restart();
    auto damages = read(id, **rows, take);
    if (!damages) return std::unexpected(std::move(damages.error()));
    const bool is_settled = damages->empty() || before == *rows;
    before = **rows;
    if (is_settled || tried + 1 == kTries) {
      return Whole{.rows = std::move(**rows), .damages = std::move(*damages)};
    }
  }
  std::unreachable();
}

std::vector<Damage> StoredQueue::check_database() {
  if (unopened_) return {of_database(*unopened_)};
  std::vector<Damage> damages;
  auto rows = connection_->prepare("PRAGMA integrity_check(100)");
  if (!rows) return {of_database(rows.error())};
  for (;;) {
    auto row = rows->step();
    if (!row) damages.push_back(of_database(row.error()));
    if (!row || !*row) return damages;
    if (rows->text(0) == "ok") continue;
    damages.push_back({.file = database_path(), .what = std::string(rows->text(0)), .message = {}});
  }
}

base::Result<std::vector<Segments::Found>> StoredQueue::segments() const {
  return segments_.list();
}

std::vector<Damage> StoredQueue::walk(
    const Segments::Found& segment,
    const std::function<void(const ExtentHeader&, ReadPiece)>& visit) {
  Damage damage{.file = segments_.folder() + "/" + segment_name(segment.number),
                .offset = 0,
                .what = {},
                .message = {}};
  auto file = segments_.open(segment.number);
  if (!file) return damage.what = file.error().text, std::vector{damage};
  std::vector<Damage> damages;
  bool is_lost = false;  // between a place that makes no sense and the next header
  for (std::int64_t at = kFileHeaderBytes; at + kExtentHeaderBytes <= segment.bytes;) {
    HeaderBytes bytes{};
    auto read = (*file)->read({{bytes.data(), bytes.size()}}, at);
    const auto header = read ? decode_extent_header(bytes) : std::nullopt;
    if (!header) {
      // The rest of a segment in use is zeroes.
      if (!read || !is_zero({bytes.data(), bytes.size()})) {
        if (!is_lost) {
          damage.offset = at;
          damage.what = "no body begins here";
          damages.push_back(damage);
        }
        is_lost = true;
      }
      at += kAlignment;
      continue;
    }
    is_lost = false;
    const Extent place{.segment = segment.number, .offset = at, .length = header->length};
    ReadPiece piece;
    if (auto bad = read_piece(header->message, header->position, place, piece)) {
      damages.push_back(std::move(*bad));
    } else {
      visit(*header, std::move(piece));
    }
    at = end_of_extent(at, std::clamp<std::int64_t>(header->length, 0, kExtentBytes));
  }
  return damages;
}

}  // namespace postern::spool
