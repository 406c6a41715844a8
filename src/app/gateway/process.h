// What the process makes and gives up before its first thread.
#pragma once

#include "app/settings.h"
#include "io/confine/confine.h"

namespace postern::app {

// Makes the data directory, then gives up rights unless the settings say otherwise; nothing has
// been asked for then. Failure "data-dir".
[[nodiscard]] base::Result<confine::Confined> prepare_process(const Settings& settings);

}  // namespace postern::app
