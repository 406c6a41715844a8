#include "io/spool/failures.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace postern::spool {
namespace {
constexpr std::string_view kTryLater = "The message queue has no space at the moment.";
}

base::Failure disk_failure(int error, std::string_view doing, std::string_view path) {
  if (error == ENOSPC || error == EDQUOT) {
    return {"disk-full",
            fmt::format("The disk became full while {} ({}). Free some space there; Postern goes "
                        "on by itself.",
                        doing, path),
            std::string(kTryLater)};
  }
  return {"disk-error",
          fmt::format("{} failed: {} ({}). Look at the system log for errors of this disk.", doing,
                      std::generic_category().message(error), path),
          {}};
}

base::Failure reserve_reached(std::string_view directory) {
  return {"disk-full",
          fmt::format("The disk of the message queue ({}) has less free space than the reserve, so "
                      "new mail is refused for now. Free some space there; Postern goes on by "
                      "itself.",
                      directory),
          std::string(kTryLater)};
}

base::Failure spool_closed() {
  return {"spool-closed", "The message queue is being closed, because Postern is stopping.", {}};
}

base::Failure queue_damaged(std::string_view path, std::int64_t offset, std::string_view what) {
  return {"queue-damaged",
          fmt::format("{} is damaged at {}: {}. Postern does not start, so that nothing is lost "
                      "for good. Save what is readable: postern queue salvage FOLDER; "
                      "docs/recovery.md says how to go on.",
                      path, offset, what),
          {}};
}

}  // namespace postern::spool
