#include "io/spool/outbox.h"

#include "io/spool/json_text.h"

namespace postern::spool {

base::Result<std::unique_ptr<Outbox>> Outbox::open(Connection connection) {
  std::unique_ptr<Outbox> outbox(new Outbox(std::move(connection)));
  auto prepared =
      outbox->connection_.prepare("SELECT sequence, attempt FROM outbox ORDER BY sequence LIMIT ?");
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  outbox->read_ = std::move(*prepared);
  return outbox;
}

base::Result<std::vector<Spool::OutboxEntry>> Outbox::read(std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<Spool::OutboxEntry> entries;
  read_.bind_all(static_cast<std::int64_t>(limit));
  for (;;) {
    auto row = read_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    auto attempt = parse_attempt(read_.text(1));
    if (!attempt) {
      read_.reset();
      return std::unexpected(std::move(attempt.error()));
    }
    entries.push_back({.sequence = read_.integer(0), .attempt = std::move(*attempt)});
  }
  read_.reset();
  return entries;
}

}  // namespace postern::spool
