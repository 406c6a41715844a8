#include "service/admin/queue_json.h"

#include "core/base/ids.h"
#include "core/base/text.h"
#include "core/base/time.h"

namespace postern::admin {

namespace {

void write_recipients(base::JsonWriter& json, const queue::Destination& destination) {
  json.key("recipients").begin_array();
  for (const queue::Recipient& recipient : destination.recipients) {
    json.value(base::printable(recipient.address));
  }
  json.end_array();
}

void write_status(base::JsonWriter& json, const queue::Status& status) {
  json.key("last").begin_object();
  json.field("code", status.code).field("enhanced", status.enhanced).field("text", status.text);
  json.field("host", status.host).field("diagnostic", status.diagnostic);
  json.end_object();
}

void write_delivery(base::JsonWriter& json, const queue::Delivery& delivery) {
  json.begin_object();
  json.field("id", delivery.id.value);
  json.field("domain", delivery.destination.domain.text());
  json.field("leg", queue::leg_text(delivery.destination.leg));
  json.field("state", delivery.state == queue::State::held ? "held" : "queued");
  json.field("due", base::rfc3339(delivery.due));
  json.field("attempts", delivery.attempts);
  json.field("delay_notified", delivery.delay_notified);
  write_recipients(json, delivery.destination);
  if (!delivery.last.code.empty()) write_status(json, delivery.last);
  json.end_object();
}

}  // namespace

void write_message(base::JsonWriter& json, const spool::MessageInfo& message) {
  const queue::Envelope& envelope = message.envelope;
  json.begin_object();
  json.field("id", base::queue_id(message.id));
  json.field("account_id", envelope.account.value);
  json.field("sender", base::printable(envelope.sender));
  json.field("size", envelope.size);
  json.field("accepted", base::rfc3339(envelope.accepted));
  json.field("from_host", base::printable(envelope.from_host));
  json.field("body", envelope.body == queue::BodyType::eight_bit ? "8bitmime" : "7bit");
  json.field("smtputf8", envelope.smtputf8);
  json.key("deliveries").begin_array();
  for (const queue::Delivery& delivery : message.deliveries) write_delivery(json, delivery);
  json.end_array();
  json.end_object();
}

void write_counts(base::JsonWriter& json, const spool::QueueCounts& counts) {
  json.begin_object();
  json.field("messages", counts.messages).field("deliveries", counts.deliveries);
  json.field("held", counts.held).field("bytes", counts.bytes);
  json.field("disk_bytes", counts.disk_bytes);
  json.key("oldest");
  if (counts.oldest) {
    json.value(base::rfc3339(*counts.oldest));
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace postern::admin
