// Where services get the current policies from: an immutable PolicyBook, swapped whole. A session
// takes the pointer once for a decision and keeps it as long as it needs it.
#pragma once

#include <memory>

#include "core/policy/policy_book.h"

namespace postern::service {

class BookSource {
 public:
  virtual ~BookSource() = default;
  // Never null; thread-safe.
  [[nodiscard]] virtual std::shared_ptr<const policy::PolicyBook> current() const = 0;
};

// A book that never changes: for the prober without records, and for tests.
class FixedBook : public BookSource {
 public:
  explicit FixedBook(std::shared_ptr<const policy::PolicyBook> book) : book_(std::move(book)) {}
  [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override { return book_; }

 private:
  std::shared_ptr<const policy::PolicyBook> book_;
};

}  // namespace postern::service
