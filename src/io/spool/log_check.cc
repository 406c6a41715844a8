#include "io/spool/log_check.h"

#include <fmt/format.h>

#include "io/sqlite/log_check.h"

namespace postern::spool {

std::optional<Damage> check_log_of(const std::string& database) {
  const std::string log = database + "-wal";
  const auto found = sqlite::check_log(log);
  if (!found) return std::nullopt;
  return Damage{.file = log,
                .offset = found->offset,
                .what = fmt::format("bytes have changed, and {} commits behind them cannot be "
                                    "used: mail that was accepted is without its rows",
                                    found->commits),
                .message = {}};
}

}  // namespace postern::spool
