// Reads a body out of its extents and checks them on the way: the last byte of an extent is given
// out only after the whole extent has proved sound, so nobody gets all of a damaged message.
#pragma once

#include <memory>
#include <vector>

#include "io/spool/cache.h"
#include "io/spool/segment_format.h"
#include "io/spool/segments.h"
#include "io/spool/spool.h"

namespace postern::spool {

class SegmentBodyReader : public BodyReader {
 public:
  // Opens every segment that its extents name, and keeps them alive from then on.
  [[nodiscard]] static base::Result<std::unique_ptr<BodyReader>> open(Segments& segments,
                                                                      base::MessageId message,
                                                                      const StoredMessage& stored);

  [[nodiscard]] std::int64_t size() const override { return size_; }
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into) override;
  void rewind() override;

 private:
  struct Part {
    std::shared_ptr<SegmentFile> file;
    Extent extent;
  };
  explicit SegmentBodyReader(base::MessageId message) : message_(message) {}
  [[nodiscard]] base::Result<> read_part(const Part& part, std::span<char> into);
  [[nodiscard]] base::Failure unreadable(std::string_view why) const;

  base::MessageId message_;
  std::vector<Part> parts_;
  std::int64_t size_ = 0;

  std::size_t part_ = 0;   // the one that the next byte is in
  std::int64_t done_ = 0;  // bytes of it that were read
  ExtentHeader header_;    // of it, once its first byte was read
  std::uint32_t checksum_ = 0;
};

}  // namespace postern::spool
