// The running gateway: where all objects meet, in the order in which they need each other, and end
// in the opposite one. This is the only place that starts threads for shards.
//
// Steps: log and metrics -> spool -> records and policy book -> certificates -> shards, each with
// its resolver and TLS context -> delivery -> receipt -> control socket and HTTP -> ready. A stop:
// no new sessions, running messages finish, delivery drains, everything is on disk, the end.
#pragma once

#include <string>

#include "app/settings.h"
#include "core/base/failure.h"

namespace postern::app {

// Serves until SIGTERM or SIGINT. A Failure is a reason not to start, with its remedy.
[[nodiscard]] base::Result<> serve(Settings settings);

}  // namespace postern::app
