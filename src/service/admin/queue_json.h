// The queue as the API and `--json` show it. Field names are the words of docs/tls-policy.md and
// keep from release to release.
#pragma once

#include <string>

#include "core/base/json_writer.h"
#include "io/spool/spool.h"

namespace postern::admin {

void write_message(base::JsonWriter& json, const spool::MessageInfo& message);
void write_counts(base::JsonWriter& json, const spool::QueueCounts& counts);

}  // namespace postern::admin
