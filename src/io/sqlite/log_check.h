// Is SQLite's write-ahead log (a database's -wal file) whole?
//
// Why SQLite cannot say it: a frame whose checksum is wrong ends the log for it, because after a
// power cut that is how the end looks. Should a byte in the middle have changed instead, every
// commit behind it is gone without a word: mail that was acknowledged, a policy that was put in
// force.
//
// How the two are told apart: our databases have one writer at a time, who syncs each commit before
// the next begins. So a power cut leaves at most one commit behind the place where the log breaks.
// Two or more, one right after the other and each with the right checksum, had been synced; then
// the break is damage. (https://sqlite.org/fileformat2.html#walformat)
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace postern::sqlite {

struct LogDamage {
  std::int64_t offset = 0;  // of the frame that cannot be what was written
  int commits = 0;          // behind it, which SQLite will not use
};

// nullopt: whole, or there is none. Reads all of it; also while it is written.
[[nodiscard]] std::optional<LogDamage> check_log(const std::string& path);

}  // namespace postern::sqlite
