// A connection to one host: connect, talk until it is proved (or is of no use), then carry
// messages. Delivery, the test of a route and the probe all come through open_host(), so what one
// of them finds is what the others meet.
//
// open_host() makes the second connection, without TLS, where a handshake failed and nothing in
// force demands encryption; the dialogue alone decides that.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/route/route_plan.h"
#include "core/smtp/client_dialogue.h"
#include "io/crypto/tls.h"
#include "io/net/run_dialogue.h"
#include "io/net/shard.h"
#include "service/delivery/message_body.h"
#include "service/delivery/settings.h"

namespace postern::delivery {

struct HostNeeds {
  net::Shard& shard;
  crypto::ClientContext& tls;
  const ConnectSettings& settings;
  std::shared_ptr<const crypto::TrustStore> trust;
  base::Cancellation* cancellation = nullptr;
};

// Which host, and what for.
struct HostTask {
  const route::HostPlan* host = nullptr;
  base::IpAddress address;
  base::AccountId account;
  std::string digest;  // of the host's requirement
  smtp::Purpose purpose = smtp::Purpose::deliver;
  std::string rehearse_recipient;
  smtp::Transcript::Keep keep = smtp::Transcript::Keep::nothing;
  // Told what is being done, in the dialogue's phrases: "connecting", "asking for STARTTLS".
  std::function<void(std::string_view)> doing{};
};

// Connections and TLS sessions are used again only under an equal key.
[[nodiscard]] std::string connection_key(const HostTask& task);
// "mx1.example.com [192.0.2.1]"
[[nodiscard]] std::string host_label(const route::HostPlan& host, const base::IpAddress& address);

class HostConnection {
 public:
  HostConnection(HostNeeds needs, const HostTask& task, std::unique_ptr<net::Socket> socket,
                 smtp::TlsUse tls, tls::Observation observation);
  ~HostConnection();
  HostConnection(const HostConnection&) = delete;
  HostConnection& operator=(const HostConnection&) = delete;

  // Talks until the dialogue is idle or over.
  [[nodiscard]] net::Task<void> talk();
  // Carries one message; its result is in dialogue().result(). The requirement that is unmet here,
  // if it is; then nothing was sent.
  [[nodiscard]] net::Task<std::optional<tls::Unmet>> carry(const smtp::OutgoingMessage& message,
                                                           MessageBody& body,
                                                           const tls::Requirement& requirement);
  // Says QUIT and waits for the answer, briefly.
  [[nodiscard]] net::Task<void> quit();
  void close();

  [[nodiscard]] const smtp::ClientDialogue& dialogue() const;
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string key_;
};

// What open_host() came to. Either `connection` is ready for messages, or `problem` says why not
// (for the probe and the rehearsal, which end by themselves, neither need be).
struct OpenedHost {
  std::unique_ptr<HostConnection> connection;
  std::optional<smtp::ClientProblem> problem;
  base::IpAddress from{};  // our end of the connection; "::" if there was none
  tls::Observation observation;
  tls::Verdict verdict;
  std::optional<smtp::MessageResult> rehearsal;
  std::vector<smtp::Transcript::Line> transcript;  // of both connections, if there were two
};

[[nodiscard]] net::Task<OpenedHost> open_host(HostNeeds needs, HostTask task);

}  // namespace postern::delivery
