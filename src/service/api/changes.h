// Changes of the configuration as they come into force, whoever made them: the command line,
// another user, another process. For requests that wait until their own change is in force, and for
// the event stream.
#pragma once

#include <functional>
#include <memory>

#include "io/net/event.h"
#include "io/net/shard.h"
#include "service/book/book_source.h"

namespace postern::api {

class Changes {
 public:
  // `refresh` makes the book look for a change at once.
  Changes(net::Shard& shard, const service::BookSource& book, std::function<void()> refresh);

  // On the shard, after the book was swapped.
  void book_changed();

  // Waits until the book holds this revision or a later one; gives up after two seconds: the change
  // is on disk all the same, and comes into force when the records can be read.
  [[nodiscard]] net::Task<void> in_force(std::int64_t revision);

  // The next change after now; ends with the deadline.
  [[nodiscard]] net::Task<void> next(base::Deadline deadline);

  [[nodiscard]] std::int64_t revision() const { return book_.current()->revision(); }

 private:
  net::Shard& shard_;
  const service::BookSource& book_;
  std::function<void()> refresh_;
  // Each change ends the waits on this one and makes a new one.
  std::shared_ptr<net::Event> next_;
};

}  // namespace postern::api
