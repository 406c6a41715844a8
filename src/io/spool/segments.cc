#include "io/spool/segments.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "io/spool/failures.h"
#include "io/spool/segment_format.h"

namespace postern::spool {
namespace {

constexpr std::size_t kPartsAtOnce = 1024;  // IOV_MAX on Linux

std::span<const iovec> some_of(const std::vector<iovec>& parts, std::size_t first) {
  return std::span(parts).subspan(first, std::min(kPartsAtOnce, parts.size() - first));
}

// Takes `done` bytes off the front; `first` is the first part that is not done.
void advance(std::vector<iovec>& parts, std::size_t& first, std::size_t done) {
  while (first < parts.size() && done >= parts[first].iov_len) done -= parts[first++].iov_len;
  if (first == parts.size()) return;
  parts[first].iov_base = static_cast<char*>(parts[first].iov_base) + done;
  parts[first].iov_len -= done;
}

}  // namespace

base::Result<> SegmentFile::write(std::vector<iovec> parts, std::int64_t at) {
  std::size_t first = 0;
  advance(parts, first, 0);
  while (first < parts.size()) {
    const ssize_t done = files_.write(file_, some_of(parts, first), at);
    if (done < 0) {
      return std::unexpected(
          disk_failure(static_cast<int>(-done), "writing a message body", path_));
    }
    if (done == 0) return std::unexpected(disk_failure(EIO, "writing a message body", path_));
    at += done;
    advance(parts, first, static_cast<std::size_t>(done));
  }
  return {};
}

base::Result<> SegmentFile::read(std::vector<iovec> parts, std::int64_t at) const {
  std::size_t first = 0;
  advance(parts, first, 0);
  while (first < parts.size()) {
    const ssize_t done = files_.read(file_, some_of(parts, first), at);
    if (done < 0) {
      return std::unexpected(
          disk_failure(static_cast<int>(-done), "reading a message body", path_));
    }
    if (done == 0) return base::fail("disk-error", path_ + " ends before a body that is in it.");
    at += done;
    advance(parts, first, static_cast<std::size_t>(done));
  }
  return {};
}

base::Result<> SegmentFile::allocate(std::int64_t bytes) {
  const int result = files_.allocate(file_, bytes);
  if (result == 0) return {};
  return std::unexpected(disk_failure(-result, "reserving space for message bodies", path_));
}

base::Result<> SegmentFile::sync() {
  const int result = files_.sync_data(file_);
  if (result == 0) return {};
  return std::unexpected(disk_failure(-result, "syncing message bodies", path_));
}

std::string Segments::path_of(std::int64_t number) const {
  return folder_ + "/" + segment_name(number);
}

base::Result<std::vector<Segments::Found>> Segments::list() const {
  namespace fs = std::filesystem;
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto number = parse_segment_name(entry->path().filename().string());
    if (!number) continue;
    const auto bytes = entry->file_size(error);
    if (error) break;
    found.push_back({.number = *number, .bytes = static_cast<std::int64_t>(bytes)});
  }
  if (error) {
    return std::unexpected(disk_failure(error.value(), "listing the segment files", folder_));
  }
  std::ranges::sort(found, {}, &Found::number);
  return found;
}

base::Result<std::shared_ptr<SegmentFile>> Segments::create(std::int64_t number,
                                                            std::int64_t bytes) {
  const std::string path = path_of(number);
  const int created = files_.create(path);
  if (created < 0) {
    return std::unexpected(disk_failure(-created, "creating a segment file", path));
  }
  auto file = std::make_shared<SegmentFile>(files_, created, number, path);
  HeaderBytes header = encode_file_header(number);
  base::Result<> ready = file->allocate(bytes);
  if (ready) ready = file->write({{header.data(), header.size()}}, 0);
  if (ready) {
    const int synced = files_.sync_directory(folder_);
    if (synced != 0) ready = std::unexpected(disk_failure(-synced, "syncing a folder", folder_));
  }
  if (!ready) {
    static_cast<void>(
        files_.remove(path));  // an empty file harms nobody; the next start removes it
    return std::unexpected(std::move(ready.error()));
  }
  const std::scoped_lock lock(mutex_);
  remember(file);
  return file;
}

base::Result<std::shared_ptr<SegmentFile>> Segments::open(std::int64_t number) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = open_.find(number); found != open_.end()) return found->second;
  const std::string path = path_of(number);
  const int opened = files_.open(path);
  if (opened < 0) {
    return std::unexpected(disk_failure(-opened, "opening a segment file", path));
  }
  auto file = std::make_shared<SegmentFile>(files_, opened, number, path);
  remember(file);
  return file;
}

void Segments::remember(std::shared_ptr<SegmentFile> file) {
  opened_.push_back(file->number());
  open_[file->number()] = std::move(file);
  while (opened_.size() > kOpenFiles) {
    open_.erase(opened_.front());
    opened_.pop_front();
  }
}

base::Result<> Segments::shorten(std::int64_t number, std::int64_t bytes) {
  const std::string path = path_of(number);
  const int result = files_.truncate(path, bytes);
  if (result == 0) return {};
  return std::unexpected(disk_failure(-result, "shortening a segment file", path));
}

base::Result<> Segments::remove(std::int64_t number) {
  const std::scoped_lock lock(mutex_);
  open_.erase(number);
  std::erase(opened_, number);
  const std::string path = path_of(number);
  const int result = files_.remove(path);
  if (result == 0 || result == -ENOENT) return {};
  return std::unexpected(disk_failure(-result, "removing a segment file", path));
}

}  // namespace postern::spool
