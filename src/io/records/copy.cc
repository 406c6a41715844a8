#include "io/records/copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "io/records/database.h"

namespace postern::records {
namespace {

base::Failure failure_of(int error, std::string_view doing, std::string_view path) {
  return {"file-error",
          fmt::format("{} {} failed: {}.", doing, path, std::generic_category().message(error)),
          {}};
}

// SQLite fills an empty file, and would make one that everybody can read.
base::Result<int> create(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(failure_of(errno, "Making", path));
  return file;
}

base::Result<> fill(const std::string& from, const std::string& into) {
  static constexpr int kPatience = 5000;
  auto database = Database::open(from, kPatience);
  if (!database) return std::unexpected(database.error());
  Query copy = (*database)->query("VACUUM INTO $1", into);
  return copy.finish();
}

}  // namespace

base::Result<> copy_records(const std::string& from, const std::string& into) {
  auto file = create(into);
  if (!file) return std::unexpected(file.error());
  base::Result<> done = fill(from, into);
  if (done && ::fsync(*file) != 0) done = std::unexpected(failure_of(errno, "Syncing", into));
  ::close(*file);
  return done;
}

}  // namespace postern::records
