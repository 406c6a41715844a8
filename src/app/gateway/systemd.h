// What systemd asks of a service: readiness notification and sockets that it has bound for us.
#pragma once

#include <map>
#include <string>

namespace postern::app {

// sd_notify: "READY=1", "RELOADING=1", "STOPPING=1", "STATUS=..."; nothing without systemd.
void notify_systemd(const std::string& state);

// RELOADING=1 with the time that systemd 253 wants.
void notify_reloading();

// Descriptors by name (FileDescriptorName=); the environment is cleared, so children get none.
[[nodiscard]] std::multimap<std::string, int> inherited_sockets();

}  // namespace postern::app
