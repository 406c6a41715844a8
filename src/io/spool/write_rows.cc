#include "io/spool/write_rows.h"

#include <utility>

#include "io/spool/id_source.h"
#include "io/spool/leg_number.h"

namespace postern::spool {

base::Result<WriteRows> WriteRows::open(Connection connection) {
  WriteRows rows(std::move(connection));
  const std::pair<Statement WriteRows::*, std::string_view> statements[] = {
      {&WriteRows::begin_, "BEGIN IMMEDIATE"},
      {&WriteRows::commit_, "COMMIT"},
      {&WriteRows::roll_back_, "ROLLBACK"},
      {&WriteRows::insert_message_,
       "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&WriteRows::insert_extent_, "INSERT INTO extent VALUES (?, ?, ?, ?, ?)"},
      {&WriteRows::insert_delivery_,
       "INSERT INTO delivery (id, message, account, domain, internal, recipients, held, accepted,"
       " due, attempts, delay_notified) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, 0, 0)"},
      {&WriteRows::insert_attempt_, "INSERT INTO outbox VALUES (?, ?)"},
      {&WriteRows::remove_attempts_, "DELETE FROM outbox WHERE sequence <= ?"},
      {&WriteRows::find_delivery_, "SELECT message, account, held FROM delivery WHERE id = ?"},
      {&WriteRows::remove_delivery_, "DELETE FROM delivery WHERE id = ?"},
      {&WriteRows::other_delivery_,
       "SELECT 1 FROM message, delivery WHERE message.id = ? AND delivery.id BETWEEN"
       " message.first_delivery AND message.first_delivery + (message.deliveries - 1) * 1024"
       " LIMIT 1"},
      {&WriteRows::extents_of_, "SELECT segment, offset, length FROM extent WHERE message = ?"},
      {&WriteRows::remove_extents_, "DELETE FROM extent WHERE message = ?"},
      {&WriteRows::remove_message_, "DELETE FROM message WHERE id = ?"},
      {&WriteRows::postpone_,
       "UPDATE delivery SET recipients = ?, due = ?, attempts = attempts + ?, delay_notified ="
       " delay_notified | ?, code = ?, enhanced = ?, text = ?, host = ?, diagnostic = ?"
       " WHERE id = ?"},
      {&WriteRows::make_due_, "UPDATE delivery SET due = ? WHERE id = ?"},
      {&WriteRows::hold_, "UPDATE delivery SET held = 1 WHERE id = ?"},
      {&WriteRows::release_, "UPDATE delivery SET held = 0, due = ? WHERE id = ?"},
      {&WriteRows::move_,
       "UPDATE extent SET segment = ?, offset = ? WHERE message = ? AND position = ? AND"
       " segment = ? AND offset = ?"},
      {&WriteRows::set_mark_, "UPDATE mark SET value = ? WHERE name = 'id'"},
  };
  static_assert(IdSource::kStep == 1024, "as the statement on other deliveries says");
  for (const auto& [member, sql] : statements) {
    auto prepared = rows.connection_.prepare(sql);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    rows.*member = std::move(*prepared);
  }
  return rows;
}

void WriteRows::roll_back() {
  // SQLite may have rolled back by itself, as it does when the disk is full.
  if (connection_.in_transaction()) static_cast<void>(roll_back_.run());
}

base::Result<> WriteRows::insert(const NewMessage& message, Effects& effects) {
  const queue::Envelope& e = message.envelope;
  auto done = insert_message_.run(
      message.id.value, e.account.value, e.sender, e.body == queue::BodyType::eight_bit ? 1 : 0,
      e.smtputf8 ? 1 : 0, e.require_tls ? 1 : 0, e.tls_required_no ? 1 : 0, e.dsn_return,
      e.dsn_envelope_id, base::micros(e.accepted), e.size, e.from_host,
      message.deliveries.front().id.value, static_cast<std::int64_t>(message.deliveries.size()));
  std::int64_t position = 0;
  for (const Extent& extent : message.extents) {
    if (!done) return done;
    done = insert_extent_.run(message.id.value, position++, extent.segment, extent.offset,
                              extent.length);
    effects.added(extent);
  }
  for (std::size_t i = 0; i < message.deliveries.size() && done; ++i) {
    const queue::Delivery& d = message.deliveries[i];
    done = insert_delivery_.run(d.id.value, message.id.value, e.account.value,
                                d.destination.domain.text(), leg_number(d.destination.leg),
                                message.recipients_json[i], base::micros(e.accepted),
                                base::micros(d.due));
  }
  effects.of(e.account).messages += 1;
  effects.of(e.account).deliveries += static_cast<std::int64_t>(message.deliveries.size());
  effects.bytes += e.size;
  return done;
}

base::Result<> WriteRows::insert_attempt(std::int64_t sequence, std::string_view json) {
  return insert_attempt_.run(sequence, json);
}

base::Result<> WriteRows::remove_attempts(std::int64_t up_to) {
  return remove_attempts_.run(up_to);
}

base::Result<std::optional<WriteRows::Found>> WriteRows::find(base::DeliveryId id) {
  find_delivery_.bind_all(id.value);
  auto row = find_delivery_.step();
  if (!row) return std::unexpected(std::move(row.error()));
  std::optional<Found> found;
  if (*row) {
    found = Found{.message = {find_delivery_.integer(0)},
                  .account = {find_delivery_.integer(1)},
                  .held = find_delivery_.integer(2) != 0};
  }
  find_delivery_.reset();
  return found;
}

base::Result<> WriteRows::remove(base::DeliveryId id, Found found, Effects& effects) {
  if (auto done = remove_delivery_.run(id.value); !done) return done;
  effects.of(found.account).deliveries -= 1;
  if (found.held) effects.of(found.account).held -= 1;
  const auto others = has_deliveries(found.message);
  if (!others) return std::unexpected(others.error());
  return *others ? base::Result<>() : remove_message(found, effects);
}

base::Result<bool> WriteRows::has_deliveries(base::MessageId message) {
  other_delivery_.bind_all(message.value);
  auto row = other_delivery_.step();
  other_delivery_.reset();
  return row;
}

base::Result<> WriteRows::remove_message(Found found, Effects& effects) {
  extents_of_.bind_all(found.message.value);
  for (;;) {
    auto row = extents_of_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    const Extent extent{.segment = extents_of_.integer(0),
                        .offset = extents_of_.integer(1),
                        .length = extents_of_.integer(2)};
    effects.removed(extent);
    effects.bytes -= extent.length;
  }
  extents_of_.reset();
  effects.of(found.account).messages -= 1;
  effects.stale.push_back(found.message);
  auto done = remove_extents_.run(found.message.value);
  return done ? remove_message_.run(found.message.value) : done;
}

base::Result<> WriteRows::postpone(const Settlement& s, Found found,
                                   std::string_view recipients_json, Effects& effects) {
  effects.of(found.account);
  return postpone_.run(recipients_json, base::micros(s.due), s.counts_as_attempt ? 1 : 0,
                       s.delay_notified ? 1 : 0, s.last.code, s.last.enhanced, s.last.text,
                       s.last.host, s.last.diagnostic, s.delivery.value);
}

base::Result<> WriteRows::make_due(base::DeliveryId id, Found found, base::Instant due,
                                   Effects& effects) {
  effects.of(found.account);
  return make_due_.run(base::micros(due), id.value);
}

base::Result<> WriteRows::hold(base::DeliveryId id, Found found, Effects& effects) {
  effects.of(found.account).held += 1;
  return hold_.run(id.value);
}

base::Result<> WriteRows::release(base::DeliveryId id, Found found, base::Instant due,
                                  Effects& effects) {
  effects.of(found.account).held -= 1;
  return release_.run(base::micros(due), id.value);
}

base::Result<bool> WriteRows::move(base::MessageId message, std::int64_t position,
                                   const Extent& from, const Extent& to, Effects& effects) {
  auto done = move_.run(to.segment, to.offset, message.value, position, from.segment, from.offset);
  if (!done) return std::unexpected(std::move(done.error()));
  if (connection_.changes() == 0) return false;
  effects.removed(from);
  effects.added(to);
  effects.stale.push_back(message);
  return true;
}

}  // namespace postern::spool
