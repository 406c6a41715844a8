// From how an attempt ended to what the queue is told: who is done, who waits until when, and which
// notices the sender gets, all in one settlement.
//
// Steps: conclude() decides (pure: time and chance are arguments) -> if notices are due, the start
// of the message is read -> add_notices() composes them -> the spool settles everything at once.
#pragma once

#include <string_view>
#include <vector>

#include "core/message/bounce.h"
#include "core/policy/policy_book.h"
#include "core/queue/schedule.h"
#include "io/spool/spool.h"
#include "service/delivery/run.h"

namespace postern::delivery {

struct Conclusion {
  spool::Settlement settlement;
  std::vector<message::NoticeRecipient> failed;   // given up; wanted or not
  std::vector<message::NoticeRecipient> delayed;  // only those who want to know
  std::vector<message::NoticeRecipient> relayed;
  std::size_t delivered = 0;
  bool expired = false;  // given up because the time allowed is over
  base::Instant given_up_at;

  [[nodiscard]] bool needs_original(const queue::Envelope& envelope) const;
};

[[nodiscard]] Conclusion conclude(const Job& job, Ended ended, const queue::Schedule& schedule,
                                  base::Instant now, double chance);

struct NoticeFacts {
  std::string gateway;  // our host name
  base::Instant now;
  std::uint64_t chance = 0;
  std::string_view original;  // the message from its start
};
void add_notices(Conclusion& conclusion, const Job& job, const policy::PolicyBook& book,
                 const NoticeFacts& facts);

}  // namespace postern::delivery
