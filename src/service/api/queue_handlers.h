// The queue as an account's people see it, their hand on it, and one message's way over its hops.
// A message of another account is answered like one that does not exist.
//
// What a hand does is in the audit log before it is done: nothing is held or removed unrecorded.
#pragma once

#include "service/admin/queue_hand.h"
#include "service/api/desk.h"
#include "service/api/mail_types.h"
#include "service/api/operations.h"

namespace postern::api {

// What a command names: messages, or a domain, or, with neither, everything.
struct ChosenMail {
  spool::ListFilter filter;
  std::vector<base::MessageId> messages;

  [[nodiscard]] bool is_everything() const { return messages.empty() && filter.domain.empty(); }
};

class QueueHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    spool::Spool& spool;
    admin::QueueHand& hand;
    Desk& reads;
    Desk& writes;
  };
  explicit QueueHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Messages> list(Call call, QueueQuery query);
  [[nodiscard]] Handled<QueueEffect> command(Call call, QueueCommand command);
  [[nodiscard]] Handled<Trace> trace(Call call);

 private:
  [[nodiscard]] net::Task<Outcome<QueueEffect>> recalculate(const Call& call, ChosenMail chosen);
  // Those of the messages named that are in the account's queue.
  [[nodiscard]] net::Task<Outcome<std::vector<base::MessageId>>> own(
      const Call& call, std::vector<base::MessageId> named);
  [[nodiscard]] net::Task<Outcome<void>> note(const Call& call, std::string action,
                                              std::string object);

  Needs needs_;
};

void declare_queue(Operations& operations, QueueHandlers* handlers);

}  // namespace postern::api
