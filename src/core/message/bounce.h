// Delivery status notifications (RFC 3461, RFC 3464, RFC 6533) that a person understands: first
// plain sentences that say what happened, why and what to do, then the part for machines, then the
// original's headers or the original itself.
//
// Steps: fill in NoticeInput -> compose_notice() -> the message goes into the spool with a null
// sender in the same commit that settles the delivery. It is ASCII throughout unless a whole
// original with 8-bit content is enclosed; every byte that came from a peer is escaped.
//
// What it does not do: decide whether a notice is due. wants_notice() reads the sender's wish
// (NOTIFY, RFC 3461 4.1); a message with a null sender never gets one (RFC 5321 6.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/queue/envelope.h"

namespace postern::message {

enum class NoticeKind {
  failed,   // given up
  delayed,  // still trying
  relayed,  // handed to a host that does not know DSN, though success was to be reported
};

struct NoticeRecipient {
  queue::Recipient recipient;
  queue::Status status;
  std::string remedy;  // what the sender or the administrator can do; "" for none
};

struct NoticeInput {
  NoticeKind kind = NoticeKind::failed;
  std::string reporting_mta;  // our host name
  base::Instant now;
  std::string boundary;  // unique text, 16-60 characters of [A-Za-z0-9]: the caller has chance
  base::MessageId original_id;
  queue::Envelope original;
  std::vector<NoticeRecipient> recipients;
  std::optional<base::Instant> retry_until;  // delayed: when we give up
  // The stored original from its start; composition takes its headers, or all of it when the sender
  // asked for RET=FULL and `original_complete` is true. REQUIRETLS: headers only (RFC 8689 5).
  std::string_view original_start;
  bool original_complete = false;
};

struct Notice {
  queue::Envelope envelope;  // sender "", account and size of the notice, 8-bit and UTF-8 marks
  std::string body;
};

[[nodiscard]] Notice compose_notice(const NoticeInput& input);

[[nodiscard]] bool wants_notice(const queue::Envelope& original, const queue::Recipient& recipient,
                                NoticeKind kind);

// The first bytes of a body that compose_notice can make use of.
inline constexpr std::size_t original_limit = 64 << 10;

}  // namespace postern::message
