#include "app/gateway/process.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "app/wiring.h"

namespace postern::app {
namespace {

constexpr std::size_t kOwnFiles = 500;  // of the queue, the records, the resolver, the web
constexpr std::size_t kLeastConnections = 100;

// Systems give a process few, and let it have many.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace

base::Result<confine::Confined> prepare_process(const Settings& settings) {
  if (mkdir(settings.gateway.data_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail("data-dir", fmt::format("The data directory {} cannot be made: {}. Make it, "
                                              "owned by this user, or change [gateway] data_dir.",
                                              settings.gateway.data_dir, std::strerror(errno)));
  }
  raise_descriptor_limit();
  if (!settings.gateway.confine) return confine::Confined{};
  return confine::give_up_rights(writable_folders(settings));
}

receipt::ConnectionLedger::Limits affordable_connections(const Settings& settings,
                                                         observe::EventSink& events) {
  receipt::ConnectionLedger::Limits limits = connection_limits(settings);
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return limits;
  const std::size_t others = kOwnFiles + static_cast<std::size_t>(settings.delivery.connections);
  const std::size_t left =
      std::max<std::size_t>(descriptors.rlim_cur, others + kLeastConnections) - others;
  if (left >= limits.total) return limits;
  limits.total = left;
  events.emit(observe::Event::few_descriptors,
              {{"descriptors", std::to_string(descriptors.rlim_cur)},
               {"connections", std::to_string(left)}});
  return limits;
}

}  // namespace postern::app
