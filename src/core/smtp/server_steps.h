// What the server dialogue asks of its actor and of the policies, besides the common steps of
// step.h. Each step is answered by the on_...() of the same name, or by on_closed().
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/queue/envelope.h"
#include "core/smtp/command.h"
#include "core/smtp/step.h"

namespace postern::smtp {

// --- steps ---------------------------------------------------------------------------------------
// Views and pointers of a step point into the dialogue and hold until its answer.

// Do these credentials belong to a sender? Answer: on_login().
struct CheckPassword {
  const Credentials* credentials = nullptr;
};
enum class Login { accepted, refused, unavailable };

// A message begins, in as many copies as it has accounts: each is an upload of its own. Answer:
// on_begun() with the queue id of each copy.
struct BeginMessage {
  using replies_together = void;  // those to MAIL and RCPT, and the 354
  std::size_t copies = 1;
};
struct Begun {
  std::vector<std::string> ids;
  base::Instant time;
};

// Append to every copy: first its own head (the first time only), then the text. Answer:
// on_stored().
struct StoreBody {
  std::span<const std::string> heads;
  std::string_view text;
};

// One copy: an account's envelope, and where it goes.
struct MessageCopy {
  queue::Envelope envelope;
  std::vector<queue::Destination> destinations;
  std::string id;
};
// The message is complete. Make all copies durable; the copies may be moved from. Answer:
// on_committed().
struct Commit {
  std::vector<MessageCopy>* copies = nullptr;
};

enum class Storing { done, disk_full, failed };

using ServerStep =
    std::variant<AwaitInput, StartTls, CheckPassword, BeginMessage, StoreBody, Commit, Finished>;

// --- questions -----------------------------------------------------------------------------------
struct SenderAdmission {
  enum class Kind { internal, world };
  Kind kind = Kind::world;
};
struct RecipientAdmission {
  base::AccountId account;
  dns::Domain domain;  // where it goes; postmaster without a domain gets this one
  queue::Leg leg = queue::Leg::internal;
};

// Decides about commands, at once and without I/O: the service answers from the policies, a test
// from a list. It knows the client's address, TLS and login.
class Doorkeeper {
 public:
  virtual ~Doorkeeper() = default;
  [[nodiscard]] virtual std::expected<SenderAdmission, Reply> may_send(const MailCommand& mail) = 0;
  // `to` is a mailbox, or postmaster without a domain.
  [[nodiscard]] virtual std::expected<RecipientAdmission, Reply> may_receive(const Path& to) = 0;
  // Told of every 4xx and 5xx, for logs and counters; its peer bytes are not escaped.
  virtual void refused(std::string_view phrase, const Reply& reply) = 0;
};

}  // namespace postern::smtp
