// The TXT record that announces an MTA-STS policy (RFC 8461 3.1), at _mta-sts.<domain>:
//
//   v=STSv1; id=20160831085700Z;
//
// The id says only "the policy changed": whoever keeps another id fetches the policy again. That
// there is no record, or a broken one, never ends a policy that is kept (5.1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/finding.h"

namespace postern::mtasts {

struct Record {
  std::string id;  // 1 to 32 letters and digits
  bool operator==(const Record&) const = default;
};

struct RecordReading {
  enum class State { absent, valid, invalid };
  State state = State::absent;
  Record record{};
  std::string why{};  // of what is not valid: one sentence, escaped
};

// From all TXT records at _mta-sts.<domain>. Those that do not begin with "v=STSv1;" are some other
// text and do not count; more than one of the rest, or one that breaks the syntax, is no record.
[[nodiscard]] RecordReading read_record(std::span<const std::string> texts);

// One record by itself, with everything there is to say about it.
[[nodiscard]] base::Examined<Record> examine_record(std::string_view text);

}  // namespace postern::mtasts
