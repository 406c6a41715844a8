// Where a message goes once it is on disk and acknowledged: hot, from the session that received it,
// so that delivery need not look for it in the queue.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/queue/envelope.h"

namespace postern::receipt {

struct AcceptedMessage {
  base::MessageId id;
  // Shared, as the message's deliveries may go to several shards. `size` is that of the stored
  // body.
  std::shared_ptr<const queue::Envelope> envelope;
  // The stored body, our Received header included, if the session has it in memory; may be null.
  std::shared_ptr<const std::string> body;
  std::vector<queue::Delivery> deliveries;  // as the spool's commit answered
};

class AcceptedSink {
 public:
  virtual ~AcceptedSink() = default;
  // Thread-safe, and never waits. The message is the queue's already: a sink that is full may drop
  // it, and it will be found there.
  virtual void accepted(AcceptedMessage message) = 0;
};

}  // namespace postern::receipt
