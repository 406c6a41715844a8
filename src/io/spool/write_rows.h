// The statements of the writer's connection. Each changes rows and notes in `Effects` what follows
// from that. Everything happens between begin() and commit().
#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/base/failure.h"
#include "io/spool/effects.h"
#include "io/spool/spool.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

// A message ready to become rows: everything that can be made outside of the transaction is.
struct NewMessage {
  base::MessageId id;
  queue::Envelope envelope;
  std::vector<Extent> extents;
  std::vector<queue::Delivery> deliveries;   // ids in steps of IdSource::kStep
  std::vector<std::string> recipients_json;  // of each delivery
};

class WriteRows {
 public:
  [[nodiscard]] static base::Result<WriteRows> open(Connection connection);

  [[nodiscard]] base::Result<> begin() { return begin_.run(); }
  [[nodiscard]] base::Result<> commit() { return commit_.run(); }
  void roll_back();

  [[nodiscard]] base::Result<> insert(const NewMessage& message, Effects& effects);
  [[nodiscard]] base::Result<> insert_attempt(std::int64_t sequence, std::string_view json);
  [[nodiscard]] base::Result<> remove_attempts(std::int64_t up_to);

  struct Found {
    base::MessageId message;
    base::AccountId account;
    bool held = false;
  };
  [[nodiscard]] base::Result<std::optional<Found>> find(base::DeliveryId id);
  // Removes the delivery, and with its last delivery the message.
  [[nodiscard]] base::Result<> remove(base::DeliveryId id, Found found, Effects& effects);
  [[nodiscard]] base::Result<> postpone(const Settlement& settlement, Found found,
                                        std::string_view recipients_json, Effects& effects);
  [[nodiscard]] base::Result<> make_due(base::DeliveryId id, Found found, base::Instant due,
                                        Effects& effects);
  [[nodiscard]] base::Result<> hold(base::DeliveryId id, Found found, Effects& effects);
  [[nodiscard]] base::Result<> release(base::DeliveryId id, Found found, base::Instant due,
                                       Effects& effects);

  // False when the extent is no longer where it was: its message has gone.
  [[nodiscard]] base::Result<bool> move(base::MessageId message, std::int64_t position,
                                        const Extent& from, const Extent& to, Effects& effects);
  // No id up to this will be made again, also after a restart.
  [[nodiscard]] base::Result<> set_id_mark(std::int64_t mark) { return set_mark_.run(mark); }
  [[nodiscard]] Connection& connection() { return connection_; }

 private:
  explicit WriteRows(Connection connection) : connection_(std::move(connection)) {}
  [[nodiscard]] base::Result<bool> has_deliveries(base::MessageId message);
  [[nodiscard]] base::Result<> remove_message(Found found, Effects& effects);

  Connection connection_;  // first: it outlives its statements
  Statement begin_, commit_, roll_back_, insert_message_, insert_extent_, insert_delivery_,
      insert_attempt_, remove_attempts_, find_delivery_, remove_delivery_, other_delivery_,
      extents_of_, remove_extents_, remove_message_, postpone_, make_due_, hold_, release_, move_,
      set_mark_;
};

}  // namespace postern::spool
