// One connection to one address of one host: connects, and drives the client's dialogue over it.
// Delivery, the probe and the route test all go through here, so they meet the same truth.
//
// Steps: construct -> open() -> ready()? -> send() any number of messages -> quit(). When open()
// ends without ready(), problem() says why. A handshake that failed where nothing in force demands
// TLS is followed by a second connection without it, inside open() (tls-semantics.md 2,
// opportunistic).
//
// What it does not do: choose hosts, keep connections for later, settle anything.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ip_address.h"
#include "core/route/route_plan.h"
#include "core/smtp/client_dialogue.h"
#include "io/crypto/tls.h"
#include "io/net/run_dialogue.h"
#include "io/net/shard.h"
#include "io/net/stream.h"

namespace postern::delivery {

// The stored body of the message that is being sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Writes all of it in this framing and conversion, end mark included.
  [[nodiscard]] virtual net::Task<base::Result<>> write_to(net::Stream& stream, smtp::SendBody how,
                                                           base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<base::Result<smtp::BodyTraits>> inspect() = 0;
};

// What every connection of a shard shares. The trust store is the account's.
struct ConnectionParts {
  net::Shard& shard;
  crypto::ClientContext& tls;
  std::shared_ptr<const crypto::TrustStore> trust;
  base::Cancellation* cancellation = nullptr;
  std::string helo_name;
  std::chrono::milliseconds connect_timeout{30'000};
  base::IpAddress source_ipv4;  // "::" leaves the choice to the system
  base::IpAddress source_ipv6;
};

// What is meant to happen on it.
struct ConnectionAim {
  smtp::Purpose purpose = smtp::Purpose::deliver;
  smtp::ClientTimeouts timeouts;
  base::AccountId account;         // TLS sessions are never shared between accounts
  std::string rehearse_recipient;  // for Purpose::rehearse
  smtp::Transcript::Keep keep = smtp::Transcript::Keep::nothing;
};

class Connection {
 public:
  Connection(ConnectionParts parts, route::HostPlan host, base::IpAddress address,
             ConnectionAim aim);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects and runs up to the point where messages may be assigned, or to the end.
  [[nodiscard]] net::Task<void> open();
  // Sends what was assigned to dialogue(); its result() is there afterwards.
  [[nodiscard]] net::Task<void> send(BodySource& body);
  // QUIT, as far as the peer waits for it.
  [[nodiscard]] net::Task<void> quit();
  void close();  // at once

  [[nodiscard]] bool ready() const { return dialogue_ && dialogue_->ready(); }
  // Why open() did not get there.
  [[nodiscard]] std::optional<smtp::ClientProblem> problem() const;
  // What was seen, also when there was not even a connection.
  [[nodiscard]] tls::Observation observation() const;
  [[nodiscard]] smtp::ClientDialogue& dialogue() { return *dialogue_; }
  [[nodiscard]] bool has_dialogue() const { return dialogue_ != nullptr; }
  // The lines of every try on this connection, the second one included.
  [[nodiscard]] std::vector<smtp::Transcript::Line> transcript() const;
  [[nodiscard]] const route::HostPlan& host() const { return host_; }
  [[nodiscard]] base::IpAddress address() const { return address_; }
  // "mx1.example.com [192.0.2.1]"
  [[nodiscard]] const std::string& label() const { return label_; }

 private:
  class Actor;
  friend class Actor;

  net::Task<void> open_once(smtp::TlsUse use, tls::Observation seen);
  net::Task<void> run(BodySource* body);
  [[nodiscard]] smtp::ClientSetup setup(smtp::TlsUse use, tls::Observation seen) const;
  [[nodiscard]] crypto::ClientHello hello() const;

  ConnectionParts parts_;
  route::HostPlan host_;
  base::IpAddress address_;
  ConnectionAim aim_;
  std::string label_;
  net::Link link_;
  std::unique_ptr<smtp::ClientDialogue> dialogue_;
  std::optional<smtp::ClientProblem> connect_problem_;
  std::vector<smtp::Transcript::Line> earlier_lines_;
};

}  // namespace postern::delivery
