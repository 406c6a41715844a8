// Appends bodies to the current segment; the writer's thread only.
//
// Steps: append() gives each piece its place -> flush() writes them all at once -> sync(). Bytes
// count only after sync() says ok. After a sync that failed nothing is known about the bytes since
// the sync before (the kernel may have dropped them and forgotten the error), so that segment gets
// no further bytes, and whoever has unsynced bytes in it must be told: failed().
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/failure.h"
#include "io/spool/segment_format.h"
#include "io/spool/segments.h"
#include "io/spool/spool.h"

namespace postern::spool {

struct Piece {
  base::MessageId message;
  std::uint32_t position = 0;  // among the message's extents
  std::uint32_t checksum = 0;  // of `bytes`
  std::string_view bytes;      // stay where they are until flush()
};

class Appender {
 public:
  Appender(Segments& segments, std::int64_t segment_bytes, std::int64_t next_number)
      : segments_(segments), segment_bytes_(segment_bytes), next_number_(next_number) {}
  ~Appender();  // shortens the current segment to what is in it
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  [[nodiscard]] base::Result<Extent> append(const Piece& piece);
  // Writes what was appended since the last flush. A failure means that none of it counts, even if
  // part of it had to be written earlier, because its segment was full.
  [[nodiscard]] base::Result<> flush();
  void start_writing_out();
  [[nodiscard]] base::Result<> sync();

  // Since the last call: new segments, and those that will get no further bytes.
  struct Sized {
    std::int64_t number = 0;
    std::int64_t bytes = 0;  // of the file
  };
  [[nodiscard]] std::vector<Sized> take_started() { return std::exchange(started_, {}); }
  [[nodiscard]] std::vector<Sized> take_finished() { return std::exchange(finished_, {}); }
  // Segments whose sync failed, since the last call.
  [[nodiscard]] std::vector<std::int64_t> take_failed() { return std::exchange(failed_, {}); }

 private:
  [[nodiscard]] base::Result<> make_room(std::int64_t bytes);
  [[nodiscard]] base::Result<> write_pending();
  void finish_current();
  void drop_pending();

  Segments& segments_;
  std::int64_t segment_bytes_;
  std::int64_t next_number_;

  std::shared_ptr<SegmentFile> file_;
  std::int64_t capacity_ = 0;
  std::int64_t tail_ = 0;     // where the next extent goes
  std::int64_t written_ = 0;  // up to here the bytes are in the file
  std::int64_t hinted_ = 0;   // up to here the kernel was asked to write out
  bool dirty_ = false;        // written since the last sync

  base::Result<> unflushed_;    // a write since the last flush that failed
  std::vector<iovec> pending_;  // written_ .. tail_
  std::deque<HeaderBytes> headers_;
  std::vector<Sized> started_;
  std::vector<Sized> finished_;
  std::vector<std::int64_t> failed_;
  struct Unsynced {
    std::shared_ptr<SegmentFile> file;
    std::int64_t bytes = 0;
  };
  std::vector<Unsynced> unsynced_;  // finished before their last bytes were synced
};

}  // namespace postern::spool
