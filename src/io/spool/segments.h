// The folder of segment files. A SegmentFile stays readable while somebody holds it, even after the
// file has been removed from the folder.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "io/spool/file_ops.h"

namespace postern::spool {

class SegmentFile {
 public:
  SegmentFile(FileOps& files, int file, std::int64_t number, std::string path)
      : files_(files), file_(file), number_(number), path_(std::move(path)) {}
  ~SegmentFile() { files_.close(file_); }
  SegmentFile(const SegmentFile&) = delete;
  SegmentFile& operator=(const SegmentFile&) = delete;

  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // All of it, or a failure.
  [[nodiscard]] base::Result<> write(std::vector<iovec> parts, std::int64_t at);
  // Fills the parts, or fails; the end of the file is a failure too.
  [[nodiscard]] base::Result<> read(std::vector<iovec> parts, std::int64_t at) const;
  [[nodiscard]] base::Result<> allocate(std::int64_t bytes);
  void start_writing_out(std::int64_t at, std::int64_t bytes) {
    files_.start_writing_out(file_, at, bytes);
  }
  [[nodiscard]] base::Result<> sync();

 private:
  FileOps& files_;
  int file_;
  std::int64_t number_;
  std::string path_;
};

// Thread-safe.
class Segments {
 public:
  Segments(FileOps& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  struct Found {
    std::int64_t number = 0;
    std::int64_t bytes = 0;
  };
  [[nodiscard]] base::Result<std::vector<Found>> list() const;
  // A new file with its header, `bytes` long from the start; its name is on disk.
  [[nodiscard]] base::Result<std::shared_ptr<SegmentFile>> create(std::int64_t number,
                                                                  std::int64_t bytes);
  // For reading; the last few stay open.
  [[nodiscard]] base::Result<std::shared_ptr<SegmentFile>> open(std::int64_t number);
  [[nodiscard]] base::Result<> shorten(std::int64_t number, std::int64_t bytes);
  [[nodiscard]] base::Result<> remove(std::int64_t number);
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  [[nodiscard]] std::string path_of(std::int64_t number) const;
  void remember(std::shared_ptr<SegmentFile> file);  // the mutex is held

  static constexpr std::size_t kOpenFiles = 128;
  FileOps& files_;
  std::string folder_;
  std::mutex mutex_;  // held over opening and removing: a removed file is never remembered
  std::map<std::int64_t, std::shared_ptr<SegmentFile>> open_;
  std::deque<std::int64_t> opened_;  // the order of forgetting
};

}  // namespace postern::spool
