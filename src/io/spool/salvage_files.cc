#include "io/spool/salvage_files.h"

#include <algorithm>

#include "core/base/json_writer.h"
#include "io/crypto/secret_file.h"
#include "io/spool/crc32c.h"
#include "io/spool/segment_format.h"

namespace postern::spool {
namespace {

struct Piece {
  std::uint32_t position = 0;
  std::string bytes;
};
using Pieces = std::map<std::int64_t, std::vector<Piece>>;

void write_recipients(base::JsonWriter& json, const MessageInfo& message) {
  json.key("recipients").begin_array();
  for (const queue::Delivery& delivery : message.deliveries) {
    for (const queue::Recipient& recipient : delivery.destination.recipients) {
      json.begin_object().field("address", recipient.address);
      json.field("domain", delivery.destination.domain.text());
      json.field("last", delivery.last.text).end_object();
    }
  }
  json.end_array();
}

base::Result<> save(const std::string& folder, base::MessageId id, std::string_view body,
                    const std::string& json) {
  const std::string stem = folder + "/" + base::queue_id(id);
  if (auto written = crypto::write_secret(stem + ".eml", body); !written) return written;
  return crypto::write_secret(stem + ".json", json + "\n");
}

// Headers stand at multiples of 8; after one that is damaged the next sound one is looked for.
void read_segment(const SegmentFile& file, std::int64_t bytes, Pieces& pieces) {
  HeaderBytes header{};
  for (std::int64_t at = kFileHeaderBytes; at + kExtentHeaderBytes <= bytes;) {
    if (!file.read({{header.data(), header.size()}}, at)) return;
    const auto decoded = decode_extent_header(header);
    const bool fits = decoded && decoded->length >= 0 && decoded->length <= kExtentBytes &&
                      at + kExtentHeaderBytes + decoded->length <= bytes;
    if (!fits) {
      at += kAlignment;
      continue;
    }
    std::string body(static_cast<std::size_t>(decoded->length), '\0');
    const bool read = body.empty() ||
                      file.read({{body.data(), body.size()}}, at + kExtentHeaderBytes).has_value();
    if (read && crc32c({body.data(), body.size()}, 0) == decoded->checksum) {
      pieces[decoded->message.value].push_back({decoded->position, std::move(body)});
    }
    at = end_of_extent(at, decoded->length);
  }
}

}  // namespace

base::Result<> save_message(const std::string& folder, const MessageInfo& message,
                            std::string_view body) {
  const queue::Envelope& envelope = message.envelope;
  base::JsonWriter json;
  json.begin_object().field("id", base::queue_id(message.id)).field("sender", envelope.sender);
  json.field("accepted", base::rfc3339(envelope.accepted)).field("from_host", envelope.from_host);
  json.field("account", envelope.account.value);
  json.field("eight_bit", envelope.body == queue::BodyType::eight_bit);
  json.field("smtputf8", envelope.smtputf8).field("require_tls", envelope.require_tls);
  json.field("tls_required_no", envelope.tls_required_no);
  json.field("dsn_return", envelope.dsn_return).field("dsn_envelope_id", envelope.dsn_envelope_id);
  write_recipients(json, message);
  json.end_object();
  return save(folder, message.id, body, json.text());
}

base::Result<> save_body(const std::string& folder, base::MessageId id, std::string_view body) {
  base::JsonWriter json;
  json.begin_object().field("id", base::queue_id(id)).key("sender").null();
  json.key("recipients").null();
  json.field("note",
             "The envelope is lost with the queue database. The message may have been "
             "delivered already, and its end may be missing.");
  json.end_object();
  return save(folder, id, body, json.text());
}

base::Result<std::map<std::int64_t, std::string>> bodies_of_segments(Segments& segments) {
  auto found = segments.list();
  if (!found) return std::unexpected(found.error());
  Pieces pieces;
  for (const Segments::Found& one : *found) {
    auto file = segments.open(one.number);
    if (file) read_segment(**file, one.bytes, pieces);
  }
  std::map<std::int64_t, std::string> bodies;
  for (auto& [id, parts] : pieces) {
    std::ranges::sort(parts, {}, &Piece::position);
    std::string body;
    std::uint32_t next = 0;
    for (const Piece& part : parts) {
      if (part.position > next) break;
      if (part.position < next) continue;  // moved together: the old copy is still there
      body += part.bytes;
      ++next;
    }
    if (next > 0) bodies[id] = std::move(body);
  }
  return bodies;
}

}  // namespace postern::spool
