// What a session may do, asked of the policies, and the evidence of what it was refused.
#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "service/receipt/session.h"

namespace postern::receipt {
namespace {

policy::Party party_of(const std::optional<smtp::Mailbox>& mailbox) {
  policy::Party party;
  party.null = !mailbox;
  if (mailbox) party.domain = mailbox->domain;
  return party;
}

// Owned by the group of sessions: the refused session may be gone before it is written.
net::Task<void> write_evidence(spool::Spool& spool, net::Shard& shard, spool::Settlement evidence,
                               observe::EventSink& events) {
  auto written = co_await spool.settle(shard, std::move(evidence));
  if (!written) {
    events.emit(observe::Event::evidence_not_recorded, {{"why", written.error().text}});
  }
}

}  // namespace

std::expected<smtp::SenderAdmission, smtp::Reply> Session::may_send(const smtp::MailCommand& mail) {
  if (!parts_.disk.open(parts_.shard.now())) {
    return std::unexpected(
        smtp::Reply{452, "4.3.1", {"There is no space for mail now; try again later."}});
  }
  book_ = parts_.books.current();
  from_ = party_of(mail.from.mailbox);
  refusals_recorded_.clear();
  policy::SendDecision decision = policy::may_send(*book_, client_, from_, parts_.shard.wall_now());
  who_ = decision.who;
  if (decision.denial) return std::unexpected(reply_for(*decision.denial, decision.account));
  smtp::SenderAdmission admission;
  if (who_ != nullptr) admission.kind = smtp::SenderAdmission::Kind::internal;
  return admission;
}

std::expected<smtp::RecipientAdmission, smtp::Reply> Session::may_receive(const smtp::Path& to) {
  policy::ReceiveDecision decision = policy::may_receive(
      *book_, client_, who_, from_, party_of(to.mailbox), home_, parts_.shard.wall_now());
  if (decision.denial) return std::unexpected(reply_for(*decision.denial, decision.account));
  smtp::RecipientAdmission admission;
  admission.account = decision.account;
  admission.domain = decision.domain;
  admission.leg =
      decision.toward == policy::Toward::inside ? queue::Leg::internal : queue::Leg::external;
  const std::string& own = parts_.settings.own_mailbox;
  const bool is_own = !own.empty() && to.mailbox && base::iequals(to.mailbox->local, own);
  if (is_own && admission.leg == queue::Leg::internal) admission.leg = queue::Leg::gateway;
  return admission;
}

smtp::Reply Session::reply_for(const policy::Denial& denial, base::AccountId account) {
  if (denial.for_tls) record_refusal(denial, account);
  return smtp::Reply{denial.reply, denial.enhanced, {denial.text}};
}

void Session::record_refusal(const policy::Denial& denial, base::AccountId account) {
  // A refused message is one refusal, however many recipients it has.
  if (std::ranges::find(refusals_recorded_, account) != refusals_recorded_.end()) return;
  if (!parts_.refusals.spend(parts_.shard.now())) return;
  refusals_recorded_.push_back(account);
  policy::ReceiptVerdict judged =
      policy::judge_receipt(*book_, account, client_, who_, from_, parts_.shard.wall_now());
  judged.denial = denial;
  const ReceiptScene scene{
      client_, who_, from_, dialogue_->hello(), parts_.settings.node, parts_.shard.wall_now()};
  spool::Settlement settlement;
  settlement.evidence.push_back(
      receipt_attempt(scene, account, judged, queue::AttemptOutcome::refused));
  parts_.sessions.start(
      write_evidence(parts_.spool, parts_.shard, std::move(settlement), parts_.events));
}

queue::Attempt Session::attempt_for(base::AccountId account, base::Instant now) const {
  const policy::ReceiptVerdict judged =
      policy::judge_receipt(*book_, account, client_, who_, from_, now);
  const ReceiptScene scene{client_, who_, from_, dialogue_->hello(), parts_.settings.node, now};
  return receipt_attempt(scene, account, judged, queue::AttemptOutcome::accepted);
}

void Session::refused(std::string_view phrase, const smtp::Reply& reply) {
  const std::string reason = std::to_string(reply.code) + " " + reply.enhanced;
  parts_.metrics.add(observe::Metric::receipt_refusals_total, reason);
  parts_.events.emit(observe::Event::receipt_refused, {{"listener", listener_.name},
                                                       {"peer", client_.address.to_string()},
                                                       {"helo", dialogue_->hello()},
                                                       {"while", std::string(phrase)},
                                                       {"reply", reply.one_line()}});
}

}  // namespace postern::receipt
