// What one listener of the receipt service is, and what the service shares.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/ip_address.h"
#include "core/policy/receipt.h"
#include "core/smtp/server_settings.h"
#include "io/crypto/tls.h"
#include "service/receipt/turn.h"

namespace postern::receipt {

enum class TlsStart { starttls, implicit };

struct ListenerSettings {
  std::string name{};  // for logs and metrics
  policy::ListenerRole role = policy::ListenerRole::world;
  TlsStart tls = TlsStart::starttls;
  std::vector<base::IpRange> proxies{};  // load balancers that begin with a PROXY header
  smtp::DataReader::LineEnds line_ends = smtp::DataReader::LineEnds::strict;
};

struct ReceiptSettings {
  std::string host;  // our name in greetings and Received
  std::string node;  // in evidence
  // Mail to this local part of an internal domain is the gateway's own; empty: there is none.
  std::string own_mailbox{};
  smtp::ServerLimits limits;
  std::size_t messages_at_a_time = Turn::kAtATime;  // on a shard, with a disk that takes no time
  std::chrono::milliseconds handshake_timeout{std::chrono::seconds(60)};
  std::chrono::milliseconds proxy_timeout{std::chrono::seconds(10)};
};

// The TLS context to use for the next handshake; a reload swaps it. Thread-safe.
class ContextSource {
 public:
  virtual ~ContextSource() = default;
  // Null: no certificate is configured, and TLS is not offered.
  [[nodiscard]] virtual std::shared_ptr<const crypto::ServerContext> current() const = 0;
};

}  // namespace postern::receipt
