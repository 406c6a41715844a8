#include "app/gateway/systemd.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <ctime>

namespace postern::app {

void notify_systemd(const std::string& state) { sd_notify(0, state.c_str()); }

void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  long long micros = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  notify_systemd(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", micros));
}

std::multimap<std::string, int> inherited_sockets() {
  std::multimap<std::string, int> sockets;
  char** names = nullptr;
  int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    sockets.emplace(names && names[i] ? names[i] : "", SD_LISTEN_FDS_START + i);
    if (names) free(names[i]);
  }
  free(names);
  return sockets;
}

}  // namespace postern::app
