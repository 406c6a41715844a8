// What the process makes and gives up before its first thread.
#pragma once

#include "app/settings.h"
#include "io/confine/confine.h"
#include "io/observe/event.h"
#include "service/receipt/connection_ledger.h"

namespace postern::app {

// Makes the data directory, then gives up rights unless the settings say otherwise; nothing has
// been asked for then. Failure "data-dir".
[[nodiscard]] base::Result<confine::Confined> prepare_process(const Settings& settings);

// How many clients there may be at once: as the settings say, or fewer, when the system lets this
// process open too few files. A client must never get the last descriptor, which the queue or a
// connection to a next hop needs.
[[nodiscard]] receipt::ConnectionLedger::Limits affordable_connections(const Settings& settings,
                                                                       observe::EventSink& events);

}  // namespace postern::app
