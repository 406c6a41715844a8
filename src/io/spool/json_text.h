// What the queue database holds as JSON text, so that `sqlite3 queue.db` shows it to a person:
// recipients, and the evidence that waits in the outbox.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/queue/envelope.h"
#include "core/queue/evidence.h"

namespace postern::spool {

// ["a@example.com", {"to": "b@example.com", "original": "rfc822;b@...", "notify": 3}]
[[nodiscard]] std::string recipients_json(const std::vector<queue::Recipient>& recipients);
// Failure "queue-row-unreadable".
[[nodiscard]] base::Result<std::vector<queue::Recipient>> parse_recipients(std::string_view json);

// Members that have their default value are left out.
[[nodiscard]] std::string attempt_json(const queue::Attempt& attempt);
[[nodiscard]] base::Result<queue::Attempt> parse_attempt(std::string_view json);

}  // namespace postern::spool
