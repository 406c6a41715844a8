#include "app/gateway/process.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "app/wiring.h"

namespace postern::app {

base::Result<confine::Confined> prepare_process(const Settings& settings) {
  if (mkdir(settings.gateway.data_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail("data-dir", fmt::format("The data directory {} cannot be made: {}. Make it, "
                                              "owned by this user, or change [gateway] data_dir.",
                                              settings.gateway.data_dir, std::strerror(errno)));
  }
  if (!settings.gateway.confine) return confine::Confined{};
  return confine::give_up_rights(writable_folders(settings));
}

}  // namespace postern::app
