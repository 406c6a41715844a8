// Is SQLite's write-ahead log (queue.db-wal) whole?
//
// Why SQLite cannot say it: a frame whose checksum is wrong ends the log for it, because after a
// power cut that is how the end looks. Should a byte in the middle have changed instead, every
// commit behind it is gone without a word, and with it mail that was acknowledged.
//
// How the two are told apart: the queue has one writer, and it syncs each commit before it begins
// the next. So a power cut leaves at most one commit behind the place where the log breaks. Two or
// more, each with the right checksum after the frame before it, had been synced; then the break is
// damage. (https://sqlite.org/fileformat2.html#walformat)
#pragma once

#include <optional>
#include <string>

#include "core/base/failure.h"
#include "io/spool/stored_queue.h"

namespace postern::spool {

// nullopt: whole, or there is none. Reads all of it; also while it is written.
[[nodiscard]] std::optional<Damage> check_log(const std::string& path);

}  // namespace postern::spool
