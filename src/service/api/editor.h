// Changes of the configuration, each decided on a snapshot and made only if that snapshot is still
// the truth: another administrator, the command line or another node may have been faster.
//
//   decide(call) on the shard, from call.book  ->  the work, or a Problem
//   work(change) on the records' thread, inside one transaction, if the revision is the book's
//   else: wait until the newer book is in force, and decide again
//
// So checks against the snapshot (who holds a domain, an ETag, a name that is taken) hold for the
// change too. When edit() returns, the change is in force and call.book shows it.
#pragma once

#include <functional>

#include "service/api/call.h"
#include "service/api/changes.h"
#include "service/api/desk.h"
#include "service/api/problem.h"

namespace postern::api {

class Editor {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& writes;
    Changes& changes;
    const service::BookSource& book;
  };
  explicit Editor(Needs needs) : needs_(needs) {}

  // Holds values only; the id of what was put, or 0.
  using Work = std::function<base::Result<std::int64_t>(records::Change&)>;
  // Empty work: nothing needs to change. May run more than once.
  using Decide = std::function<Outcome<Work>(const Call&)>;

  [[nodiscard]] net::Task<Outcome<std::int64_t>> edit(Call& call, Decide decide);

 private:
  Needs needs_;
};

// Work that puts one object, or removes one.
template <class Object>
[[nodiscard]] Editor::Work putting(Object object) {
  return [object = std::move(object)](records::Change& change) -> base::Result<std::int64_t> {
    auto id = change.put(object);
    if (!id) return std::unexpected(id.error());
    return id->value;
  };
}
template <class Id>
[[nodiscard]] Editor::Work removing(Id id) {
  return [id](records::Change& change) -> base::Result<std::int64_t> {
    auto removed = change.remove(id);
    if (!removed) return std::unexpected(removed.error());
    return std::int64_t{0};
  };
}

}  // namespace postern::api
