// A queue's folder looked at from outside: is everything that the queue database names there and
// sound, and what can be saved of it if not? Nothing in the folder is changed; a gateway may run
// meanwhile.
//
// check(): the database's own check, then each message: its rows, its extents, their headers, their
// checksums. salvage(): each message whose body is sound, with its envelope, as two files; when the
// database is damaged, also what the segments hold by themselves, without envelopes, since only the
// database has those. Failure "disk-error" when the folder or the place for files cannot be used.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "io/spool/read_rows.h"
#include "io/spool/segments.h"

namespace postern::spool {

struct Damage {
  std::optional<base::MessageId> message;  // unset: of no one message
  std::string file;
  std::int64_t offset = -1;  // in the file, where that is known
  std::string what;          // one sentence
};

struct Inspection {
  std::int64_t messages = 0;
  std::int64_t deliveries = 0;
  std::int64_t body_bytes = 0;
  std::vector<Damage> damages;
};

struct Salvaged {
  std::int64_t saved = 0;             // with envelope
  std::int64_t without_envelope = 0;  // from segments alone
  std::vector<base::MessageId> lost;  // known to be queued, body unreadable
  std::vector<Damage> damages;
};

class QueueFolder {
 public:
  // `directory`: the queue's, as SpoolSettings has it.
  [[nodiscard]] static base::Result<std::unique_ptr<QueueFolder>> open(std::string directory);

  [[nodiscard]] Inspection check();
  // Into a folder that is made, for this user alone: <id>.eml as it was received, and <id>.json.
  [[nodiscard]] base::Result<Salvaged> salvage(const std::string& into);

 private:
  explicit QueueFolder(std::string directory);
  [[nodiscard]] base::Result<> open_database();
  void check_database(std::vector<Damage>& damages);

  using Visit = std::function<void(const MessageInfo&, const StoredMessage&)>;
  // Every message; what cannot be read is a damage, and `visit` gets the others.
  void for_each_message(const Visit& visit, std::vector<Damage>& damages);
  // The body, if all of it is sound; what is not, is told, unless the message went meanwhile.
  [[nodiscard]] std::optional<std::string> sound_body(base::MessageId id,
                                                      const StoredMessage& stored,
                                                      std::vector<Damage>& damages);
  [[nodiscard]] std::optional<Damage> read_extent(base::MessageId id, const Extent& extent,
                                                  std::uint32_t position, std::string& body);
  [[nodiscard]] base::Result<> salvage_segments(const std::string& into,
                                                const std::set<std::int64_t>& known, Salvaged& out);

  std::string directory_;
  std::unique_ptr<FileOps> files_;
  std::unique_ptr<Segments> segments_;
  std::unique_ptr<Connection> connection_;  // null: the database cannot be opened
  std::unique_ptr<ReadRows> rows_;
  std::optional<Damage> unopened_;
};

}  // namespace postern::spool
