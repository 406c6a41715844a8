// The message of a route test: it goes through the queue as every other message does, so that its
// arrival proves the whole way to the mailbox.
#pragma once

#include <string>

#include "core/smtp/mailbox.h"
#include "io/spool/spool.h"
#include "service/receipt/next.h"

namespace postern::api {

class TestMessages {
 public:
  struct Needs {
    net::Shard& shard;
    spool::Spool& spool;
    receipt::AcceptedSink& sink;
    std::string hostname;
  };
  explicit TestMessages(Needs needs) : needs_(std::move(needs)) {}

  // To an internal address of the account, from nobody: a bounce of it would help no one. Answers
  // its queue id.
  [[nodiscard]] net::Task<base::Result<base::MessageId>> send(base::AccountId account,
                                                              smtp::Mailbox to);

 private:
  Needs needs_;
};

}  // namespace postern::api
