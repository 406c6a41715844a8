#include "core/smtp/client_transaction.h"

#include <algorithm>
#include <utility>

#include "core/smtp/client_envelope.h"
#include "core/smtp/client_status.h"
#include "core/smtp/dot_stuffing.h"

namespace postern::smtp {
namespace {

using Fate = RecipientResult::Fate;

// RFC 2920 3.1: replies to a flight must fit into the peer's window while we write.
constexpr std::size_t kRecipientsPerFlight = 100;
// A larger body waits until the peer has taken the envelope: it may well refuse it.
constexpr std::size_t kBodyPerFlight = 32 * 1024;

}  // namespace

std::expected<Proved, tls::Unmet> Proved::by(const tls::Requirement& requirement,
                                             const tls::Observation& observation) {
  tls::Verdict verdict = tls::judge(requirement, observation);
  if (verdict.unmet) return std::unexpected(*std::move(verdict.unmet));
  return Proved(std::move(verdict));
}

ClientTransaction::ClientTransaction(Proved proved, const Capabilities& peer,
                                     const ClientSetup& setup, Ends ends, Before before,
                                     OutgoingMessage message, ClientVoice& voice)
    : proved_(std::move(proved)),
      peer_(peer),
      setup_(setup),
      ends_(ends),
      before_(before),
      message_(message),
      voice_(voice),
      accepted_(message.recipients.size()) {
  result_.recipients.resize(message.recipients.size());
  result_.dsn_passed = peer.dsn;
}

void ClientTransaction::begin() {
  // RFC 1870 6.1: a message that the peer said it will not take is not offered.
  if (peer_.size_limit > 0 && message_.size > peer_.size_limit) {
    fail_all("message-too-large", "5.3.4",
             setup_.label + " takes messages up to " + std::to_string(peer_.size_limit) +
                 " bytes, and this one has " + std::to_string(message_.size) + ".");
    return;
  }
  const queue::Envelope& envelope = *message_.envelope;
  const bool lacks_eight_bit = envelope.body == queue::BodyType::eight_bit && !peer_.eight_bit_mime;
  const bool lacks_utf8 = envelope.smtputf8 && !peer_.smtputf8;
  if (ends_ == Ends::with_message && (lacks_eight_bit || lacks_utf8)) {
    stage_ = Stage::inspecting;
    return;
  }
  send_envelope();
}

void ClientTransaction::on_inspected(const BodyTraits& traits) {
  if (traits.utf8_headers && !peer_.smtputf8) {
    fail_all("smtputf8-not-supported", "5.6.7",
             setup_.label +
                 " does not take messages with international headers (SMTPUTF8), and these "
                 "headers cannot be written without them.");
    return;
  }
  if (traits.eight_bit && !peer_.eight_bit_mime) {
    if (traits.sealed) {
      fail_all("eightbit-not-supported", "5.6.3",
               setup_.label + " does not take 8-bit text (8BITMIME), and the message cannot be " +
                   "converted: " + *traits.sealed + ".");
      return;
    }
    convert_ = true;
  }
  send_envelope();
}

void ClientTransaction::send_envelope() {
  stage_ = Stage::envelope;
  const queue::Envelope& envelope = *message_.envelope;
  const auto sender = address_for_peer(envelope.sender, peer_.smtputf8 && envelope.smtputf8);
  if (!sender) {
    fail_all("smtputf8-not-supported", "5.6.7",
             setup_.label + " does not take international addresses (SMTPUTF8), and the sender's " +
                 "address cannot be written without them.");
    return;
  }
  if (before_ == Before::reset) {
    voice_.say("RSET");
    expect(Answer::reset);
  }
  MailParameters parameters;
  parameters.encrypted = setup_.observation.encrypted();
  if (!convert_ && message_.size > 0) parameters.size = message_.size;
  voice_.say(mail_command(*sender, envelope, peer_, parameters));
  expect(Answer::mail);
  if (peer_.pipelining) send_recipients();
}

// Names recipients: all that fit into a flight with PIPELINING, else the next one. The last flight
// takes the data command along.
void ClientTransaction::send_recipients() {
  const bool utf8 = peer_.smtputf8 && message_.envelope->smtputf8;
  std::size_t room = peer_.pipelining ? kRecipientsPerFlight : 1;
  while (room > 0 && next_recipient_ < message_.recipients.size()) {
    const std::size_t index = next_recipient_++;
    const auto address = address_for_peer(message_.recipients[index].address, utf8);
    if (address) {
      send_recipient(index, *address);
      --room;
      continue;
    }
    settle(index,
           failed_for_good("smtputf8-not-supported", "5.6.7",
                           setup_.label + " does not take international addresses (SMTPUTF8), and "
                                          "this one cannot be written without them."));
  }
  const bool all_named = next_recipient_ == message_.recipients.size();
  if (all_named && peer_.pipelining && outstanding() > 0 && may_fly_with_envelope()) send_data();
  if (outstanding() == 0) advance();
}

void ClientTransaction::send_recipient(std::size_t index, std::string_view address) {
  voice_.say(recipient_command(address, message_.recipients[index], peer_));
  expect(Answer::recipient, index);
}

bool ClientTransaction::uses_chunks() const { return peer_.chunking && !convert_; }

bool ClientTransaction::may_fly_with_envelope() const {
  if (ends_ == Ends::after_envelope) return false;
  // Nobody to send it to, as far as we know already.
  const bool hopeless =
      std::ranges::none_of(expected_, [](const Expected& e) { return e.to == Answer::recipient; });
  if (hopeless) return false;
  if (!uses_chunks()) return true;  // DATA alone: the body waits for its 354
  return message_.body && message_.body->size() <= kBodyPerFlight;
}

void ClientTransaction::send_data() {
  data_sent_ = true;
  if (!uses_chunks()) {
    voice_.say("DATA");
    expect(Answer::data);
  } else if (message_.body) {
    send_chunk();
  } else {
    stage_ = Stage::body;
  }
}

void ClientTransaction::send_chunk() {
  voice_.say("BDAT " + std::to_string(message_.body->size()) + " LAST");
  voice_.raw() += *message_.body;
  expect(Answer::last);
}

void ClientTransaction::on_reply(const Reply& reply) {
  result_.began = true;
  const Expected expected = expected_[answered_++];
  switch (expected.to) {
    case Answer::reset:
      break;  // whatever it says, MAIL will show whether the peer is ready
    case Answer::mail:
      on_mail(reply);
      break;
    case Answer::recipient:
      on_recipient(expected.recipient, reply);
      break;
    case Answer::data:
      on_data(reply);
      break;
    case Answer::last:
      on_last(reply);
      break;
  }
  if (outstanding() == 0) advance();
}

void ClientTransaction::on_mail(const Reply& reply) {
  open_ = reply.positive();
  if (!open_)
    settle_all(result_of_reply(reply, "sender-refused", setup_.label, "taking the sender"));
}

void ClientTransaction::on_recipient(std::size_t index, const Reply& reply) {
  if (reply.positive()) {
    // A server that takes recipients after it refused the sender is broken: there is no message.
    if (open_) accepted_[index] = true;
    return;
  }
  RecipientResult result =
      result_of_reply(reply, "recipient-refused", setup_.label, "taking the recipient");
  // RFC 5321 4.5.3.1.10: 552 for "too many recipients" is to be read as 452.
  if (reply.code == 552 && reply.enhanced != "5.2.2") result.fate = Fate::deferred;
  if (result.fate == Fate::deferred)
    result.status.enhanced = with_class(result.status.enhanced, '4');
  settle(index, result);
}

void ClientTransaction::on_data(const Reply& reply) {
  if (!reply.intermediate()) {
    settle_all(result_of_reply(reply, "message-refused", setup_.label, "taking the message"));
    return;
  }
  if (!any_accepted()) {
    // RFC 2920 3.1: the peer waits for a body although it took no recipient; an empty one ends
    // that.
    voice_.raw() += ".\r\n";
    expect(Answer::last);
    return;
  }
  if (message_.body && !convert_) {
    DotStuffer stuffer;
    stuffer.add(*message_.body, voice_.raw());
    stuffer.finish(voice_.raw());
    expect(Answer::last);
    return;
  }
  stage_ = Stage::body;
}

void ClientTransaction::on_last(const Reply& reply) {
  // RFC 3030 2: after a BDAT that failed the peer's state is undefined until RSET.
  open_ = uses_chunks() && !reply.positive();
  RecipientResult result{Fate::delivered, {}};
  if (reply.positive()) {
    result.status.code = "delivered";
    result.status.enhanced = reply.enhanced.empty() ? "2.0.0" : reply.enhanced;
    result.status.text = setup_.label + " took the message.";
    result.status.host = setup_.label;
    result.status.diagnostic = reply.one_line();
  } else {
    result = result_of_reply(reply, "message-refused", setup_.label, "taking the message");
  }
  for (std::size_t i = 0; i < accepted_.size(); ++i) {
    if (accepted_[i]) settle(i, result);
  }
}

void ClientTransaction::on_body_sent() {
  expect(Answer::last);
  stage_ = Stage::envelope;
}

// All that was asked is answered: what comes next?
void ClientTransaction::advance() {
  if (stage_ == Stage::body || stage_ == Stage::over) return;
  const bool sender_taken = open_ && answered_ > 0;
  if (sender_taken && next_recipient_ < message_.recipients.size()) return send_recipients();
  if (sender_taken && any_accepted() && !data_sent_ && ends_ == Ends::with_message) {
    return send_data();
  }
  if (ends_ == Ends::after_envelope) {
    RecipientResult taken{Fate::delivered, {}};
    taken.status.code = "accepted";
    taken.status.enhanced = "2.1.5";
    taken.status.text = setup_.label + " would take mail for this recipient.";
    taken.status.host = setup_.label;
    for (std::size_t i = 0; i < accepted_.size(); ++i) {
      if (accepted_[i]) settle(i, taken);
    }
  }
  stage_ = Stage::over;
}

void ClientTransaction::on_closed(const queue::Status& status, Loss loss) {
  const bool body_is_out =
      std::ranges::any_of(expected_, [](const Expected& e) { return e.to == Answer::last; });
  const bool asked_for_verdict = body_is_out && outstanding() > 0;
  result_.unknown = asked_for_verdict && loss == Loss::broken;
  result_.host_failed = !result_.unknown;
  settle_all({Fate::deferred, status});
  answered_ = expected_.size();
  open_ = false;
  stage_ = Stage::over;
}

ClientTransaction::Wants ClientTransaction::wants() const {
  if (stage_ == Stage::inspecting) return Wants::inspection;
  if (outstanding() > 0) return Wants::replies;
  return stage_ == Stage::body ? Wants::body : Wants::nothing;
}

SendBody ClientTransaction::body_step() const {
  return {uses_chunks() ? Framing::chunk : Framing::dotted,
          convert_ ? Conversion::seven_bit : Conversion::none};
}

std::chrono::milliseconds ClientTransaction::timeout() const {
  switch (expected_[answered_].to) {
    case Answer::reset:
    case Answer::mail:
      return setup_.timeouts.mail;
    case Answer::recipient:
      return setup_.timeouts.recipient;
    case Answer::data:
      return setup_.timeouts.data;
    case Answer::last:
      return setup_.timeouts.final_dot;
  }
  return setup_.timeouts.mail;
}

std::string_view ClientTransaction::phrase() const {
  if (stage_ == Stage::inspecting) return "looking at the message";
  if (outstanding() == 0) return "sending the message";
  switch (expected_[answered_].to) {
    case Answer::reset:
      return "starting a new message";
    case Answer::mail:
      return "naming the sender";
    case Answer::recipient:
      return "naming a recipient";
    case Answer::data:
      return "asking to send the message";
    case Answer::last:
      return "waiting for the answer to the message";
  }
  return "";
}

bool ClientTransaction::any_accepted() const {
  return std::ranges::find(accepted_, true) != accepted_.end();
}

void ClientTransaction::settle(std::size_t index, RecipientResult result) {
  if (result_.recipients[index].fate == Fate::pending)
    result_.recipients[index] = std::move(result);
}

void ClientTransaction::settle_all(const RecipientResult& result) {
  for (std::size_t i = 0; i < result_.recipients.size(); ++i) settle(i, result);
}

void ClientTransaction::fail_all(std::string code, std::string enhanced, std::string text) {
  settle_all(failed_for_good(std::move(code), std::move(enhanced), std::move(text)));
  result_.began = true;  // decided by what the peer announced
  stage_ = Stage::over;
}

}  // namespace postern::smtp
