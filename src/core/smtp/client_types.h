// What a ClientDialogue is told, and what it answers.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/message/downgrade.h"
#include "core/policy/model.h"
#include "core/queue/envelope.h"
#include "core/queue/recipient_result.h"
#include "core/smtp/step.h"
#include "core/tls/judge.h"
#include "core/tls/observation.h"
#include "core/tls/requirement.h"

namespace postern::smtp {

// RFC 5321 4.5.3.2; what it leaves open is ours.
struct ClientTimeouts {
  std::chrono::milliseconds greeting = std::chrono::minutes(5);
  std::chrono::milliseconds hello = std::chrono::minutes(5);
  std::chrono::milliseconds starttls = std::chrono::minutes(2);
  std::chrono::milliseconds login = std::chrono::minutes(2);
  std::chrono::milliseconds mail = std::chrono::minutes(5);
  std::chrono::milliseconds recipient = std::chrono::minutes(5);
  std::chrono::milliseconds data = std::chrono::minutes(2);
  std::chrono::milliseconds final_dot = std::chrono::minutes(10);
  std::chrono::milliseconds quit = std::chrono::seconds(5);
};

enum class Purpose {
  deliver,   // messages are assigned, one after another
  rehearse,  // the test of a route: MAIL FROM:<>, RCPT TO, RSET, QUIT (tls-semantics.md 7)
  probe,     // EHLO under TLS, then QUIT: no envelope at all
};
// `never` is the second connection, after a handshake that failed where plaintext is allowed.
enum class TlsUse { as_offered, never };

struct ClientSetup {
  std::string helo_name;
  std::string label;  // the host for people: "mx1.example.com [192.0.2.1]"
  ClientTimeouts timeouts;
  Purpose purpose = Purpose::deliver;
  TlsUse tls = TlsUse::as_offered;
  policy::TlsStart start = policy::TlsStart::starttls;
  std::optional<policy::Login> login;
  tls::Requirement requirement;
  tls::Observation observation;    // host and peer; on a second connection, what the first showed
  std::string rehearse_recipient;  // for Purpose::rehearse
};

// One message for this hop. The envelope, the recipients and the body stay the owner's, and stay
// where they are until the message is over.
struct OutgoingMessage {
  const queue::Envelope* envelope = nullptr;
  std::span<const queue::Recipient> recipients;
  std::int64_t size = 0;
  // The whole body, if the owner has it in memory: it may then travel with its envelope. Else the
  // dialogue asks for it with SendBody.
  std::optional<std::string_view> body;
};

using BodyTraits = message::BodyTraits;
using RecipientResult = queue::RecipientResult;

struct MessageResult {
  std::vector<RecipientResult> recipients;  // in the order of the message
  bool unknown = false;      // the connection broke after the last byte: the peer may have it
  bool host_failed = false;  // the host, not the message, is why some are deferred: try the next
  bool dsn_passed = false;   // the peer took over the DSN parameters
  bool began = false;        // the peer answered to something of this message
};

// Why a connection is of no use.
struct ClientProblem {
  enum class Kind { unmet, connection, refused, protocol, login };
  Kind kind = Kind::connection;
  queue::Status status;             // enhanced with class 4
  std::optional<tls::Unmet> unmet;  // for Kind::unmet
};

using ClientStep = std::variant<AwaitInput, StartTls, InspectBody, SendBody, Idle, Finished>;

}  // namespace postern::smtp
