// The statements of a reading connection, and what they read as values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/failure.h"
#include "io/spool/cache.h"
#include "io/spool/spool.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

class ReadRows {
 public:
  [[nodiscard]] static base::Result<ReadRows> open(Connection connection);

  [[nodiscard]] base::Result<std::vector<queue::Delivery>> due(Spool::Cursor after,
                                                               base::Instant until,
                                                               std::size_t limit);
  [[nodiscard]] base::Result<std::optional<base::Instant>> next_due(base::Instant after);
  // Failure "not-found".
  [[nodiscard]] base::Result<MessageInfo> message(base::MessageId id);
  [[nodiscard]] base::Result<StoredMessage> stored(base::MessageId id);
  [[nodiscard]] base::Result<std::optional<base::Instant>> oldest();

  // A part of a listing. A long queue is looked through in slices, so that other questions get
  // their turn between two of them.
  struct Slice {
    std::vector<MessageInfo> messages;  // with those of their deliveries that match
    base::MessageId next;               // go on after this one
    bool is_last = false;
  };
  [[nodiscard]] base::Result<Slice> list(const ListFilter& filter, base::MessageId after,
                                         std::size_t limit);

  // Sums over the deliveries looked through so far; by account, domain, leg and reason code.
  struct WaitingSlice {
    using Key = std::tuple<base::AccountId, std::string, queue::Leg, std::string>;
    std::map<Key, std::int64_t> deliveries;
    base::DeliveryId next;  // go on after this one
    bool is_last = false;
  };
  [[nodiscard]] base::Result<WaitingSlice> add_waiting(std::optional<base::AccountId> account,
                                                       WaitingSlice sums);

 private:
  explicit ReadRows(Connection connection) : connection_(std::move(connection)) {}
  [[nodiscard]] base::Result<> collect(Statement& statement, std::size_t limit,
                                       std::vector<queue::Delivery>& into);
  [[nodiscard]] base::Result<std::vector<queue::Delivery>> deliveries(std::int64_t first,
                                                                      std::int64_t count);

  Connection connection_;  // first: it outlives its statements
  Statement due_then_, due_later_, next_due_, message_, messages_, deliveries_, extents_, oldest_,
      waiting_;
};

}  // namespace postern::spool
