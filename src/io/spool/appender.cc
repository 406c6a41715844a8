#include "io/spool/appender.h"

#include <algorithm>
#include <array>

namespace postern::spool {
namespace {

constexpr std::array<char, kAlignment> kZeroes{};
constexpr std::int64_t kLeastSegmentBytes = 1 << 20;

iovec part(const char* bytes, std::int64_t size) {
  return {const_cast<char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace

Appender::~Appender() {
  if (file_) static_cast<void>(segments_.shorten(file_->number(), written_));
}

base::Result<Extent> Appender::append(const Piece& piece) {
  const auto length = static_cast<std::int64_t>(piece.bytes.size());
  if (auto room = make_room(end_of_extent(0, length)); !room) {
    return std::unexpected(std::move(room.error()));
  }
  headers_.push_back(encode(ExtentHeader{.message = piece.message,
                                         .length = length,
                                         .position = piece.position,
                                         .checksum = piece.checksum}));
  const Extent extent{.segment = file_->number(), .offset = tail_, .length = length};
  tail_ = end_of_extent(tail_, length);
  pending_.push_back(part(headers_.back().data(), kExtentHeaderBytes));
  if (length > 0) pending_.push_back(part(piece.bytes.data(), length));
  const std::int64_t padding = tail_ - (extent.offset + kExtentHeaderBytes + length);
  if (padding > 0) pending_.push_back(part(kZeroes.data(), padding));
  return extent;
}

base::Result<> Appender::make_room(std::int64_t bytes) {
  if (!unflushed_) return unflushed_;
  if (file_ && tail_ + bytes <= capacity_) return {};
  if (file_) {
    unflushed_ = write_pending();
    if (!unflushed_) return unflushed_;
    finish_current();
  }
  // A disk that has no room for a whole segment may have some for a small one, which lets the
  // queue's own bounces out.
  const std::int64_t least = std::min(segment_bytes_, kLeastSegmentBytes);
  for (std::int64_t wanted = segment_bytes_;; wanted = std::max(wanted / 8, least)) {
    const std::int64_t capacity = std::max(wanted, kFileHeaderBytes + bytes);
    auto created = segments_.create(next_number_++, capacity);
    if (created) {
      file_ = std::move(*created);
      capacity_ = capacity;
      tail_ = written_ = hinted_ = kFileHeaderBytes;
      dirty_ = true;  // its header
      started_.push_back({.number = file_->number(), .bytes = capacity});
      return {};
    }
    if (created.error().code != "disk-full" || wanted == least) {
      return std::unexpected(std::move(created.error()));
    }
  }
}

base::Result<> Appender::flush() {
  if (unflushed_) return write_pending();
  drop_pending();
  return std::exchange(unflushed_, {});
}

base::Result<> Appender::write_pending() {
  if (pending_.empty()) return {};
  auto done = file_->write(std::move(pending_), written_);
  if (done) {
    written_ = tail_;
    dirty_ = true;
  }
  const bool broken = !done && done.error().code != "disk-full";
  drop_pending();
  if (broken) finish_current();
  return done;
}

void Appender::drop_pending() {
  tail_ = written_;
  pending_.clear();
  headers_.clear();
}

void Appender::start_writing_out() {
  if (!file_ || hinted_ == written_) return;
  file_->start_writing_out(hinted_, written_ - hinted_);
  hinted_ = written_;
}

base::Result<> Appender::sync() {
  base::Result<> result;
  if (file_ && dirty_) {
    if (auto synced = file_->sync(); synced) {
      dirty_ = false;
    } else {
      failed_.push_back(file_->number());
      dirty_ = false;
      finish_current();
      result = std::move(synced);
    }
  }
  for (const Unsynced& finished : std::exchange(unsynced_, {})) {
    if (auto synced = finished.file->sync(); !synced) {
      failed_.push_back(finished.file->number());
      result = std::move(synced);
    }
    // Not needed for anything but space: the next start does it again.
    static_cast<void>(segments_.shorten(finished.file->number(), finished.bytes));
  }
  return result;
}

void Appender::finish_current() {
  finished_.push_back({.number = file_->number(), .bytes = written_});
  if (dirty_) {
    unsynced_.push_back({.file = std::move(file_), .bytes = written_});
  } else {
    static_cast<void>(segments_.shorten(file_->number(), written_));
  }
  file_.reset();
  dirty_ = false;
}

}  // namespace postern::spool
