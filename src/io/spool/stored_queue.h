// A queue's folder as it lies on the disk, for looking and for copying: nothing here changes it,
// and nothing here gives up because a part of it is damaged. Works beside a running gateway.
//
// A running gateway settles and moves messages meanwhile, so that what was read as rows may no
// longer be where the rows said. Whoever meets something wrong asks again, and calls it damage only
// if the rows still say the same.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "core/base/ids.h"
#include "io/spool/segment_format.h"
#include "io/spool/segments.h"
#include "io/spool/spool.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

// Something that cannot be read, or is not what was written.
struct Damage {
  std::string file;
  std::int64_t offset = -1;  // below zero: nowhere in particular
  std::string what;
  base::MessageId message;  // which suffers from it; 0: none in particular
  bool operator==(const Damage&) const = default;
};

// A piece of a body, whole and checked.
struct ReadPiece {
  Extent place;
  std::uint32_t position = 0;
  std::uint32_t checksum = 0;
  std::string bytes;
};
using TakePiece = std::function<base::Result<>(ReadPiece piece)>;

class StoredQueue {
 public:
  // Never fails for damage: that is told by `ids`.
  [[nodiscard]] static std::unique_ptr<StoredQueue> open(const std::string& folder);

  // Every message that any table names, oldest first.
  [[nodiscard]] std::set<base::MessageId> ids(std::vector<Damage>& damages);

  struct Rows {
    std::int64_t size = 0;
    std::int64_t deliveries = 0;
    std::vector<Extent> extents;
    bool operator==(const Rows&) const = default;
  };
  // nullopt: there is no such message (any more).
  [[nodiscard]] base::Result<std::optional<Rows>> rows_of(base::MessageId id);
  // Gives the pieces out in order, and answers what is wrong. `take` failing ends it.
  [[nodiscard]] base::Result<std::vector<Damage>> read(base::MessageId id, const Rows& rows,
                                                       const TakePiece& take);
  // rows_of and read, again while the rows change under it. nullopt: the message has gone, or
  // its rows cannot be read (a damage). `restart` is called before each further try.
  struct Whole {
    Rows rows;
    std::vector<Damage> damages;
  };
  [[nodiscard]] base::Result<std::optional<Whole>> read_settled(
      base::MessageId id, const TakePiece& take, const std::function<void()>& restart);

  // What the database says of itself. Reads all of it.
  [[nodiscard]] std::vector<Damage> check_database();
  [[nodiscard]] base::Result<std::vector<Segments::Found>> segments() const;
  // Walks through a segment by its own headers, without the database, and gives out what is whole.
  [[nodiscard]] std::vector<Damage> walk(
      const Segments::Found& segment,
      const std::function<void(const ExtentHeader&, ReadPiece)>& visit);

  // Null if the database could not be opened.
  [[nodiscard]] Connection* connection() { return connection_ ? &*connection_ : nullptr; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string database_path() const { return folder_ + "/queue.db"; }

 private:
  explicit StoredQueue(std::string folder);
  [[nodiscard]] std::optional<Damage> read_piece(base::MessageId id, std::uint32_t position,
                                                 const Extent& extent, ReadPiece& piece);
  [[nodiscard]] Damage of_database(const base::Failure& failure, base::MessageId id = {}) const;

  std::string folder_;
  std::unique_ptr<FileOps> files_;
  Segments segments_;
  std::optional<base::Failure> unopened_;
  std::optional<Connection> connection_;  // before its statements
  Statement message_, deliveries_, extents_;
};

}  // namespace postern::spool
