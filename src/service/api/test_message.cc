#include "service/api/test_message.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace postern::api {

namespace {

std::string address_of(const smtp::Mailbox& to) { return to.local + "@" + to.domain.text(); }

std::string compose(const std::string& hostname, const std::string& to, base::MessageId id,
                    base::Instant now) {
  return fmt::format(
      "From: Postern <postmaster@{0}>\r\n"
      "To: <{1}>\r\n"
      "Subject: Test message\r\n"
      "Date: {2}\r\n"
      "Message-ID: <{3}.test@{0}>\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "\r\n"
      "An administrator of the mail gateway {0} tested the route to your mail server\r\n"
      "and asked for this message. It arrived: nothing needs to be done.\r\n",
      hostname, to, base::rfc5322_date(now), base::queue_id(id));
}

}  // namespace

net::Task<base::Result<base::MessageId>> TestMessages::send(base::AccountId account,
                                                            smtp::Mailbox to) {
  const std::string address = address_of(to);
  auto upload = needs_.spool.begin(needs_.shard);
  const base::Instant now = needs_.shard.wall_now();
  std::string body = compose(needs_.hostname, address, upload->id(), now);
  auto appended = co_await upload->append(body);
  if (!appended) co_return std::unexpected(appended.error());
  queue::Envelope envelope;
  envelope.account = account;
  envelope.smtputf8 = !base::is_ascii(address);
  if (envelope.smtputf8) envelope.body = queue::BodyType::eight_bit;
  envelope.accepted = now;
  envelope.size = static_cast<std::int64_t>(body.size());
  envelope.from_host = "the web application";
  queue::Destination destination;
  destination.domain = to.domain;
  destination.leg = queue::Leg::internal;
  destination.recipients.push_back({address, "", 0});
  std::vector<queue::Destination> destinations;
  destinations.push_back(std::move(destination));
  std::vector<queue::Attempt> evidence;
  auto accepted = co_await needs_.spool.commit(needs_.shard, std::move(upload), envelope,
                                               std::move(destinations), std::move(evidence));
  if (!accepted) co_return std::unexpected(accepted.error());
  receipt::AcceptedMessage message;
  message.id = accepted->message;
  message.envelope = std::make_shared<const queue::Envelope>(std::move(envelope));
  message.body = std::make_shared<const std::string>(std::move(body));
  message.deliveries = std::move(accepted->deliveries);
  needs_.sink.accepted(std::move(message));
  co_return accepted->message;
}

}  // namespace postern::api
