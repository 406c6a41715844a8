#include "io/spool/read_rows.h"

#include <fmt/format.h>

#include "io/spool/id_source.h"
#include "io/spool/json_text.h"
#include "io/spool/leg_number.h"

namespace postern::spool {
namespace {

constexpr std::int64_t kMessagesASlice = 5000;
constexpr std::int64_t kWaitingASlice = 50'000;  // few columns, no JSON

#define POSTERN_MESSAGE_COLUMNS                                                          \
  "id, account, sender, eight_bit, smtputf8, require_tls, tls_required_no, dsn_return, " \
  "dsn_envelope_id, accepted, size, from_host, first_delivery, deliveries"
#define POSTERN_DELIVERY_COLUMNS                                                        \
  "id, message, account, domain, internal, recipients, held, accepted, due, attempts, " \
  "delay_notified, code, enhanced, text, host, diagnostic"

constexpr int kFirstDelivery = 12;
constexpr int kDeliveries = 13;

queue::Envelope envelope_of(const Statement& row) {
  queue::Envelope e;
  e.account = {row.integer(1)};
  e.sender = row.text(2);
  e.body = row.integer(3) != 0 ? queue::BodyType::eight_bit : queue::BodyType::seven_bit;
  e.smtputf8 = row.integer(4) != 0;
  e.require_tls = row.integer(5) != 0;
  e.tls_required_no = row.integer(6) != 0;
  e.dsn_return = row.text(7);
  e.dsn_envelope_id = row.text(8);
  e.accepted = base::instant(row.integer(9));
  e.size = row.integer(10);
  e.from_host = row.text(11);
  return e;
}

base::Result<queue::Delivery> delivery_of(const Statement& row) {
  queue::Delivery d;
  d.id = {row.integer(0)};
  d.message = {row.integer(1)};
  d.account = {row.integer(2)};
  auto domain = dns::Domain::from_ascii(row.text(3));
  if (!domain) return std::unexpected(std::move(domain.error()));
  d.destination.domain = std::move(*domain);
  d.destination.leg = leg_of(row.integer(4));
  auto recipients = parse_recipients(row.text(5));
  if (!recipients) return std::unexpected(std::move(recipients.error()));
  d.destination.recipients = std::move(*recipients);
  d.state = row.integer(6) != 0 ? queue::State::held : queue::State::queued;
  d.accepted = base::instant(row.integer(7));
  d.due = base::instant(row.integer(8));
  d.attempts = static_cast<int>(row.integer(9));
  d.delay_notified = row.integer(10) != 0;
  d.last = {.code = std::string(row.text(11)),
            .enhanced = std::string(row.text(12)),
            .text = std::string(row.text(13)),
            .host = std::string(row.text(14)),
            .diagnostic = std::string(row.text(15))};
  return d;
}

base::Failure not_found(base::MessageId id) {
  return {"not-found",
          fmt::format("The queue has no message {}: it was delivered, bounced or removed.",
                      base::queue_id(id)),
          {}};
}

}  // namespace

bool ListFilter::matches(const queue::Delivery& delivery) const {
  const std::string& to = delivery.destination.domain.text();
  return (!account || delivery.account == *account) && (domain.empty() || to == domain) &&
         (!places || places->contains({delivery.account, to})) &&
         (!state || delivery.state == *state);
}

base::Result<ReadRows> ReadRows::open(Connection connection) {
  ReadRows rows(std::move(connection));
  const std::pair<Statement ReadRows::*, std::string_view> statements[] = {
      {&ReadRows::due_then_,
       "SELECT " POSTERN_DELIVERY_COLUMNS
       " FROM delivery WHERE held = 0 AND due = ? AND id > ? ORDER BY id LIMIT ?"},
      {&ReadRows::due_later_,
       "SELECT " POSTERN_DELIVERY_COLUMNS
       " FROM delivery WHERE held = 0 AND due > ? AND due <= ? ORDER BY due, id LIMIT ?"},
      {&ReadRows::next_due_, "SELECT min(due) FROM delivery WHERE held = 0 AND due > ?"},
      {&ReadRows::message_, "SELECT " POSTERN_MESSAGE_COLUMNS " FROM message WHERE id = ?"},
      {&ReadRows::messages_,
       "SELECT " POSTERN_MESSAGE_COLUMNS " FROM message WHERE id > ? ORDER BY id LIMIT ?"},
      {&ReadRows::deliveries_,
       "SELECT " POSTERN_DELIVERY_COLUMNS " FROM delivery WHERE id BETWEEN ? AND ? ORDER BY id"},
      {&ReadRows::extents_,
       "SELECT segment, offset, length FROM extent WHERE message = ? ORDER BY position"},
      {&ReadRows::oldest_, "SELECT accepted FROM message ORDER BY id LIMIT 1"},
      {&ReadRows::waiting_,
       "SELECT id, account, domain, internal, code FROM delivery WHERE id > ? ORDER BY id LIMIT ?"},
  };
  for (const auto& [member, sql] : statements) {
    auto prepared = rows.connection_.prepare(sql);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    rows.*member = std::move(*prepared);
  }
  return rows;
}

// In two steps, so that SQLite finds the cursor's place at once even if a million deliveries are
// due at one moment, as after a retry of everything.
base::Result<std::vector<queue::Delivery>> ReadRows::due(Spool::Cursor after, base::Instant until,
                                                         std::size_t limit) {
  std::vector<queue::Delivery> found;
  if (after.due <= until) {
    due_then_.bind_all(base::micros(after.due), after.id.value, static_cast<std::int64_t>(limit));
    if (auto done = collect(due_then_, limit, found); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  if (found.size() < limit) {
    due_later_.bind_all(base::micros(after.due), base::micros(until),
                        static_cast<std::int64_t>(limit - found.size()));
    if (auto done = collect(due_later_, limit, found); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  return found;
}

base::Result<> ReadRows::collect(Statement& statement, std::size_t limit,
                                 std::vector<queue::Delivery>& into) {
  while (into.size() < limit) {
    auto row = statement.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    auto delivery = delivery_of(statement);
    if (!delivery) {
      statement.reset();
      return std::unexpected(std::move(delivery.error()));
    }
    into.push_back(std::move(*delivery));
  }
  statement.reset();
  return {};
}

base::Result<std::optional<base::Instant>> ReadRows::next_due(base::Instant after) {
  next_due_.bind_all(base::micros(after));
  auto row = next_due_.step();
  if (!row) return std::unexpected(std::move(row.error()));
  std::optional<base::Instant> next;
  if (*row && !next_due_.is_null(0)) next = base::instant(next_due_.integer(0));
  next_due_.reset();
  return next;
}

base::Result<MessageInfo> ReadRows::message(base::MessageId id) {
  message_.bind_all(id.value);
  auto row = message_.step();
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) {
    message_.reset();
    return std::unexpected(not_found(id));
  }
  MessageInfo info{.id = id, .envelope = envelope_of(message_), .deliveries = {}};
  const std::int64_t first = message_.integer(kFirstDelivery);
  const std::int64_t count = message_.integer(kDeliveries);
  message_.reset();
  auto found = deliveries(first, count);
  if (!found) return std::unexpected(std::move(found.error()));
  info.deliveries = std::move(*found);
  return info;
}

base::Result<std::vector<queue::Delivery>> ReadRows::deliveries(std::int64_t first,
                                                                std::int64_t count) {
  std::vector<queue::Delivery> found;
  deliveries_.bind_all(first, first + (count - 1) * IdSource::kStep);
  auto done = collect(deliveries_, static_cast<std::size_t>(count), found);
  if (!done) return std::unexpected(std::move(done.error()));
  return found;
}

base::Result<StoredMessage> ReadRows::stored(base::MessageId id) {
  message_.bind_all(id.value);
  auto row = message_.step();
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) {
    message_.reset();
    return std::unexpected(not_found(id));
  }
  StoredMessage stored{.envelope = envelope_of(message_), .extents = {}};
  message_.reset();
  extents_.bind_all(id.value);
  for (;;) {
    row = extents_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    stored.extents.push_back({.segment = extents_.integer(0),
                              .offset = extents_.integer(1),
                              .length = extents_.integer(2)});
  }
  extents_.reset();
  // Every message has an extent; none means that it went between the two questions.
  if (stored.extents.empty()) return std::unexpected(not_found(id));
  return stored;
}

base::Result<std::optional<base::Instant>> ReadRows::oldest() {
  auto row = oldest_.step();
  if (!row) return std::unexpected(std::move(row.error()));
  std::optional<base::Instant> oldest;
  if (*row) oldest = base::instant(oldest_.integer(0));
  oldest_.reset();
  return oldest;
}

base::Result<ReadRows::WaitingSlice> ReadRows::add_waiting(std::optional<base::AccountId> account,
                                                           WaitingSlice sums) {
  waiting_.bind_all(sums.next.value, kWaitingASlice);
  std::int64_t seen = 0;
  for (;;) {
    auto row = waiting_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    ++seen;
    sums.next = {waiting_.integer(0)};
    const std::string_view code = waiting_.text(4);
    const base::AccountId owner{waiting_.integer(1)};
    if ((account && owner != *account) || code.empty()) continue;
    const queue::Leg leg = leg_of(waiting_.integer(3));
    ++sums.deliveries[{owner, std::string(waiting_.text(2)), leg, std::string(code)}];
  }
  waiting_.reset();
  sums.is_last = seen < kWaitingASlice;
  return sums;
}

base::Result<ReadRows::Slice> ReadRows::list(const ListFilter& filter, base::MessageId after,
                                             std::size_t limit) {
  Slice slice;
  slice.next = after;
  slice.is_last = true;
  messages_.bind_all(after.value, kMessagesASlice);
  std::int64_t seen = 0;
  while (slice.messages.size() < limit) {
    auto row = messages_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    ++seen;
    slice.next = {messages_.integer(0)};
    if (filter.account && messages_.integer(1) != filter.account->value) continue;
    auto found = deliveries(messages_.integer(kFirstDelivery), messages_.integer(kDeliveries));
    if (!found) {
      messages_.reset();
      return std::unexpected(std::move(found.error()));
    }
    std::erase_if(*found, [&](const queue::Delivery& d) { return !filter.matches(d); });
    if (found->empty()) continue;
    slice.messages.push_back(
        {.id = slice.next, .envelope = envelope_of(messages_), .deliveries = std::move(*found)});
  }
  slice.is_last = seen < kMessagesASlice && slice.messages.size() < limit;
  messages_.reset();
  return slice;
}

}  // namespace postern::spool
