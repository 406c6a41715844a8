#include "io/spool/body_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/spool/crc32c.h"

namespace postern::spool {

base::Result<std::unique_ptr<BodyReader>> SegmentBodyReader::open(Segments& segments,
                                                                  base::MessageId message,
                                                                  const StoredMessage& stored) {
  std::unique_ptr<SegmentBodyReader> reader(new SegmentBodyReader(message));
  for (const Extent& extent : stored.extents) {
    const auto& parts = reader->parts_;
    std::shared_ptr<SegmentFile> file;
    if (!parts.empty() && parts.back().extent.segment == extent.segment) {
      file = parts.back().file;
    } else {
      auto opened = segments.open(extent.segment);
      if (!opened) return std::unexpected(reader->unreadable(opened.error().text));
      file = std::move(*opened);
    }
    reader->parts_.push_back({.file = std::move(file), .extent = extent});
    reader->size_ += extent.length;
  }
  if (reader->size_ != stored.envelope.size) {
    return std::unexpected(reader->unreadable(fmt::format(
        "the queue database names {} of its {} bytes.", reader->size_, stored.envelope.size)));
  }
  return reader;
}

void SegmentBodyReader::rewind() {
  part_ = 0;
  done_ = 0;
}

base::Result<std::size_t> SegmentBodyReader::read(std::span<char> into) {
  while (part_ < parts_.size()) {
    const Part& part = parts_[part_];
    const auto left = static_cast<std::size_t>(part.extent.length - done_);
    const std::span<char> bytes = into.first(std::min(into.size(), left));
    if (bytes.empty() && left > 0) return 0;  // no room to read into
    if (auto done = read_part(part, bytes); !done) return std::unexpected(std::move(done.error()));
    if (bytes.size() == left) {
      ++part_;
      done_ = 0;
    } else {
      done_ += static_cast<std::int64_t>(bytes.size());
    }
    if (!bytes.empty()) return bytes.size();
  }
  return 0;
}

base::Result<> SegmentBodyReader::read_part(const Part& part, std::span<char> into) {
  std::vector<iovec> where;
  HeaderBytes header{};
  const bool is_first = done_ == 0;
  if (is_first) where.push_back({header.data(), header.size()});
  where.push_back({into.data(), into.size()});
  const std::int64_t at = part.extent.offset + (is_first ? 0 : kExtentHeaderBytes + done_);
  if (auto read = part.file->read(std::move(where), at); !read) {
    return std::unexpected(unreadable(read.error().text));
  }
  if (is_first) {
    const auto decoded = decode_extent_header(header);
    if (!decoded || decoded->message != message_ || decoded->length != part.extent.length) {
      return std::unexpected(unreadable(
          fmt::format("{} does not hold it where the queue database says.", part.file->path())));
    }
    header_ = *decoded;
    checksum_ = 0;
  }
  checksum_ = crc32c({into.data(), into.size()}, checksum_);
  const bool is_whole = done_ + static_cast<std::int64_t>(into.size()) == part.extent.length;
  if (is_whole && checksum_ != header_.checksum) {
    return std::unexpected(
        unreadable(fmt::format("its bytes in {} have changed on the disk.", part.file->path())));
  }
  return {};
}

base::Failure SegmentBodyReader::unreadable(std::string_view why) const {
  return {"body-unreadable",
          fmt::format("The body of message {} cannot be read: {} Look at the system log for "
                      "errors of this disk, and ask: postern queue check.",
                      base::queue_id(message_), why),
          {}};
}

}  // namespace postern::spool
