// The socket behind stream.h, private to io/net: how connect and listen make one.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>

#include "io/net/loop.h"
#include "io/net/stream.h"

namespace postern::net {

// An address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] static SocketAddress of(const base::Endpoint& endpoint);
  // Nothing if the path is empty or too long for the kernel.
  [[nodiscard]] static std::optional<SocketAddress> of_path(std::string_view path);
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  // The unset endpoint for anything but TCP.
  [[nodiscard]] base::Endpoint endpoint() const;
};

[[nodiscard]] base::Endpoint local_endpoint(int descriptor);

// Takes over a connected, non-blocking descriptor. `peer_name` stands in failure texts.
[[nodiscard]] base::Result<std::unique_ptr<Socket>> make_socket(Shard& shard, Descriptor descriptor,
                                                                base::Endpoint peer,
                                                                std::string peer_name);

// Latency matters more than packet count: SMTP waits for an answer after almost every write.
void set_no_delay(int descriptor);

// "Connection refused (111)": for people, from an errno.
[[nodiscard]] std::string errno_text(int error);

}  // namespace postern::net
