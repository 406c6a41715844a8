#include "core/smtp/server_transaction.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"

namespace postern::smtp {
namespace {

// As written, except that a domain in U-labels becomes A-labels: those need no SMTPUTF8 further on.
std::string address_of(const Mailbox& mailbox) {
  if (mailbox.literal || base::is_ascii(mailbox.domain_as_written)) return mailbox.text();
  return mailbox.local + "@" + mailbox.domain.text();
}

}  // namespace

void ServerTransaction::begin(MailCommand mail, SenderAdmission admission) {
  reset();
  open_ = true;
  mail_ = std::move(mail);
  admission_ = admission;
}

std::string ServerTransaction::sender() const {
  return mail_.from.mailbox ? address_of(*mail_.from.mailbox) : std::string();
}

bool ServerTransaction::is_new_account(base::AccountId account) const {
  return std::ranges::none_of(
      copies_, [account](const MessageCopy& copy) { return copy.envelope.account == account; });
}

void ServerTransaction::add(const RcptCommand& rcpt, const RecipientAdmission& admission) {
  ++recipients_;
  auto copy = std::ranges::find_if(copies_, [&](const MessageCopy& known) {
    return known.envelope.account == admission.account;
  });
  if (copy == copies_.end()) {
    copy = copies_.emplace(copies_.end());
    copy->envelope.account = admission.account;
  }
  auto destination = std::ranges::find_if(copy->destinations, [&](const queue::Destination& known) {
    return known.domain == admission.domain && known.leg == admission.leg;
  });
  if (destination == copy->destinations.end()) {
    destination = copy->destinations.emplace(destination);
    destination->domain = admission.domain;
    destination->leg = admission.leg;
  }
  queue::Recipient recipient;
  recipient.address =
      rcpt.to.mailbox ? address_of(*rcpt.to.mailbox) : "postmaster@" + admission.domain.text();
  recipient.original = rcpt.original;
  recipient.notify = rcpt.notify;
  const bool known = std::ranges::any_of(destination->recipients, [&](const queue::Recipient& r) {
    return r.address == recipient.address;
  });
  if (!known) destination->recipients.push_back(std::move(recipient));
}

std::string ServerTransaction::only_recipient(std::size_t copy) const {
  const auto& destinations = copies_[copy].destinations;
  if (destinations.size() != 1 || destinations.front().recipients.size() != 1) return {};
  return destinations.front().recipients.front().address;
}

std::vector<MessageCopy> ServerTransaction::take(const Begun& begun, const ServerContent& content,
                                                 const std::vector<std::int64_t>& sizes,
                                                 const std::string& from_host) {
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    queue::Envelope& envelope = copies_[i].envelope;
    envelope.sender = sender();
    // A message that was declared 7BIT and is not would be mangled on its way: believe the bytes.
    const bool eight_bit = mail_.body == queue::BodyType::eight_bit || content.eight_bit();
    envelope.body = eight_bit ? queue::BodyType::eight_bit : queue::BodyType::seven_bit;
    envelope.smtputf8 = mail_.smtputf8;
    envelope.require_tls = mail_.require_tls;
    // RFC 8689 4.1: the stronger word of the sender counts.
    envelope.tls_required_no = content.header().tls_required_no && !mail_.require_tls;
    envelope.dsn_return = mail_.dsn_return;
    envelope.dsn_envelope_id = mail_.dsn_envelope_id;
    envelope.accepted = begun.time;
    envelope.size = sizes[i];
    envelope.from_host = from_host;
    copies_[i].id = begun.ids[i];
  }
  std::vector<MessageCopy> copies = std::move(copies_);
  reset();
  return copies;
}

}  // namespace postern::smtp
