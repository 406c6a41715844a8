// Messages that are saved from a damaged queue, as files: private to io/spool (inspect.h).
#pragma once

#include <map>
#include <string>

#include "core/base/failure.h"
#include "io/spool/segments.h"
#include "io/spool/spool.h"

namespace postern::spool {

// <id>.eml, as it was received, and <id>.json: its envelope, and who has not got it yet.
[[nodiscard]] base::Result<> save_message(const std::string& folder, const MessageInfo& message,
                                          std::string_view body);
// The same without an envelope, since that is lost.
[[nodiscard]] base::Result<> save_body(const std::string& folder, base::MessageId id,
                                       std::string_view body);

// What the segments hold by themselves: bodies whose pieces are sound and follow one another from
// the first. The last pieces of one may be missing, and it may have been delivered already: only
// the database knows.
[[nodiscard]] base::Result<std::map<std::int64_t, std::string>> bodies_of_segments(
    Segments& segments);

}  // namespace postern::spool
