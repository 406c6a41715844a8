#include "service/delivery/conclusion.h"

#include <algorithm>
#include <utility>

#include "core/smtp/client_status.h"
#include "core/smtp/mailbox.h"
#include "core/tls/judge.h"

namespace postern::delivery {
namespace {

using Fate = queue::RecipientResult::Fate;
using message::NoticeKind;

message::NoticeRecipient told(const queue::Recipient& recipient, queue::Status status) {
  message::NoticeRecipient notice{recipient, std::move(status), ""};
  const tls::ReasonInfo& info = tls::reason_info(notice.status.code);
  if (info.code == notice.status.code) notice.remedy = info.remedy;
  return notice;
}

// The limit of the policy whose demand was unmet counts only when that is why.
std::optional<base::Duration> time_limit(const Ended& ended) {
  const bool by_policy = ended.unmet && ended.unmet->demand.source.kind == tls::SourceKind::policy;
  return by_policy ? ended.time_limit : std::nullopt;
}

// REQUIRETLS ends where no host of the domain supports it (RFC 8689 4.2.1): waiting changes nothing
// that the sender would want to wait for.
bool lacks_requiretls(const Ended& ended) {
  return ended.unmet && ended.unmet->reason.code == "requiretls-not-announced";
}

bool bounces_at_once(const Ended& ended) {
  const bool final = ended.on_failure == policy::OnFailure::bounce || lacks_requiretls(ended);
  return final && ended.only_unmet;
}

void give_up(Conclusion& conclusion, const queue::Recipient& recipient, queue::Status status) {
  status.enhanced = smtp::with_class(status.enhanced, '5');
  conclusion.failed.push_back(told(recipient, std::move(status)));
}

// Of several hosts' attempts the one decided it whose failure the sender is told.
queue::Attempt& deciding(std::vector<queue::Attempt>& evidence, const std::string& reason) {
  const auto told = std::ranges::find(evidence, reason, &queue::Attempt::reason);
  return told == evidence.end() ? evidence.back() : *told;
}

std::string boundary(std::uint64_t chance, base::MessageId message) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEF";
  std::string text = "postern" + base::queue_id(message);
  for (int i = 0; i < 12; ++i, chance >>= 5) text += kLetters[chance & 31];
  return text;
}

}  // namespace

bool Conclusion::needs_original(const queue::Envelope& envelope) const {
  if (envelope.sender.empty()) return false;
  const auto wants = [&](const message::NoticeRecipient& r) {
    return message::wants_notice(envelope, r.recipient, NoticeKind::failed);
  };
  return std::ranges::any_of(failed, wants) || !delayed.empty() || !relayed.empty();
}

Conclusion conclude(const Job& job, Ended ended, const queue::Schedule& schedule, base::Instant now,
                    double chance) {
  Conclusion conclusion;
  spool::Settlement& settlement = conclusion.settlement;
  settlement.delivery = job.delivery.id;
  settlement.due = now;
  settlement.evidence = std::move(ended.evidence);
  settlement.delay_notified = job.delivery.delay_notified;
  const queue::Plan plan = queue::next(job.delivery, schedule, time_limit(ended), now, chance);
  const bool over = plan.next == queue::Next::bounce || bounces_at_once(ended);
  conclusion.expired = over;
  conclusion.given_up_at =
      job.delivery.accepted +
      std::min(schedule.lifetime, time_limit(ended).value_or(schedule.lifetime));
  const std::vector<queue::Recipient>& recipients = job.delivery.destination.recipients;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    queue::RecipientResult& result = ended.results[i];
    const queue::Recipient& recipient = recipients[i];
    if (result.fate == Fate::delivered) {
      ++conclusion.delivered;
      const bool relayed = !ended.dsn_passed[i] &&
                           message::wants_notice(*job.envelope, recipient, NoticeKind::relayed);
      if (relayed) conclusion.relayed.push_back(told(recipient, std::move(result.status)));
    } else if (result.fate == Fate::failed || over) {
      give_up(conclusion, recipient, std::move(result.status));
    } else {
      if (settlement.remaining.empty()) settlement.last = result.status;
      settlement.remaining.push_back(recipient);
      settlement.due = plan.due;
      const bool tell = plan.send_delay_notice &&
                        message::wants_notice(*job.envelope, recipient, NoticeKind::delayed);
      if (tell) conclusion.delayed.push_back(told(recipient, std::move(result.status)));
    }
  }
  if (plan.send_delay_notice && !settlement.remaining.empty()) settlement.delay_notified = true;
  // The attempt that decided it says so: auditors look for the end of a message here.
  const bool given_up =
      conclusion.delivered == 0 && settlement.remaining.empty() && !conclusion.failed.empty();
  if (given_up && !settlement.evidence.empty()) {
    deciding(settlement.evidence, conclusion.failed.front().status.code).outcome =
        queue::AttemptOutcome::bounced;
  }
  return conclusion;
}

namespace {

// Where a notice goes: to its reader's domain, by the same rules as any mail of the account.
std::optional<queue::Destination> destination_of(const std::string& sender,
                                                 const policy::PolicyBook& book) {
  const auto mailbox = smtp::parse_mailbox(sender);
  if (!mailbox || mailbox->domain.empty()) return std::nullopt;
  queue::Destination destination;
  destination.domain = mailbox->domain;
  destination.leg = book.internal_domain(mailbox->domain) != nullptr ? queue::Leg::internal
                                                                     : queue::Leg::external;
  queue::Recipient reader;
  reader.address = sender;
  reader.notify = queue::notify_never;  // RFC 3461 6.1: no notice about a notice
  destination.recipients = {std::move(reader)};
  return destination;
}

void add_notice(Conclusion& conclusion, NoticeKind kind,
                std::vector<message::NoticeRecipient> recipients, const Job& job,
                const policy::PolicyBook& book, const NoticeFacts& facts) {
  if (recipients.empty()) return;
  auto destination = destination_of(job.envelope->sender, book);
  if (!destination) return;
  message::NoticeInput input;
  input.kind = kind;
  input.reporting_mta = facts.gateway;
  input.now = facts.now;
  input.boundary = boundary(facts.chance, job.delivery.message);
  input.original_id = job.delivery.message;
  input.original = *job.envelope;
  input.recipients = std::move(recipients);
  if (kind == NoticeKind::delayed) input.retry_until = conclusion.given_up_at;
  input.original_start = facts.original;
  input.original_complete = static_cast<std::int64_t>(facts.original.size()) == job.envelope->size;
  message::Notice notice = message::compose_notice(input);
  conclusion.settlement.notices.push_back(
      {std::move(notice.envelope), {*std::move(destination)}, std::move(notice.body)});
}

}  // namespace

void add_notices(Conclusion& conclusion, const Job& job, const policy::PolicyBook& book,
                 const NoticeFacts& facts) {
  std::vector<message::NoticeRecipient> failed;
  for (const message::NoticeRecipient& recipient : conclusion.failed) {
    const bool wanted =
        message::wants_notice(*job.envelope, recipient.recipient, NoticeKind::failed);
    if (wanted) failed.push_back(recipient);
  }
  add_notice(conclusion, NoticeKind::failed, std::move(failed), job, book, facts);
  add_notice(conclusion, NoticeKind::delayed, conclusion.delayed, job, book, facts);
  add_notice(conclusion, NoticeKind::relayed, conclusion.relayed, job, book, facts);
}

}  // namespace postern::delivery
