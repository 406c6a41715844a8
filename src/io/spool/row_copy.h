// Rows of one table from one queue database into another, as they are.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "core/base/failure.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

class RowCopy {
 public:
  // `select` yields whole rows of `table`, for one parameter or none.
  [[nodiscard]] static base::Result<RowCopy> prepare(Connection& from, Connection& to,
                                                     const std::string& table,
                                                     const std::string& select);
  // How many it copied before a failure, and which side failed.
  struct Outcome {
    std::int64_t rows = 0;
    base::Result<> read;
    base::Result<> written;
  };
  [[nodiscard]] Outcome run(std::int64_t parameter = 0);

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Handle = std::unique_ptr<sqlite3_stmt, Finalizer>;
  [[nodiscard]] base::Result<> insert_row();
  Handle select_;
  Handle insert_;
};

}  // namespace postern::spool
